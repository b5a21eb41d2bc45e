// The rules fs.* of how file systems were left, and of the room that they have.

#include <algorithm>
#include <array>

#include "guestfs/guest/device_set.h"
#include "guestfs/language/say.h"
#include "guestfs/rules/evidence.h"
#include "guestfs/rules/table.h"

namespace imprint::rules {
namespace {

using guest::Space;
using guest::Volume;

const Volume* mounted_at(const Context& context, std::string_view mount_point) {
  for (const facts::MountedVolume& mount : context.facts.mounts)
    if (mount.mount_point == mount_point && mount.volume < context.inventory.volumes.size())
      return &context.inventory.volumes[mount.volume];
  return nullptr;
}

Answer of_states(const Context& context, bool guest::VolumeState::*sign,
                 std::string (*message)(const Volume&)) {
  Answer answer;
  bool any = false;
  for (const Volume& volume : context.inventory.volumes) {
    if (!volume.state) continue;
    any = true;
    if ((*volume.state).*sign) answer.fired.push_back(evidence_of({}, message(volume)));
  }
  return any ? answer : Answer::not_applied();
}

Answer dirty(const Context& context) {
  return of_states(context, &guest::VolumeState::dirty, [](const Volume& volume) {
    return say("'{}' ({}) was in use when the image was made", volume.device, volume.filesystem);
  });
}

Answer errors(const Context& context) {
  return of_states(context, &guest::VolumeState::errors, [](const Volume& volume) {
    return say("'{}' ({}) is marked as damaged", volume.device, volume.filesystem);
  });
}

/// How much of a whole is used, rounded up, in percent.
std::uint64_t percent_used(std::uint64_t whole, std::uint64_t free) {
  const std::uint64_t used = whole - std::min(whole, free);
  // Divided first: sizes come from the image.
  return whole < 100 ? used * 100 / std::max<std::uint64_t>(whole, 1)
                     : std::min<std::uint64_t>(100, (used + whole / 100 - 1) / (whole / 100));
}

/// The file systems of the system, each once. FAT counts nothing that matters here: the firmware's
/// partition is written to by nobody.
std::vector<const Volume*> counted(const Context& context) {
  std::vector<const Volume*> volumes;
  for (const facts::MountedVolume& mount : context.facts.mounts) {
    if (mount.volume >= context.inventory.volumes.size()) continue;
    const Volume* volume = &context.inventory.volumes[mount.volume];
    const bool known = std::find(volumes.begin(), volumes.end(), volume) != volumes.end();
    if (volume->space && volume->filesystem != "vfat" && !known) volumes.push_back(volume);
  }
  return volumes;
}

Answer free_space(const Context& context) {
  const std::vector<const Volume*> volumes = counted(context);
  if (volumes.empty()) return Answer::not_applied();
  const Volume* root = mounted_at(context, "/");
  Answer answer;
  for (const Volume* volume : volumes) {
    const Space& space = *volume->space;
    const std::uint64_t used = percent_used(space.size, space.free);
    if (volume == root && space.free < context.limits.min_free_space.value_or(0))
      answer.fired.push_back(
          evidence_of({}, say("the root file system on '{}' has {} bytes left; {} are asked for",
                              volume->device, space.free, *context.limits.min_free_space)));
    else if (context.limits.max_used_percent && used > *context.limits.max_used_percent)
      answer.fired.push_back(
          evidence_of({}, say("'{}' is used to {} percent; at most {} are allowed", volume->device,
                              used, *context.limits.max_used_percent)));
  }
  return answer;
}

Answer free_inodes(const Context& context) {
  const std::vector<const Volume*> volumes = counted(context);
  const Volume* root = mounted_at(context, "/");
  Answer answer;
  bool any = false;
  for (const Volume* volume : volumes) {
    const Space& space = *volume->space;
    // XFS makes its inodes as it needs them, and then this number falls with the room.
    if (space.inodes == 0 || volume->filesystem == "xfs") continue;
    any = true;
    const std::uint64_t used = percent_used(space.inodes, space.free_inodes);
    if (volume == root && space.free_inodes < context.limits.min_free_inodes.value_or(0))
      answer.fired.push_back(
          evidence_of({}, say("the root file system on '{}' can take {} more files; {} are asked "
                              "for",
                              volume->device, space.free_inodes, *context.limits.min_free_inodes)));
    else if (context.limits.max_used_percent && used > *context.limits.max_used_percent)
      answer.fired.push_back(
          evidence_of({}, say("of the inodes of '{}' {} percent are used; at most {} are allowed",
                              volume->device, used, *context.limits.max_used_percent)));
  }
  return any ? answer : Answer::not_applied();
}

Answer ext4_features(const Context& context) {
  const Volume* root = mounted_at(context, "/");
  if (root == nullptr || !root->state || root->filesystem != "ext4") return Answer::not_applied();
  Answer answer;
  if (root->state->wide_blocks)
    answer.fired.push_back(evidence_of({}, say("'{}' has the feature 64bit", root->device)));
  if (root->state->project_quota)
    answer.fired.push_back(
        evidence_of({}, say("'{}' has the features project and quota", root->device)));
  return answer;
}

Answer multi_disk_root(const Context& context) {
  const Volume* root = mounted_at(context, "/");
  if (root == nullptr) return Answer::not_applied();
  Answer answer;
  if (const std::size_t missing = guest::missing_devices(context.inventory, *root); missing > 0)
    answer.fired.push_back(evidence_of(
        {}, say("the root file system on '{}' also lies on {} devices that are not in the image",
                root->device, missing)));
  return answer;
}

void tell_promise(const Context& context, const guest::Resolution& device,
                  const facts::Place& place, const std::string& spec, Answer& answer) {
  if (!device.volume || *device.volume >= context.inventory.volumes.size()) return;
  const std::string& disk = context.inventory.volumes[*device.volume].promised_by;
  if (!disk.empty())
    answer.fired.push_back(
        evidence_at(place, say("'{}' is on the disk '{}' of the manifest", spec, disk)));
}

Answer promised_disk(const Context& context) {
  const auto& volumes = context.inventory.volumes;
  const bool any = std::any_of(volumes.begin(), volumes.end(),
                               [](const Volume& volume) { return !volume.promised_by.empty(); });
  if (!any) return Answer::not_applied();
  Answer answer;
  for (const facts::FstabEntry& entry : context.facts.fstab.entries)
    if (!entry.malformed && entry.role != facts::BootRole::ignored)
      tell_promise(context, entry.device, entry.place, entry.spec, answer);
  for (const facts::CrypttabEntry& entry : context.facts.fstab.crypttab)
    tell_promise(context, entry.device, entry.place, entry.source, answer);
  if (const auto& root = context.facts.boot.root)
    tell_promise(context, root->resolution, root->place, "root=" + root->spec, answer);
  return answer;
}

constexpr std::array rules{
    Rule{"fs.dirty", Severity::warning, "the file systems were unmounted before the image was made",
         "a journal is replayed or a check runs at boot; what was not on the disk yet is lost",
         "shut the system down before the image is made", dirty},
    Rule{"fs.errors", Severity::error, "no file system is marked as damaged",
         "the check at boot may find what it cannot mend by itself, and stop",
         "check and mend the file system, then make the image again", errors},
    Rule{"fs.free-space", Severity::warning, "the file systems have room left",
         "first boot cannot write host keys, passwords and logs", "make room, or a larger disk",
         free_space},
    Rule{"fs.inodes", Severity::warning, "the file systems can take more files",
         "first boot cannot make host keys, logs and temporary files",
         "delete files, or make the file system anew with more inodes", free_inodes},
    Rule{"fs.ext4-64bit", Severity::info,
         "the root has no features of ext4 that older tools of the cloud refuse",
         "the cloud's tools may not resize the root or write to it",
         "run on the unmounted file system: resize2fs -s, tune2fs -O ^quota", ext4_features},
    Rule{"fs.multi-disk-root", Severity::error, "the root file system lies on the disks at hand",
         "without the other disk the root file system cannot be mounted",
         "move the system to one disk, or name the other one with --companion", multi_disk_root},
    Rule{"fs.promised-disk", Severity::info, "the system needs no disk of a manifest",
         "the device is there only on machines that have the disk which the manifest promises",
         "none needed where every machine of this image has that disk", promised_disk},
};

}  // namespace

std::span<const Rule> filesystem_rules() {
  return rules;
}

}  // namespace imprint::rules
