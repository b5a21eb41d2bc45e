// Whether people get in over SSH with what a machine is given.

#include <algorithm>
#include <array>

#include "guestfs/facts/sshd.h"
#include "guestfs/facts/text_lines.h"
#include "guestfs/language/say.h"
#include "guestfs/rules/evidence.h"
#include "guestfs/rules/network_rules.h"

namespace imprint::rules {
namespace {

using facts::SshdConfig;
using facts::SshdSetting;

constexpr std::string_view usual_port = "22";

bool is(const SshdSetting* setting, std::initializer_list<std::string_view> words) {
  if (setting == nullptr || setting->values.empty()) return false;
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    return facts::equal_without_case(setting->values.front(), word);
  });
}

/// "0.0.0.0:22" and "[::]:22"; an address alone takes the ports of Port.
bool listens_there(const SshdSetting& setting) {
  return setting.key == "listenaddress" && !setting.values.empty() &&
         setting.values.front().ends_with(":22") &&
         setting.values.front().find_first_of(".]") != std::string::npos;
}

/// Every Port line counts, and none of them stands below Match.
Answer port(const Context& context) {
  const SshdConfig config = facts::read_sshd_config(context.fs);
  Answer answer;
  answer.undetermined = config.unknown;
  const SshdSetting* first = nullptr;
  for (const SshdSetting& setting : config.settings) {
    if (listens_there(setting)) return answer;
    if (setting.key != "port" || setting.values.empty()) continue;
    if (setting.values.front() == usual_port) return answer;
    if (first == nullptr) first = &setting;
  }
  if (first != nullptr)
    answer.fired.push_back(evidence_at(
        first->place, say("the SSH server listens on port {}, not on 22", first->values.front())));
  return answer;
}

Answer root_password(const Context& context) {
  const SshdConfig config = facts::read_sshd_config(context.fs);
  Answer answer;
  answer.undetermined = config.unknown;
  const SshdSetting* passwords = config.find("passwordauthentication");
  const SshdSetting* root = config.find("permitrootlogin");
  if (is(passwords, {"no"}))
    answer.fired.push_back(
        evidence_at(passwords->place, say("nobody may log in over SSH with a password")));
  if (is(root, {"no", "prohibit-password", "without-password", "forced-commands-only"}))
    answer.fired.push_back(
        evidence_at(root->place, say("root may not log in over SSH with a password")));
  return answer;
}

constexpr std::array rules{
    Rule{"net.ssh-port", Severity::warning, "the SSH server listens on port 22",
         "who connects to port 22, as checks and rules of clouds do, finds nobody",
         "take the line 'Port' out, or add one with 22", port},
    Rule{"net.ssh-root-password", Severity::info, "root may log in over SSH with a password",
         "the password that a machine is given works on its console alone",
         "change the line, or let cloud-init set it: ssh_pwauth and disable_root", root_password},
};

}  // namespace

std::span<const Rule> ssh_rules() {
  return rules;
}

}  // namespace imprint::rules
