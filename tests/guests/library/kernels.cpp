#include <fmt/format.h>

#include <algorithm>

#include "tests/guests/library/binaries.h"
#include "tests/guests/library/initramfs.h"
#include "tests/guests/library/parts.h"

namespace imprint::guests {
namespace {

struct Module {
  std::string_view folder;
  std::string_view name;
  std::string_view needs;
};

/// The drivers of a virtual machine. virtio comes first: others need it.
constexpr Module drivers[] = {
    {"kernel/drivers/virtio", "virtio", ""},
    {"kernel/drivers/virtio", "virtio_ring", ""},
    {"kernel/drivers/virtio", "virtio_pci", "virtio virtio_ring"},
    {"kernel/drivers/block", "virtio_blk", "virtio virtio_ring"},
    {"kernel/drivers/net", "virtio_net", "virtio virtio_ring"},
    {"kernel/drivers/scsi", "virtio_scsi", "virtio virtio_ring"},
    {"kernel/drivers/nvme/host", "nvme", ""},
};

const Module* driver_or_null(std::string_view name) {
  const auto* found = std::find_if(std::begin(drivers), std::end(drivers),
                                   [&](const Module& each) { return each.name == name; });
  return found == std::end(drivers) ? nullptr : found;
}

bool is_builtin(const Kernel& kernel, std::string_view name) {
  return std::find(kernel.builtin.begin(), kernel.builtin.end(), name) != kernel.builtin.end();
}

std::string path_of_builtin(const std::string& name) {
  if (const Module* driver = driver_or_null(name))
    return fmt::format("{}/{}.ko", driver->folder, name);
  return fmt::format("kernel/fs/{}/{}.ko", name, name);
}

std::string modules_dep(const Kernel& kernel) {
  std::string text;
  for (const std::string& module : modules_of(kernel)) {
    text += module + kernel.suffix + ":";
    const Module* driver = driver_or_null(module.substr(module.rfind('/') + 1));
    if (driver != nullptr && !driver->needs.empty())
      for (const char* needed : {"virtio_ring", "virtio"})
        if (!is_builtin(kernel, needed))
          text += fmt::format(" kernel/drivers/virtio/{}{}", needed, kernel.suffix);
    text += '\n';
  }
  return text;
}

std::string modules_builtin(const Kernel& kernel) {
  std::string text;
  for (const std::string& name : kernel.builtin) text += path_of_builtin(name) + "\n";
  return text;
}

std::string config_of(const Kernel& kernel) {
  std::string text =
      "#\n# Automatically generated file; DO NOT EDIT.\n#\nCONFIG_X86_64=y\nCONFIG_MODULES=y\n"
      "CONFIG_RD_GZIP=y\nCONFIG_RD_XZ=y\n";
  const std::vector<std::pair<std::string, std::string>> symbols{
      {"virtio", "CONFIG_VIRTIO"},
      {"virtio_pci", "CONFIG_VIRTIO_PCI"},
      {"virtio_blk", "CONFIG_VIRTIO_BLK"},
      {"virtio_net", "CONFIG_VIRTIO_NET"},
      {"virtio_scsi", "CONFIG_SCSI_VIRTIO"},
      {"nvme", "CONFIG_BLK_DEV_NVME"},
      {"ext4", "CONFIG_EXT4_FS"},
      {"xfs", "CONFIG_XFS_FS"},
      {"btrfs", "CONFIG_BTRFS_FS"}};
  for (const auto& [module, symbol] : symbols)
    text += fmt::format("{}={}\n", symbol, is_builtin(kernel, module) ? 'y' : 'm');
  return text + "CONFIG_BLK_DEV_INITRD=y\nCONFIG_DEVTMPFS=y\n" + kernel.config;
}

}  // namespace

std::vector<std::string> modules_of(const Kernel& kernel) {
  std::vector<std::string> result;
  for (const Module& driver : drivers)
    if (!is_builtin(kernel, driver.name))
      result.push_back(fmt::format("{}/{}", driver.folder, driver.name));
  if (!is_builtin(kernel, kernel.filesystem))
    result.push_back(fmt::format("kernel/fs/{}/{}", kernel.filesystem, kernel.filesystem));
  result.emplace_back("kernel/fs/fat/vfat");
  if (kernel.lvm) result.emplace_back("kernel/drivers/md/dm-mod");
  return result;
}

std::string initramfs_of(const Kernel& kernel) {
  const std::string folder = fmt::format("usr/lib/modules/{}/", kernel.version);
  std::vector<ArchiveEntry> entries{{"init", "#!/bin/sh\n", 0100755},
                                    {"bin", "usr/bin", 0120777},
                                    {"lib", "usr/lib", 0120777},
                                    {"sbin", "usr/sbin", 0120777},
                                    {"usr/bin/sh", elf_program(), 0100755},
                                    {folder + "modules.dep", modules_dep(kernel)},
                                    {folder + "modules.builtin", modules_builtin(kernel)}};
  if (kernel.lvm) entries.push_back({"usr/sbin/lvm", elf_program(), 0100755});
  for (const std::string& module : modules_of(kernel))
    entries.push_back({folder + module + kernel.suffix, elf_program()});
  std::string early;
  if (kernel.early_microcode)
    early = cpio({{"early_cpio", "1\n"}, {"kernel/x86/microcode/GenuineIntel.bin", "microcode"}});
  return early + gzip(cpio(entries));
}

void add_kernel(Guest& guest, const Kernel& kernel) {
  guest.fs.file(kernel.image, kernel_image(kernel.version));
  if (!kernel.initrd.empty()) guest.fs.file(kernel.initrd, initramfs_of(kernel), 0600);
  if (kernel.has_config)
    guest.fs.file(kernel.image.substr(0, kernel.image.rfind('/')) + "/config-" + kernel.version,
                  config_of(kernel));
  const std::string folder = kernel.modules + "/" + kernel.version + "/";
  guest.fs.file(folder + "modules.dep", modules_dep(kernel))
      .file(folder + "modules.builtin", modules_builtin(kernel));
  for (const std::string& module : modules_of(kernel))
    guest.fs.file(folder + module + kernel.suffix, elf_program());
}

}  // namespace imprint::guests
