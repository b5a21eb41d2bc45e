// What the kernel starts once it has its root file system.

#include <algorithm>
#include <array>

#include "guestfs/facts/kernel_cmdline.h"
#include "guestfs/language/say.h"
#include "guestfs/rules/boot_rules.h"
#include "guestfs/rules/evidence.h"

namespace imprint::rules {
namespace {

using facts::BootEntry;
using facts::CmdlineWord;

/// /usr may lie on a file system that is not mounted here, and hold all programs.
bool usr_is_elsewhere(const Context& context, const BootEntry& entry) {
  for (const char* key : {"mount.usr", "mount.usrhash", "usrhash"})
    if (facts::cmdline_value(entry.cmdline, key)) return true;
  const auto& lines = context.facts.fstab.entries;
  return std::any_of(lines.begin(), lines.end(), [](const facts::FstabEntry& line) {
    return line.target == "/usr" && line.device.match != guest::Match::found;
  });
}

/// The programs that the kernel (kernel_init() in init/main.c), dracut and initramfs-tools try, and
/// those that systemd's initrd switches to.
Answer init_missing(const Context& context) {
  const BootEntry* entry = chosen_kernel(context);
  if (entry == nullptr || usr_is_elsewhere(context, *entry)) return Answer::not_applied();
  // Guix' initramfs runs a program of its own out of the store.
  if (facts::cmdline_value(entry->cmdline, "gnu.load")) return Answer::not_applied();
  std::vector<std::string> programs{"/sbin/init", "/etc/init", "/bin/init",
                                    "/usr/lib/systemd/systemd", "/lib/systemd/systemd"};
  if (const auto named = facts::cmdline_value(entry->cmdline, "init")) programs.push_back(*named);
  for (const std::string& program : programs) {
    const auto there = is_there(context, program);
    if (!there) return Answer::unknown(say("'{}' cannot be looked at", program));
    if (*there) return Answer::clean();
  }
  Answer answer;
  answer.fired.push_back(
      evidence_of("/sbin/init", say("neither '/sbin/init' nor any other init is there")));
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

constexpr std::array<Rule, 2> rules{{
    {"boot.init-missing", Severity::error, "the program that the kernel starts is there",
     "the kernel finds nothing to start: it panics, or the initramfs stops in a shell",
     "install the init system's package again", init_missing},
    {"boot.cmdline-forbidden", Severity::error, "the command line starts the system and no shell",
     "the machine does not come up as it should", "remove the word from the kernel's command line",
     cmdline_forbidden},
}};

}  // namespace

std::span<const Rule> boot_init_rules() {
  return rules;
}

}  // namespace imprint::rules
