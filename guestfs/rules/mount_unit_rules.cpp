// Mounts that units of systemd ask for, as /etc/fstab otherwise does.

#include <algorithm>
#include <array>

#include "guestfs/facts/ini_text.h"
#include "guestfs/language/say.h"
#include "guestfs/rules/evidence.h"
#include "guestfs/rules/platform_rules.h"

namespace imprint::rules {
namespace {

using facts::ServiceFacts;
using facts::ServiceStart;

/// What starts the unit: where several links do, the one that needs it most. Null: nothing.
const ServiceStart* gravest_start(const ServiceFacts& services, std::string_view unit) {
  const ServiceStart* found = nullptr;
  for (const ServiceStart& start : services.starts)
    if (start.name == unit && !services.is_masked(unit) &&
        (found == nullptr || (start.required && start.wanted_by == "local-fs.target")))
      found = &start;
  return found;
}

void judge_unit(const Context& context, const std::string& name, const std::string& path,
                Answer& answer) {
  const ServiceStart* start = gravest_start(context.facts.services, name);
  if (start == nullptr) return;
  const facts::SourceFile file = facts::read_source(context.fs, path);
  if (file.is_unreadable()) answer.undetermined.push_back(facts::describe_state(file));
  const auto settings = facts::parse_ini(file.text, file.path);
  const facts::IniSetting* what =
      facts::find_ini(settings, name.ends_with(".swap") ? "Swap" : "Mount", "What");
  if (what == nullptr) return;
  const guest::Resolution device = guest::resolve_device(context.inventory, what->value);
  if (device.match != guest::Match::absent) return;
  Evidence evidence = evidence_at(what->place, say("'{}' is not in the image", what->value));
  if (start->required && start->wanted_by == "local-fs.target") {
    evidence.severity = Severity::error;
    evidence.effect = say("the boot waits 90 s and stops in emergency mode: no login");
  }
  answer.fired.push_back(std::move(evidence));
}

Answer mount_units(const Context& context) {
  if (context.facts.init != facts::Init::systemd) return Answer::not_applied();
  const ServiceFacts& services = context.facts.services;
  Answer answer;
  answer.undetermined = services.unknown;
  for (const auto& [name, path] : services.units)
    if ((name.ends_with(".mount") || name.ends_with(".swap")) && path.starts_with("/etc/"))
      judge_unit(context, name, path, answer);
  return answer;
}

constexpr std::array rules{
    Rule{"fstab.systemd-mount-units", Severity::warning,
         "the devices of systemd's own mount units are in the image",
         "the boot waits 90 s; what is mounted there is missing",
         "disable the unit, or correct its line What=", mount_units},
};

}  // namespace

std::span<const Rule> mount_unit_rules() {
  return rules;
}

}  // namespace imprint::rules
