// Whether SELinux lets the system boot, and whether it is on at all.

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "guestfs/facts/text_lines.h"
#include "guestfs/language/say.h"
#include "guestfs/rules/evidence.h"
#include "guestfs/rules/table.h"

namespace imprint::rules {
namespace {

using facts::Activation;
using facts::SelinuxFacts;
using facts::SelinuxMode;
using facts::SelinuxSetting;

bool is_enforcing(const SelinuxFacts& selinux) {
  return selinux.mode_at_boot == SelinuxMode::enforcing;
}

bool has_policy(const SelinuxFacts& selinux) {
  return !selinux.policies.empty() && selinux.file_contexts;
}

/// Enforcing, sure to be started, and without a policy: systemd stops at once.
bool freezes(const SelinuxFacts& selinux) {
  return is_enforcing(selinux) && selinux.activation == Activation::yes && !has_policy(selinux);
}

/// Enforcing with a policy, and the first boot does not put labels on.
bool labels_matter(const SelinuxFacts& selinux) {
  return is_enforcing(selinux) && has_policy(selinux) && selinux.activation == Activation::yes &&
         !selinux.autorelabel;
}

std::string describe_lack(const SelinuxFacts& selinux) {
  const std::string folder = "/etc/selinux/" + selinux.policy_type;
  if (!selinux.policy_folder) return say("there is no folder '{}'", folder);
  if (selinux.policies.empty()) return say("there is no policy in '{}/policy'", folder);
  return say("there is no '{}/contexts/files/file_contexts'", folder);
}

Evidence evidence_of_mode(const SelinuxFacts& selinux, std::string message) {
  const SelinuxSetting* setting = selinux.config.deciding();
  return setting != nullptr ? evidence_at(setting->place, std::move(message))
                            : evidence_of(selinux.file.path, std::move(message));
}

Answer policy_missing(const Context& context) {
  const SelinuxFacts& selinux = context.facts.selinux;
  if (selinux.file.is_unreadable()) return unreadable(selinux.file);
  if (!is_enforcing(selinux) || has_policy(selinux)) return Answer::clean();
  if (!selinux.unknown.empty()) return Answer::unknown(selinux.unknown.front());
  if (selinux.activation != Activation::yes)
    return Answer::unknown(say("{}, and {}", describe_lack(selinux), selinux.activation_reason));
  Answer answer;
  answer.fired.push_back(evidence_of_mode(
      selinux,
      say("SELinux is enforcing, but {}; {}", describe_lack(selinux), selinux.activation_reason)));
  return answer;
}

/// The last line that asks for SELinux; null if none does.
const SelinuxSetting* asking_line(const SelinuxFacts& selinux) {
  const auto& modes = selinux.config.modes;
  const auto line = std::find_if(modes.rbegin(), modes.rend(), [](const SelinuxSetting& each) {
    const auto mode = facts::parse_selinux_mode(each.value);
    return mode && *mode != SelinuxMode::disabled;
  });
  return line == modes.rend() ? nullptr : &*line;
}

/// The administrator switched it off for the kernel as well, so that the file does not matter.
bool is_off_by_command_line(const Context& context) {
  const facts::BootEntry* boot = context.facts.boot.default_or_null();
  return boot != nullptr && facts::cmdline_value(boot->cmdline, "selinux") == "0";
}

std::string describe_setting(const SelinuxFacts& selinux, const SelinuxSetting& line) {
  const SelinuxSetting* first = selinux.config.deciding();
  if (first != &line && first != nullptr)
    return say("SELinux is set to '{}', but line {} says '{}', and libselinux takes the first",
               line.value, first->place.line, first->value);
  if (selinux.activation != Activation::yes)
    return say("SELinux is set to '{}'; {}", line.value, selinux.activation_reason);
  return say("SELinux is set to '{}'", line.value);
}

Answer enabled(const Context& context) {
  const SelinuxFacts& selinux = context.facts.selinux;
  if (selinux.file.is_unreadable()) return unreadable(selinux.file);
  if (!selinux.file.is_read()) return Answer::not_applied();
  const SelinuxSetting* line = asking_line(selinux);
  if (line == nullptr || is_off_by_command_line(context)) return Answer::clean();
  // What stops the boot has rules of its own.
  if (freezes(selinux) || (labels_matter(selinux) && !selinux.unlabelled.empty()))
    return Answer::clean();
  Answer answer;
  answer.fired.push_back(evidence_at(line->place, describe_setting(selinux, *line)));
  return answer;
}

/// A line that means to set the mode, but whose key libselinux does not know: it takes no blank in
/// it, nor before it, nor small letters.
bool is_passed_over(std::string_view line) {
  const std::size_t end = line.find('=');
  return end != std::string_view::npos && !line.starts_with("SELINUX=") &&
         facts::equal_without_case(facts::trim(line.substr(0, end)), "SELINUX");
}

void tell_lines_passed_over(const facts::SourceFile& file, Answer& answer) {
  for (const facts::TextLine& line : facts::split_lines(file.text)) {
    if (!is_passed_over(line.text)) continue;
    answer.fired.push_back(
        evidence_at(facts::place_of(file.path, line),
                    say("libselinux passes over this line: it does not begin with 'SELINUX='")));
    answer.fired.back().severity = Severity::warning;
  }
}

Answer invalid_value(const Context& context) {
  const SelinuxFacts& selinux = context.facts.selinux;
  if (selinux.file.is_unreadable()) return unreadable(selinux.file);
  if (!selinux.file.is_read()) return Answer::not_applied();
  Answer answer;
  for (const SelinuxSetting& setting : selinux.config.modes)
    if (!facts::parse_selinux_mode(setting.value))
      answer.fired.push_back(evidence_at(
          setting.place,
          say("SELINUX= takes 'enforcing', 'permissive' or 'disabled', not '{}'", setting.value)));
  tell_lines_passed_over(selinux.file, answer);
  const auto& type = selinux.config.type;
  if (type && (type->value.empty() || type->value.find('/') != std::string::npos ||
               facts::parse_selinux_mode(type->value)))
    answer.fired.push_back(evidence_at(
        type->place, say("SELINUXTYPE= takes the name of a policy, not '{}'", type->value)));
  return answer;
}

std::string describe_unlabelled(const SelinuxFacts& selinux) {
  const auto& files = selinux.unlabelled;
  return files.size() == 1
             ? say("SELinux is enforcing, but '{}' has no label", files.front())
             : say("SELinux is enforcing, but '{}' have no label", fmt::join(files, "', '"));
}

Answer unlabelled(const Context& context) {
  const SelinuxFacts& selinux = context.facts.selinux;
  if (!labels_matter(selinux)) return Answer::not_applied();
  if (!selinux.unknown.empty()) return Answer::unknown(selinux.unknown.front());
  Answer answer;
  if (!selinux.unlabelled.empty())
    answer.fired.push_back(evidence_of_mode(selinux, describe_unlabelled(selinux)));
  return answer;
}

Answer autorelabel(const Context& context) {
  Answer answer;
  if (context.facts.selinux.autorelabel)
    answer.fired.push_back(evidence_of("/.autorelabel", say("'/.autorelabel' is there")));
  return answer;
}

constexpr std::array rules{
    Rule{"selinux.policy-missing", Severity::error, "SELinux finds the policy that it enforces",
         "systemd cannot load the policy and freezes: no login",
         "install the policy, or write SELINUX=disabled", policy_missing},
    Rule{"selinux.invalid-value", Severity::error, "/etc/selinux/config is well written",
         "SELinux is not in the mode that was meant",
         "write SELINUX=enforcing, permissive or disabled", invalid_value},
    Rule{"selinux.unlabelled", Severity::error, "files have labels where SELinux is enforced",
         "services and logins are refused; the boot may stop",
         "make the file /.autorelabel, or write SELINUX=disabled", unlabelled},
    Rule{"selinux.enabled", Severity::info, "SELinux is off",
         "none here; clouds that change files of the image without labels do not allow it",
         "write SELINUX=disabled if your cloud asks for it", enabled},
    Rule{"selinux.autorelabel-pending", Severity::info, "no relabelling is pending",
         "the first boot labels every file, which takes minutes, and restarts",
         "boot the system once before the image is made", autorelabel},
};

}  // namespace

std::span<const Rule> selinux_rules() {
  return rules;
}

}  // namespace imprint::rules
