#pragma once

#include <string>
#include <vector>

#include "guestfs/guest/appliance.h"
#include "guestfs/guest/inventory.h"

namespace imprint::guest {

/// Opens every volume of LUKS with the passphrase, for reading only, and adds what is inside to the
/// inventory: file systems, logical volumes, and LUKS again. Returns what it did not open:
/// "/dev/sda3: reason", of which the passphrase is no part. Errc::unavailable if the appliance
/// died. Blocks for as long as the volume's key derivation takes.
Result<std::vector<std::string>> open_luks(const Appliance& appliance, Inventory& inventory,
                                           const std::string& passphrase);

}  // namespace imprint::guest
