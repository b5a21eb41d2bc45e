// What the initramfs of a system of ostree starts.

#include <algorithm>
#include <array>

#include "guestfs/language/say.h"
#include "guestfs/rules/boot_rules.h"
#include "guestfs/rules/evidence.h"

namespace imprint::rules {
namespace {

Answer no_deployment(const Context& context) {
  const auto& deployment = context.facts.boot.deployment;
  if (!deployment) return Answer::not_applied();
  if (deployment->match == guest::Match::found) return Answer::clean();
  const std::string message =
      say("ostree={} leads to no deployment: {}", deployment->written, deployment->why);
  if (deployment->match == guest::Match::unknown) return Answer::unknown(message);
  Answer answer;
  answer.fired.push_back(evidence_at(deployment->place, message));
  return answer;
}

constexpr std::array<Rule, 1> rules{{
    {"boot.ostree-deployment", Severity::error,
     "the default entry's ostree= leads to a deployment that is there",
     "the initramfs finds no root to enter and stops in emergency mode",
     "deploy again with 'ostree admin deploy', which writes the entry and its link", no_deployment},
}};

}  // namespace

bool ignition_finds_root(const Context& context) {
  const facts::BootEntry* entry = context.facts.boot.default_or_null();
  if (entry == nullptr || !facts::cmdline_value(entry->cmdline, "ostree") ||
      !facts::cmdline_value(entry->cmdline, "ignition.platform.id"))
    return false;
  const auto& volumes = context.inventory.volumes;
  return std::any_of(volumes.begin(), volumes.end(),
                     [](const guest::Volume& volume) { return volume.label == "root"; });
}

std::span<const Rule> boot_ostree_rules() {
  return rules;
}

}  // namespace imprint::rules
