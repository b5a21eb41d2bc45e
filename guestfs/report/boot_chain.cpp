#include "guestfs/report/boot_chain.h"

#include <algorithm>
#include <array>
#include <utility>

#include "guestfs/language/say.h"
#include "guestfs/report/words.h"

namespace imprint::report {
namespace {

using Prefix = std::pair<std::string_view, Link>;

/// The first beginning of a rule's id that fits decides.
constexpr std::array<Prefix, 32> links{{{"disk.", Link::disk},
                                        {"part.", Link::disk},
                                        {"firmware.", Link::firmware},
                                        {"boot.bios-no-bootcode", Link::loader},
                                        {"boot.efi-", Link::loader},
                                        {"boot.esp-", Link::loader},
                                        {"boot.grub1-stage", Link::loader},
                                        {"boot.kernel-missing", Link::kernel},
                                        {"boot.kernel-invalid", Link::kernel},
                                        {"boot.kernel-arch", Link::kernel},
                                        {"boot.modules", Link::kernel},
                                        {"boot.uki", Link::kernel},
                                        {"boot.initrd", Link::initramfs},
                                        {"boot.initramfs", Link::initramfs},
                                        {"boot.dracut", Link::initramfs},
                                        {"boot.microcode", Link::initramfs},
                                        {"boot.root", Link::root},
                                        {"boot.fstab", Link::root},
                                        {"boot.ostree", Link::root},
                                        {"boot.resume", Link::root},
                                        {"boot.luks", Link::root},
                                        {"boot.lvm", Link::root},
                                        {"boot.md", Link::root},
                                        {"boot.", Link::configuration},
                                        {"initrd.", Link::initramfs},
                                        {"initramfs.", Link::initramfs},
                                        {"driver.", Link::initramfs},
                                        {"drivers.", Link::initramfs},
                                        {"kernel.", Link::kernel},
                                        {"fs.", Link::root},
                                        {"os.", Link::root},
                                        {"lvm.", Link::root}}};

std::string name_of(Link link) {
  switch (link) {
    case Link::disk:
      return say("disk file");
    case Link::firmware:
      return say("firmware");
    case Link::loader:
      return say("boot loader");
    case Link::configuration:
      return say("configuration");
    case Link::kernel:
      return say("kernel");
    case Link::initramfs:
      return "initramfs";
    case Link::root:
      return say("root file system");
    case Link::system:
      return say("system");
  }
  return "";
}

std::string firmware_of(const BootFacts& boot) {
  std::vector<std::string> names;
  for (const std::string& firmware : boot.firmware)
    names.push_back(firmware == "bios" ? "BIOS" : firmware == "uefi" ? "UEFI" : firmware);
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string root_device_of(const ImageReport& image) {
  if (image.boot.root)
    return image.boot.root->device.empty() ? image.boot.root->spec : image.boot.root->device;
  for (const DiskFacts& disk : image.disks)
    for (const PartitionFacts& partition : disk.partitions)
      if (partition.mount == "/") return partition.device;
  return "";
}

/// With the folder of it that ostree starts, if it does.
std::string root_of(const ImageReport& image) {
  std::string root = root_device_of(image);
  if (!image.boot.default_entry) return root;
  for (const BootFileFacts& file : image.boot.default_entry->files)
    if (file.role == "deployment" && !file.path.empty()) root += ", " + file.path;
  return root;
}

std::string detail_of(Link link, const ImageReport& image) {
  const BootFacts& boot = image.boot;
  switch (link) {
    case Link::disk:
      return image.container.format.empty() ? ""
                                            : fmt::format("{}, {}", image.container.format,
                                                          human_size(image.container.virtual_size));
    case Link::firmware:
      return firmware_of(boot);
    case Link::loader:
      return boot.loader;
    case Link::configuration:
      return boot.configs.empty() ? "" : boot.configs.back();
    case Link::kernel:
      return boot.default_entry ? boot.default_entry->kernel : "";
    case Link::initramfs:
      return boot.default_entry && !boot.default_entry->initrd.empty()
                 ? boot.default_entry->initrd.back()
                 : "";
    case Link::root:
      return root_of(image);
    case Link::system:
      return image.guest.name.empty() ? image.guest.id : image.guest.name;
  }
  return "";
}

LinkState worst(const ImageReport& image, Link link, bool is_known) {
  LinkState state = is_known ? LinkState::good : LinkState::unknown;
  for (const Finding& finding : image.findings) {
    if (link_of(finding.rule) != link) continue;
    if (rejects(finding)) return LinkState::broken;
    if (finding.severity != Severity::info) state = LinkState::doubtful;
  }
  const bool open = std::ranges::any_of(
      image.undetermined, [&](const Undetermined& item) { return link_of(item.rule) == link; });
  return open ? LinkState::unknown : state;
}

}  // namespace

Link link_of(std::string_view rule) {
  for (const auto& [beginning, link] : links)
    if (rule.starts_with(beginning)) return link;
  return Link::system;
}

std::vector<ChainLink> boot_chain(const ImageReport& image) {
  std::vector<ChainLink> chain;
  for (const Link link : {Link::disk, Link::firmware, Link::loader, Link::configuration,
                          Link::kernel, Link::initramfs, Link::root, Link::system}) {
    ChainLink each{link, name_of(link), detail_of(link, image), LinkState::unknown};
    // A kernel may well do without an initramfs, or come without a configuration file.
    const bool is_optional = (link == Link::initramfs || link == Link::configuration) &&
                             image.boot.default_entry && !image.boot.default_entry->hands_over;
    each.state = worst(image, link, !each.detail.empty() || is_optional);
    if (each.detail.empty() && is_optional) each.detail = say("none");
    chain.push_back(std::move(each));
  }
  return chain;
}

}  // namespace imprint::report
