#pragma once
// The drivers that a virtual machine of Imprint's (plugins/libvirt/domain_xml.cpp) must have before
// its root file system is mounted: the system disk is a virtio one on PCI.

#include <string>
#include <vector>

#include "guestfs/rules/rule.h"

namespace imprint::rules {

struct BootDriver {
  std::vector<std::string> modules;  ///< any of them will do
  bool of_the_machine = true;        ///< false: of the root file system
};

/// virtio_pci, virtio_blk, and what the root file system needs, as far as it is known.
std::vector<BootDriver> boot_drivers(const Context& context);

/// How a driver comes to the kernel of the default entry before the root file system is there.
enum class Early {
  built_in,
  in_initramfs,
  left_out,  ///< the kernel has it as a module, and no initramfs that it reads holds that
  absent,    ///< neither the kernel nor the initramfs has it
  unknown,
};
Early early(const Context& context, const BootDriver& driver);

/// The initramfs holds modules, but none for the default kernel, which needs some.
bool has_modules_of_another_kernel(const Context& context);

/// "virtio_pci, virtio_blk".
std::string names_of(const std::vector<std::string>& modules);

}  // namespace imprint::rules
