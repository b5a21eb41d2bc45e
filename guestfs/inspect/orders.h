#pragma once

#include <string>
#include <vector>

#include "agent/model/json_fwd.h"
#include "agent/ports/clock.h"
#include "agent/ports/inspector.h"
#include "guestfs/guest/inventory.h"
#include "guestfs/rules/profile.h"

namespace imprint::inspect {

/// What the worker is told on its standard input: what would need files that it may not open, and
/// what must not stand among its arguments or in its environment.
struct Orders {
  std::vector<rules::Profile> profiles;  ///< at least one
  std::string today;                     ///< "2026-06-30", UTC
  std::vector<guest::Volume> promised;   ///< by manifests
  std::string passphrase;                ///< of LUKS, any bytes; empty: none is known
};

/// What the worker of an inspection need not open for itself, and must not find among its
/// arguments. Reads profiles and manifests. Errors as of profiles::load_profiles() and
/// load_manifest().
Result<Orders> orders_of(const Inspection& inspection, const Clock& clock);

/// Pure. Of a promised volume only what a manifest can say is written.
Json orders_to_json(const Orders& orders);
/// Reads what orders_to_json wrote. Errc::invalid with the place.
Result<Orders> parse_orders_json(const Json& json);

}  // namespace imprint::inspect
