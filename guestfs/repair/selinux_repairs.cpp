// SELinux, where it keeps the guest from booting or the profile does not allow it.

#include <algorithm>
#include <array>

#include "guestfs/facts/text_lines.h"
#include "guestfs/language/say.h"
#include "guestfs/repair/repairs.h"
#include "guestfs/rules/table.h"

namespace imprint::repair {
namespace {

using facts::SelinuxMode;
using facts::SelinuxSetting;

constexpr std::string_view rule_enabled = "selinux.enabled";

bool is_refused(const Draft& draft) {
  const rules::Rule* rule = rules::find_rule(rule_enabled);
  return rule != nullptr &&
         std::ranges::any_of(draft.subject().profiles, [&](const rules::Profile& profile) {
           return !profile.is_off(rule_enabled) &&
                  profile.severity_of(*rule, std::nullopt) == Severity::error;
         });
}

/// The line with another mode: the word that libselinux reads is replaced, the rest stays.
std::optional<std::string> switched_off(std::string_view line) {
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  const std::size_t start = line.find_first_not_of(" \t", equals + 1);
  if (start == std::string_view::npos) return std::nullopt;
  for (const std::string_view word : {"enforcing", "permissive"})
    if (facts::equal_without_case(line.substr(start, word.size()), word))
      return std::string{line.substr(0, start)} + "disabled" +
             std::string{line.substr(start + word.size())};
  return std::nullopt;
}

void switch_off(Draft& draft, const Finding& finding) {
  const facts::SelinuxFacts& selinux = draft.facts().selinux;
  const auto lines = facts::split_lines(selinux.file.text);
  bool any = false;
  for (const SelinuxSetting& setting : selinux.config.modes) {
    const auto mode = facts::parse_selinux_mode(setting.value);
    const auto number = static_cast<std::size_t>(setting.place.line);
    if (!mode || *mode == SelinuxMode::disabled || number < 1 || number > lines.size()) continue;
    const auto content = switched_off(lines[number - 1].text);
    if (!content) continue;
    any = true;
    if (!draft.replace_line(finding, selinux.file, setting.place.line, *content,
                            say("SELinux is switched off")))
      return;
  }
  if (!any) draft.keep(finding, say("no line of the file asks for SELinux"));
}

/// Whether the guest acts on the file /.autorelabel.
bool labels_by_itself(const Draft& draft) {
  constexpr std::array<std::string_view, 2> units{"selinux-autorelabel.service",
                                                  "rhel-autorelabel.service"};
  const facts::ServiceFacts& services = draft.facts().services;
  if (std::ranges::any_of(units, [&](auto unit) { return services.units.contains(unit); }))
    return true;
  const facts::SourceFile script = facts::read_source(draft.fs(), "/etc/rc.d/rc.sysinit");
  return draft.facts().init != facts::Init::systemd &&
         script.text.find("/.autorelabel") != std::string::npos;
}

}  // namespace

void switch_selinux_off(Draft& draft, const Finding& finding) {
  if (finding.rule == rule_enabled && !is_refused(draft))
    return draft.keep(finding, say("SELinux may stay: the profile does not refuse it"));
  switch_off(draft, finding);
}

void label_or_switch_off(Draft& draft, const Finding& finding) {
  if (is_refused(draft)) return switch_off(draft, finding);
  if (!labels_by_itself(draft))
    return draft.keep(finding, say("the guest has no service that labels its files"));
  draft.create(finding, "/.autorelabel", say("the first boot labels every file"));
}

}  // namespace imprint::repair
