#pragma once

#include <string>

#include "plugins/libvirt/domain_xml.h"

namespace imprint::libvirt {

/// The definition with the machine's system disk, seed, firmware and mark in place of the present
/// ones. All other elements stay as they are, and both disks keep their PCI addresses, so that the
/// guest's hardware does not move. Errc::corrupt: it is no domain XML or has no such disks.
Result<std::string> swap_system(const std::string& definition, const Machine& machine,
                                const Platform& platform);

}  // namespace imprint::libvirt
