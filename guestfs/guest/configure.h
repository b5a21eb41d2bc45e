#pragma once

#include "guestfs/guest/appliance.h"

namespace imprint::guest {

/// Sets what every appliance of ours has, started either way. False: guestfs_last_error() says why.
bool configure(guestfs_h* handle, const ApplianceSettings& settings);

}  // namespace imprint::guest
