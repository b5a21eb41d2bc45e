#pragma once

#include "guestfs/rules/rule.h"

namespace imprint::rules {

/// The rule drv.leftover-tools: VMware's own tools (not open-vm-tools, which distributions ship),
/// VirtualBox Guest Additions, XenServer's and Parallels' tools, and settings for their hardware.
Answer leftover_tools(const Context& context);

}  // namespace imprint::rules
