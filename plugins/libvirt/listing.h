#pragma once

#include <vector>

#include "agent/ports/hypervisor.h"
#include "plugins/libvirt/link.h"
#include "plugins/libvirt/marks.h"

namespace imprint::libvirt {

/// All machines with our mark, by one call for all and one for each whose mark is not known yet. A
/// machine that vanishes meanwhile, or whose mark is spoilt, is passed over: it must not hide all
/// the others.
Result<std::vector<Hypervisor::Listed>> list_machines(Lease& lease, Marks& marks);

}  // namespace imprint::libvirt
