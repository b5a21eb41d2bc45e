#pragma once

#include <string>
#include <vector>

#include "guestfs/guest/find_systems.h"
#include "guestfs/inspect/ledger.h"

namespace imprint::inspect {

/// Tells the ledger that nothing of a guest was judged: its rules stay without an answer.
void tell_no_guest(Ledger& ledger, const std::string& reason);

/// Why the search has found no system. An encrypted or unknown file system may well hold one; only
/// a disk that was read in full holds none. `refused`: the volumes that a passphrase does not open.
void tell_no_system(Ledger& ledger, const guest::SystemSearch& search,
                    const guest::Inventory& inventory, const std::vector<std::string>& refused);

/// That there are more systems than the one that was judged, if so.
void tell_several_systems(Ledger& ledger, const guest::SystemSearch& search,
                          const guest::Inventory& inventory, const guest::System& judged);

}  // namespace imprint::inspect
