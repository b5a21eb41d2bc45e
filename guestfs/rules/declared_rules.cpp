// Whether the image holds what it is said to hold, and runs on the processors that there are.

#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "guestfs/language/say.h"
#include "guestfs/rules/evidence.h"
#include "guestfs/rules/table.h"

namespace imprint::rules {
namespace {

/// "7" declares "7" and "7.9", not "70".
bool is_version(std::string_view version, std::string_view declared) {
  return version.starts_with(declared) &&
         (version.size() == declared.size() || version[declared.size()] == '.');
}

Answer declared_release(const Context& context) {
  const Declared& declared = context.demands.declared;
  const facts::ReleaseFacts& release = context.facts.release;
  // Of a system that nobody recognises release.unrecognised speaks.
  if (declared.id.empty() || release.id.empty()) return Answer::not_applied();
  Answer answer;
  if (release.id != declared.id)
    answer.fired.push_back(evidence_of(
        release.decided_by,
        say("the image is declared as '{}', but it holds '{}'", declared.id, release.id)));
  else if (!declared.version.empty() && !is_version(release.version, declared.version))
    answer.fired.push_back(evidence_of(
        release.decided_by, say("the image is declared as version '{}', but it holds '{}'",
                                declared.version, release.version)));
  return answer;
}

/// A processor runs the programs of its smaller kin.
bool runs(std::string_view processor, std::string_view program) {
  return processor == program || (processor == "x86_64" && program == "i686");
}

Answer architecture(const Context& context) {
  const std::vector<std::string>& wanted = context.limits.architectures;
  const std::string& have = context.facts.architecture;
  if (wanted.empty()) return Answer::not_applied();
  if (have.empty())
    return Answer::unknown(say("no program of the guest tells what processor it is for"));
  Answer answer;
  const bool fits = std::any_of(wanted.begin(), wanted.end(),
                                [&](const std::string& each) { return runs(each, have); });
  if (!fits)
    answer.fired.push_back(evidence_of(
        {}, say("the system is for '{}'; machines are '{}'", have, fmt::join(wanted, "', '"))));
  return answer;
}

constexpr std::array rules{
    Rule{"release.declared-mismatch", Severity::error,
         "the image holds the system that is declared",
         "it is set up, billed and looked after as another system",
         "declare what the image holds, or use the image that was meant", declared_release},
    Rule{"arch.mismatch", Severity::error, "the system is for the processors of the machines",
         "the firmware finds nothing to start, or the first program does not run",
         "use an image for that processor", architecture},
};

}  // namespace

std::span<const Rule> declared_rules() {
  return rules;
}

}  // namespace imprint::rules
