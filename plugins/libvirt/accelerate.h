#pragma once

#include "agent/base/accelerator.h"
#include "plugins/libvirt/settings.h"

namespace imprint::libvirt {

/// The accelerator that machines are defined with. `automatic` boots a kernel once to see whether
/// KVM works, and is TCG, with the reason, wherever that cannot be shown. Blocks for up to ten
/// seconds.
Accelerator choose_accelerator(const Settings& settings);

}  // namespace imprint::libvirt
