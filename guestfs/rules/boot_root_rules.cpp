// The root device, and what else the kernel's command line wants of the disk.

#include <algorithm>
#include <array>
#include <charconv>

#include "guestfs/facts/kernel_cmdline.h"
#include "guestfs/guest/disk_name.h"
#include "guestfs/language/say.h"
#include "guestfs/rules/boot_implied_root.h"
#include "guestfs/rules/boot_rules.h"
#include "guestfs/rules/evidence.h"

namespace imprint::rules {
namespace {

using facts::Boot;
using facts::BootEntry;
using facts::FstabEntry;
using guest::Match;

/// `parameter` is "root=..." or the like, as it stands on the command line.
std::string names_nothing(const std::string& parameter, const guest::Resolution& resolution) {
  return resolution.nearest.empty()
             ? say("{} names nothing in this image", parameter)
             : say("{} names nothing in this image; the nearest that it has is '{}'", parameter,
                   resolution.nearest);
}

/// Whether a volume surely is no root file system: none that the kernel could mount as one, or one
/// that the guest has elsewhere in its tree.
bool holds_no_system(const Context& context, std::size_t index) {
  static constexpr std::array<std::string_view, 3> types{"swap", "vfat", "LVM2_member"};
  const std::string& type = context.inventory.volumes[index].filesystem;
  if (std::find(types.begin(), types.end(), type) != types.end()) return true;
  bool mounted = false;
  for (const facts::MountedVolume& mount : context.facts.mounts) {
    if (mount.volume != index) continue;
    if (mount.mount_point == "/") return false;
    mounted = true;
  }
  return mounted;
}

Answer found_root(const Context& context, const facts::RootDevice& root) {
  if (!root.resolution.volume || !holds_no_system(context, *root.resolution.volume))
    return Answer::clean();
  Answer answer;
  answer.fired.push_back(
      evidence_at(root.place, say("root={} names {}, which holds no root file system", root.spec,
                                  context.inventory.volumes[*root.resolution.volume].device)));
  answer.fired.back().effect = say("the kernel finds no system there, and the machine stops");
  return answer;
}

/// What becomes of a root device that is named somewhere.
Answer answer_for(const Context& context, const facts::RootDevice& root) {
  if (root.resolution.match == Match::found) return found_root(context, root);
  if (root.resolution.match == Match::unknown)
    return Answer::unknown(say("root={} cannot be looked up in the image", root.spec));
  if (root.spec == "gpt-auto" && has_discoverable_root(context.inventory)) return Answer::clean();
  if (root.spec == "fstab") return Answer::clean();
  Answer answer;
  const std::string message = root.resolution.match == Match::absent
                                  ? names_nothing("root=" + root.spec, root.resolution)
                                  : say("root={} is no local disk", root.spec);
  answer.fired.push_back(evidence_at(root.place, message));
  return answer;
}

Answer no_root(const Context& context, const BootEntry& entry) {
  const Boot& boot = context.facts.boot;
  if (has_discoverable_root(context.inventory) || knows_its_root(entry) ||
      ignition_finds_root(context))
    return Answer::clean();
  if (const auto root = root_of_initramfs(context)) return answer_for(context, *root);
  if (boot.has_problem("boot.bls-kernelopts-undefined") || boot.has_problem("boot.grubenv-corrupt"))
    return Answer::clean();
  const bool undecided =
      std::any_of(boot.problems.begin(), boot.problems.end(),
                  [](const auto& problem) { return problem.rule == "boot.grub2-parse"; });
  if (undecided)
    return Answer::unknown(say("the command line of the default entry is not known for sure"));
  Answer answer;
  const facts::Place& place = entry.cmdline.empty() ? entry.kernel->place : entry.cmdline_place;
  answer.fired.push_back(evidence_at(place, say("the default entry gives the kernel no root=")));
  return answer;
}

Answer root_unresolvable(const Context& context) {
  const BootEntry* entry = chosen_kernel(context);
  if (entry == nullptr) return Answer::not_applied();
  const auto& root = context.facts.boot.root;
  return root ? answer_for(context, *root) : no_root(context, *entry);
}

Answer root_by_kernel_name(const Context& context) {
  const auto& root = context.facts.boot.root;
  if (!root) return Answer::not_applied();
  if (root->resolution.match != Match::found || !root->spec.starts_with("/dev/"))
    return Answer::clean();
  const auto name = guest::DiskName::parse(std::string_view{root->spec}.substr(5));
  if (!name || name->driver == "vd") return Answer::clean();
  Answer answer;
  answer.fired.push_back(evidence_at(
      root->place,
      say("root={} names the disk by its driver; on virtio it is /dev/vd*", root->spec)));
  return answer;
}

Answer resume_unresolvable(const Context& context) {
  const BootEntry* entry = chosen_kernel(context);
  if (entry == nullptr) return Answer::not_applied();
  const auto spec = facts::cmdline_value(entry->cmdline, "resume");
  if (!spec || spec->empty()) return Answer::clean();
  const guest::Resolution resolution = guest::resolve_device(context.inventory, *spec);
  if (resolution.match != Match::absent) return Answer::clean();
  Answer answer;
  answer.fired.push_back(
      evidence_at(entry->cmdline_place, names_nothing("resume=" + *spec, resolution)));
  return answer;
}

/// The value of one of the options that `rootflags=` gives.
std::optional<std::string> root_flag(const std::string& cmdline, const std::string& key) {
  const auto flags = facts::cmdline_value(cmdline, "rootflags");
  if (!flags) return std::nullopt;
  const std::size_t at = flags->starts_with(key + "=") ? 0 : flags->find("," + key + "=");
  if (at == std::string::npos) return std::nullopt;
  const std::size_t begin = flags->find('=', at) + 1;
  return flags->substr(begin, flags->find(',', begin) - begin);
}

/// The subvolume as `rootflags=` writes it, without leading slashes.
std::optional<std::string> wanted_subvolume(const std::string& cmdline) {
  auto name = root_flag(cmdline, "subvol");
  if (name) name->erase(0, std::min(name->find_first_not_of('/'), name->size()));
  return name;
}

/// A subvolume by its number, which a copy of the file system's files does not keep.
Answer rootflags_subvolid(const BootEntry& entry, const guest::Volume& volume,
                          const std::string& number) {
  std::uint64_t id = 0;
  const bool hexadecimal = number.starts_with("0x");
  const char* end = number.data() + number.size();
  const auto parsed =
      std::from_chars(number.data() + (hexadecimal ? 2 : 0), end, id, hexadecimal ? 16 : 10);
  const bool is_number = parsed.ec == std::errc{} && parsed.ptr == end;
  if (is_number && guest::subvolume_of_id(volume, id)) return Answer::clean();
  if (volume.subvolume_ids.empty() && !volume.subvolumes.empty())
    return Answer::unknown(say("the numbers of the root's subvolumes are not known"));
  Answer answer;
  answer.fired.push_back(evidence_at(
      entry.cmdline_place, say("{} has no subvolume with the number '{}'", volume.device, number)));
  return answer;
}

Answer rootflags_subvol(const Context& context) {
  const BootEntry* entry = chosen_kernel(context);
  const auto& root = context.facts.boot.root;
  if (entry == nullptr || !root || !root->resolution.volume) return Answer::not_applied();
  const guest::Volume& volume = context.inventory.volumes[*root->resolution.volume];
  if (const auto id = root_flag(entry->cmdline, "subvolid"); id && volume.filesystem == "btrfs")
    return rootflags_subvolid(*entry, volume, *id);
  const auto wanted = wanted_subvolume(entry->cmdline);
  if (!wanted || wanted->empty() || volume.filesystem != "btrfs") return Answer::not_applied();
  const bool there = std::any_of(
      volume.subvolumes.begin(), volume.subvolumes.end(),
      [&](const std::string& have) { return have == *wanted || have == "/" + *wanted; });
  if (there) return Answer::clean();
  if (volume.subvolumes.empty())
    return Answer::unknown(say("the subvolumes of the root file system are not known"));
  Answer answer;
  answer.fired.push_back(
      evidence_at(entry->cmdline_place, say("{} has no subvolume '{}'", volume.device, *wanted)));
  return answer;
}

/// The line that mounts "/"; the last one counts.
const FstabEntry* root_line(const Context& context) {
  const auto& entries = context.facts.fstab.entries;
  const auto line = std::find_if(entries.rbegin(), entries.rend(), [](const FstabEntry& entry) {
    return entry.target == "/" && !entry.malformed;
  });
  return line == entries.rend() ? nullptr : &*line;
}

Answer fstab_root(const Context& context) {
  const auto& root = context.facts.boot.root;
  const FstabEntry* line = root_line(context);
  if (!root || line == nullptr) return Answer::not_applied();
  if (!root->resolution.volume || !line->device.volume ||
      root->resolution.volume == line->device.volume ||
      holds_no_system(context, *root->resolution.volume))
    return Answer::clean();
  Answer answer;
  const auto& volumes = context.inventory.volumes;
  answer.fired.push_back(evidence_at(
      line->place, say("/etc/fstab mounts {} as '/', but the kernel is told {} (root={})",
                       volumes[*line->device.volume].device,
                       volumes[*root->resolution.volume].device, root->spec)));
  return answer;
}

constexpr std::string_view waits_for_root =
    "the initramfs waits for the root device, then stops in a shell";

constexpr std::array<Rule, 5> rules{{
    {"boot.root-unresolvable", Severity::error, "the default entry's root device is in this image",
     waits_for_root, "let root= name the root file system's UUID", root_unresolvable},
    {"boot.root-by-kernel-name", Severity::warning, "the root device is not named by its driver",
     "on a virtio disk the name is another one, and the root device may not be found",
     "let root= name the UUID", root_by_kernel_name},
    {"boot.resume-unresolvable", Severity::warning, "the device to resume from is in this image",
     "the initramfs may wait for the device before it goes on", "remove resume= or correct it",
     resume_unresolvable},
    {"boot.rootflags-subvol", Severity::error, "the root subvolume exists", waits_for_root,
     "correct subvol= in rootflags=", rootflags_subvol},
    {"boot.fstab-root-vs-cmdline", Severity::warning,
     "/etc/fstab and root= mean the same root file system",
     "the root file system is not remounted and may stay read-only", "let both name the same UUID",
     fstab_root},
}};

}  // namespace

std::span<const Rule> boot_root_rules() {
  return rules;
}

}  // namespace imprint::rules
