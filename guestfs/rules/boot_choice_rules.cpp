// Which kernel boots by default, and what its command line asks of the initramfs and the console.

#include <algorithm>
#include <array>

#include "guestfs/facts/kernel_cmdline.h"
#include "guestfs/facts/source_file.h"
#include "guestfs/facts/text_lines.h"
#include "guestfs/guest/device_set.h"
#include "guestfs/language/say.h"
#include "guestfs/rules/boot_rules.h"
#include "guestfs/rules/evidence.h"

namespace imprint::rules {
namespace {

using facts::BootEntry;
using facts::CmdlineWord;
using guest::Match;
using guest::Volume;
using namespace std::string_view_literals;

/// Kernels of the time before paravirt_ops, built for Xen alone. A hypervisor that the loader
/// starts first brings them up anywhere.
Answer only_xen(const Context& context) {
  const facts::KernelFacts& kernel = context.facts.kernel;
  if (kernel.config.empty()) return Answer::not_applied();
  if (!kernel.config.contains("X86_XEN") && !kernel.config.contains("X86_64_XEN"))
    return Answer::clean();
  Answer answer;
  answer.fired.push_back(
      evidence_of(kernel.config_file.path,
                  say("the default kernel {} was built for Xen alone", kernel.version)));
  return answer;
}

Answer debug_default(const Context& context) {
  const BootEntry* entry = chosen_kernel(context);
  if (entry == nullptr) return Answer::not_applied();
  const std::string& version = context.facts.kernel.version;
  static constexpr std::array endings{"-debug"sv, "-dbg"sv, "+debug"sv, ".debug"sv};
  const auto ends = [&](std::string_view text) {
    return std::any_of(endings.begin(), endings.end(),
                       [&](std::string_view ending) { return text.ends_with(ending); });
  };
  if (!ends(version) && !ends(entry->kernel->written)) return Answer::clean();
  Answer answer;
  answer.fired.push_back(
      evidence_at(entry->kernel->place,
                  say("the default kernel '{}' is a debugging one", entry->kernel->written)));
  return answer;
}

Answer rescue_default(const Context& context) {
  const BootEntry* entry = chosen_kernel(context);
  if (entry == nullptr) return Answer::not_applied();
  const std::string& written = entry->kernel->written;
  if (written.find("vmlinuz-0-rescue") == std::string::npos) return Answer::clean();
  Answer answer;
  answer.fired.push_back(evidence_at(
      entry->kernel->place, say("the default entry boots the rescue kernel '{}'", written)));
  return answer;
}

Answer console(const Context& context) {
  const BootEntry* entry = chosen_kernel(context);
  if (entry == nullptr) return Answer::not_applied();
  std::string foreign;
  for (const CmdlineWord& word : facts::cmdline_words(entry->cmdline)) {
    if (word.key != "console" || !word.value) continue;
    if (word.value->starts_with("ttyS") || word.value->starts_with("ttyAMA"))
      return Answer::clean();
    if (word.value->starts_with("hvc0") || word.value->starts_with("xvc0")) foreign = *word.value;
  }
  const facts::Place& place = entry->cmdline.empty() ? entry->kernel->place : entry->cmdline_place;
  Answer answer;
  if (!foreign.empty()) {
    answer.fired.push_back(
        evidence_at(place, say("console={} is a device of another hypervisor", foreign)));
    answer.fired.back().severity = Severity::warning;
  } else {
    answer.fired.push_back(evidence_at(place, say("the kernel is given no console=ttyS0")));
  }
  return answer;
}

/// Harmless, and what every sealed image looks like once it has been started.
Answer machine_id(const Context& context) {
  const BootEntry* entry = chosen_kernel(context);
  if (entry == nullptr || !entry->place.path.ends_with(".conf") ||
      entry->place.path.find("/loader/entries/") == std::string::npos)
    return Answer::not_applied();
  constexpr std::size_t id_size = 32;
  const auto is_id = [](std::string_view text) {
    return text.size() == id_size &&
           text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  };
  const std::string name = entry->place.path.substr(entry->place.path.rfind('/') + 1);
  const facts::SourceFile file = facts::read_source(context.fs, "/etc/machine-id");
  const std::string_view own = facts::trim(
      std::string_view{file.text}.substr(0, std::min(file.text.find('\n'), file.text.size())));
  const std::string_view named = std::string_view{name}.substr(0, id_size);
  if (!is_id(own) || !is_id(named) || own == named) return Answer::clean();
  Answer answer;
  answer.fired.push_back(
      evidence_of(entry->place.path, say("the entry is named after another machine's id")));
  return answer;
}

/// What the words rd.* of dracut name.
struct Wanted {
  std::string text;  ///< the word
  std::string what;  ///< "VG/LV", a volume group, or a UUID
  enum class Kind { logical_volume, volume_group, luks, md } kind;
};

std::vector<Wanted> wanted_devices(const std::string& cmdline) {
  std::vector<Wanted> result;
  for (const CmdlineWord& word : facts::cmdline_words(cmdline)) {
    if (!word.value || word.value->empty()) continue;
    const std::string text = word.key + "=" + *word.value;
    if (word.key == "rd.lvm.lv")
      result.push_back({text, *word.value, Wanted::Kind::logical_volume});
    else if (word.key == "rd.lvm.vg")
      result.push_back({text, *word.value, Wanted::Kind::volume_group});
    else if (word.key == "rd.luks.uuid")
      result.push_back({text, *word.value, Wanted::Kind::luks});
    else if (word.key == "rd.md.uuid")
      result.push_back({text, *word.value, Wanted::Kind::md});
  }
  return result;
}

/// UUIDs as hexadecimal digits alone: mdadm writes colons where others write dashes.
std::string digits_of(std::string_view uuid) {
  std::string digits;
  for (const char c : facts::lower(uuid))
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')) digits += c;
  return digits;
}

bool is_there(const Volume& volume, const Wanted& wanted) {
  switch (wanted.kind) {
    case Wanted::Kind::logical_volume:
      return !volume.volume_group.empty() &&
             volume.volume_group + "/" + volume.logical_volume == wanted.what;
    case Wanted::Kind::volume_group:
      return volume.volume_group == wanted.what;
    case Wanted::Kind::luks: {
      const std::string_view uuid =
          std::string_view{wanted.what}.substr(wanted.what.starts_with("luks-") ? 5 : 0);
      return volume.filesystem == "crypto_LUKS" &&
             digits_of(volume.uuid).starts_with(digits_of(uuid));
    }
    case Wanted::Kind::md:
      return volume.filesystem == "linux_raid_member" &&
             digits_of(volume.uuid) == digits_of(wanted.what);
  }
  return true;
}

/// Only dracut reads rd.*; an initramfs that was read and is not its own does not mind.
bool is_read_by_dracut(const Context& context) {
  const auto& initramfs = context.facts.initramfs;
  if (!initramfs.is_known()) return true;
  return !initramfs.content.paths.contains("conf/initramfs.conf");
}

/// The logical volume as root= names it is told by boot.root-unresolvable.
bool is_told_as_root(const Context& context, const Wanted& wanted) {
  const auto& root = context.facts.boot.root;
  if (!root || root->resolution.match != Match::absent ||
      wanted.kind != Wanted::Kind::logical_volume)
    return false;
  std::string mapper;
  for (const char c : wanted.what) mapper += c == '-' ? "--" : std::string(1, c == '/' ? '-' : c);
  return root->spec == "/dev/" + wanted.what || root->spec == "/dev/mapper/" + mapper;
}

/// Inside an encrypted device that is not opened there may be anything.
bool may_be_hidden(const Context& context, const Wanted& wanted) {
  if (wanted.kind != Wanted::Kind::logical_volume && wanted.kind != Wanted::Kind::volume_group)
    return false;
  for (std::size_t i = 0; i < context.inventory.volumes.size(); ++i)
    if (guest::is_closed(context.inventory, i)) return true;
  return false;
}

/// With any rd.lvm.* dracut starts the named ones alone.
void judge_root_volume(const Context& context, const BootEntry& entry,
                       const std::vector<Wanted>& wanted, Answer& answer) {
  const auto& root = context.facts.boot.root;
  const auto& volumes = context.inventory.volumes;
  if (!root || !root->resolution.volume || *root->resolution.volume >= volumes.size()) return;
  const Volume& volume = volumes[*root->resolution.volume];
  const bool any_lvm = std::any_of(wanted.begin(), wanted.end(), [](const Wanted& each) {
    return each.kind == Wanted::Kind::logical_volume || each.kind == Wanted::Kind::volume_group;
  });
  const bool named = std::any_of(wanted.begin(), wanted.end(),
                                 [&](const Wanted& each) { return is_there(volume, each); });
  if (volume.kind != Volume::Kind::logical_volume || !any_lvm || named) return;
  answer.fired.push_back(
      evidence_at(entry.cmdline_place,
                  say("the root's logical volume {} is named by no rd.lvm.lv=", volume.device)));
  answer.fired.back().severity = Severity::warning;
}

Answer rd_devices(const Context& context) {
  const BootEntry* entry = chosen_kernel(context);
  if (entry == nullptr) return Answer::not_applied();
  const std::vector<Wanted> wanted = wanted_devices(entry->cmdline);
  if (wanted.empty() || !is_read_by_dracut(context)) return Answer::not_applied();
  const auto& volumes = context.inventory.volumes;
  Answer answer;
  for (const Wanted& each : wanted) {
    const bool there = std::any_of(volumes.begin(), volumes.end(),
                                   [&](const Volume& volume) { return is_there(volume, each); });
    if (there || may_be_hidden(context, each) || is_told_as_root(context, each)) continue;
    answer.fired.push_back(
        evidence_at(entry->cmdline_place, say("'{}' names nothing in this image", each.text)));
  }
  if (answer.fired.empty()) judge_root_volume(context, *entry, wanted, answer);
  return answer;
}

constexpr std::array<Rule, 6> rules{{
    {"boot.rd-lvm-luks", Severity::error,
     "the devices that rd.* names for dracut are in this image",
     "the initramfs waits for the device, then stops in a shell",
     "correct the word on the kernel's command line, or remove it", rd_devices},
    {"boot.only-xen-kernel", Severity::error, "the default kernel was not built for Xen alone",
     "the kernel does not start on this hypervisor", "install the distribution's usual kernel",
     only_xen},
    {"boot.debug-default", Severity::warning, "the default kernel is no debugging one",
     "the machine is slow", "make the usual kernel the default", debug_default},
    {"boot.rescue-default", Severity::error, "the default entry is not the rescue kernel",
     "the rescue kernel boots, which no update renews and whose modules may be gone",
     "make the usual kernel the default", rescue_default},
    {"boot.console", Severity::info, "the kernel writes to the serial console",
     "the machine's console log stays empty, so that a failed boot cannot be seen",
     "add console=ttyS0 to the kernel's command line", console},
    {"boot.bls-machine-id-mismatch", Severity::info, "boot entries bear this machine's id",
     "none; tools that manage the entries may not find them",
     "nothing, unless kernels are installed in the image", machine_id},
}};

}  // namespace

std::span<const Rule> boot_choice_rules() {
  return rules;
}

}  // namespace imprint::rules
