// The rules os.* and fs.*: whether there is one system, and what it lies on.

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "guestfs/language/say.h"
#include "guestfs/rules/evidence.h"
#include "guestfs/rules/table.h"

namespace imprint::rules {
namespace {

using guest::Volume;

const Volume* root_volume(const Context& context) {
  for (const facts::MountedVolume& mount : context.facts.mounts)
    if (mount.mount_point == "/" && mount.volume < context.inventory.volumes.size())
      return &context.inventory.volumes[mount.volume];
  return nullptr;
}

Evidence evidence_of_image(std::string message) {
  return evidence_of({}, std::move(message));
}

Answer disk_size(const Context& context) {
  if (context.inventory.disks.empty()) return Answer::not_applied();
  const std::uint64_t size = context.inventory.disks.front().size;
  Answer answer;
  if (context.limits.max_disk_size && size > *context.limits.max_disk_size)
    answer.fired.push_back(evidence_of_image(
        say("the disk has {} bytes; at most {} are allowed", size, *context.limits.max_disk_size)));
  if (context.limits.min_disk_size && size < *context.limits.min_disk_size)
    answer.fired.push_back(evidence_of_image(
        say("the disk has {} bytes; at least {} are needed", size, *context.limits.min_disk_size)));
  return answer;
}

Answer root_type(const Context& context) {
  const Volume* root = root_volume(context);
  const std::vector<std::string>& allowed = context.limits.root_filesystems;
  if (allowed.empty() || root == nullptr || root->filesystem.empty()) return Answer::not_applied();
  Answer answer;
  if (std::find(allowed.begin(), allowed.end(), root->filesystem) == allowed.end())
    answer.fired.push_back(
        evidence_of_image(say("the root file system on '{}' is '{}'; allowed are '{}'",
                              root->device, root->filesystem, fmt::join(allowed, "', '"))));
  return answer;
}

Answer root_on_lvm(const Context& context) {
  const Volume* root = root_volume(context);
  if (root == nullptr) return Answer::not_applied();
  Answer answer;
  if (root->kind == Volume::Kind::logical_volume)
    answer.fired.push_back(
        evidence_of_image(say("the root file system is on the logical volume '{}' of '{}'",
                              root->logical_volume, root->volume_group)));
  return answer;
}

Answer root_is_last(const Context& context) {
  const Volume* root = root_volume(context);
  if (root == nullptr || root->kind != Volume::Kind::partition) return Answer::not_applied();
  Answer answer;
  const auto& volumes = context.inventory.volumes;
  const auto behind = std::find_if(volumes.begin(), volumes.end(), [&](const Volume& volume) {
    return volume.kind == Volume::Kind::partition && volume.disk == root->disk &&
           volume.start > root->start;
  });
  if (behind != volumes.end())
    answer.fired.push_back(evidence_of_image(
        say("'{}' lies behind the root partition '{}'", behind->device, root->device)));
  return answer;
}

Answer swap_partition(const Context& context) {
  Answer answer;
  for (const Volume& volume : context.inventory.volumes)
    if (volume.filesystem == "swap" && volume.disk == 0)
      answer.fired.push_back(
          evidence_of_image(say("'{}' on the system disk is swap space", volume.device)));
  return answer;
}

constexpr std::array rules{
    Rule{"disk.virtual-size", Severity::error, "the disk is as large as the cloud allows",
         "the image cannot be used", "resize the disk before the image is made", disk_size},
    Rule{"os.none-found", Severity::error, "the image holds an operating system", "nothing boots",
         "use the disk that the system was installed on", nullptr},
    Rule{"os.multi-boot", Severity::warning, "the image holds one operating system",
         "which of the systems boots depends on the loader's menu; only one is judged",
         "keep one system on the disk", nullptr},
    Rule{"os.not-installed", Severity::error,
         "the system is installed, not an installer or a live system",
         "the installer starts, not a system", "install the system and use its disk", nullptr},
    Rule{"fs.root-type", Severity::error, "the root file system is of a type that the cloud takes",
         "the cloud refuses the image", "move the system to one of the allowed types", root_type},
    Rule{"fs.lvm-root", Severity::info, "the root file system is on a plain partition",
         "tools that grow the root at first boot may not know how",
         "move the system to a plain partition", root_on_lvm},
    Rule{"fs.root-not-last-partition", Severity::info, "the root partition is the last one",
         "the root file system cannot grow with the disk", "put the root partition at the end",
         root_is_last},
    Rule{"fs.swap-partition", Severity::info, "there is no swap space on the system disk",
         "swapping slows the storage of the node", "use a swap file, or none", swap_partition},
};

}  // namespace

std::span<const Rule> system_rules() {
  return rules;
}

}  // namespace imprint::rules
