// The root device, and what else the kernel's command line asks for.

#include <algorithm>
#include <array>
#include <charconv>

#include "guestfs/facts/kernel_cmdline.h"
#include "guestfs/guest/disk_name.h"
#include "guestfs/language/say.h"
#include "guestfs/rules/boot_rules.h"
#include "guestfs/rules/evidence.h"

namespace imprint::rules {
namespace {

using facts::Boot;
using facts::BootEntry;
using facts::CmdlineWord;
using facts::FstabEntry;
using guest::Match;

/// The default entry, where it starts a kernel of its own.
const BootEntry* chosen_kernel(const Context& context) {
  const BootEntry* entry = context.facts.boot.default_or_null();
  return entry != nullptr && entry->kernel ? entry : nullptr;
}

/// Partition types by which systemd finds a root file system without root= (Discoverable Partitions
/// Specification).
bool has_discoverable_root(const guest::Inventory& inventory) {
  static constexpr std::array<std::string_view, 6> types{
      "4f68bce3-e8cd-4db1-96e7-fbcaf984b709",   // x86-64
      "b921b045-1df0-41c3-af44-4c6f280d3fae",   // arm64
      "44479540-f297-41b2-9af7-d131d5f0458a",   // x86
      "69dad710-2ce4-4e3c-b16c-21a1d49abed3",   // arm
      "72ec70a6-cf74-40e6-bd49-4bda08e8f224",   // riscv64
      "77055800-792c-4f94-b39a-98c91b762bb6"};  // loongarch64
  return std::any_of(
      inventory.volumes.begin(), inventory.volumes.end(), [](const guest::Volume& volume) {
        return std::find(types.begin(), types.end(), volume.part_type) != types.end();
      });
}

/// `parameter` is "root=..." or the like, as it stands on the command line.
std::string names_nothing(const std::string& parameter, const guest::Resolution& resolution) {
  return resolution.nearest.empty()
             ? say("{} names nothing in this image", parameter)
             : say("{} names nothing in this image; the nearest that it has is '{}'", parameter,
                   resolution.nearest);
}

Answer no_root(const Context& context, const BootEntry& entry) {
  const Boot& boot = context.facts.boot;
  if (has_discoverable_root(context.inventory)) return Answer::clean();
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
  if (!root) return no_root(context, *entry);
  if (root->resolution.match == Match::found) return Answer::clean();
  if (root->resolution.match == Match::unknown)
    return Answer::unknown(say("root={} cannot be looked up in the image", root->spec));
  if (root->spec == "gpt-auto" && has_discoverable_root(context.inventory)) return Answer::clean();
  if (root->spec == "fstab") return Answer::clean();
  Answer answer;
  const std::string message = root->resolution.match == Match::absent
                                  ? names_nothing("root=" + root->spec, root->resolution)
                                  : say("root={} is no local disk", root->spec);
  answer.fired.push_back(evidence_at(root->place, message));
  return answer;
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

/// What is wrong with a word that keeps the machine from coming up as it should; empty for all
/// others.
std::string forbidden(const CmdlineWord& word, const std::string& text) {
  static constexpr std::array<std::string_view, 10> alone{
      "single", "s", "S", "1", "emergency", "rescue", "-s", "-b", "rd.break", "rd.emergency"};
  if (!word.value && std::find(alone.begin(), alone.end(), word.key) != alone.end())
    return say("'{}' starts a repair shell instead of the system", text);
  if (word.key == "rd.break") return say("'{}' stops in the initramfs", text);
  if (word.key == "systemd.debug-shell" || word.key == "systemd.debug_shell")
    return say("'{}' opens a root shell without password", text);
  if (!word.value) return {};
  if (word.key == "init" && (word.value->ends_with("/sh") || word.value->ends_with("sh")) &&
      word.value->find("/bin/") != std::string::npos)
    return say("'{}' starts a shell instead of the system", text);
  const bool repair = word.value->starts_with("rescue") || word.value->starts_with("emergency");
  if (word.key == "systemd.unit" && repair)
    return say("'{}' starts a repair shell instead of the system", text);
  return {};
}

Answer cmdline_forbidden(const Context& context) {
  const BootEntry* entry = chosen_kernel(context);
  if (entry == nullptr) return Answer::not_applied();
  Answer answer;
  for (const CmdlineWord& word : facts::cmdline_words(entry->cmdline)) {
    const std::string text = word.value ? word.key + "=" + *word.value : word.key;
    std::string message = forbidden(word, text);
    if (!message.empty())
      answer.fired.push_back(evidence_at(entry->cmdline_place, std::move(message)));
  }
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
      root->resolution.volume == line->device.volume)
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

constexpr std::array<Rule, 6> rules{{
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
    {"boot.cmdline-forbidden", Severity::error, "the command line starts the system and no shell",
     "the machine does not come up as it should", "remove the word from the kernel's command line",
     cmdline_forbidden},
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
