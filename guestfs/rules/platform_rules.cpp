// What machine the image is for: firmware, processor, clock; whether its release is still looked
// after; whether its root can grow.

#include "guestfs/rules/platform_rules.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "guestfs/facts/text_lines.h"
#include "guestfs/language/say.h"
#include "guestfs/rules/end_of_life.h"
#include "guestfs/rules/evidence.h"

namespace imprint::rules {
namespace {

Answer firmware_mismatch(const Context& context) {
  const auto& wanted = context.limits.firmware;
  const auto& firmware = context.facts.boot.firmware;
  // Of an image that nothing starts the rules boot.* speak.
  if (wanted.empty() || firmware.empty()) return Answer::not_applied();
  const bool fits = std::any_of(firmware.begin(), firmware.end(), [&](const std::string& each) {
    return std::find(wanted.begin(), wanted.end(), each) != wanted.end();
  });
  Answer answer;
  if (!fits)
    answer.fired.push_back(
        evidence_of({}, say("the image starts by '{}'; machines start by '{}'",
                            fmt::join(firmware, "', '"), fmt::join(wanted, "', '"))));
  return answer;
}

int major_of(std::string_view version) {
  int major = 0;
  std::from_chars(version.data(), version.data() + version.size(), major);
  return major;
}

/// Red Hat compiles version 9 for x86-64-v2, and 10 for v3.
Answer cpu_level(const Context& context) {
  constexpr std::array<std::string_view, 5> ids{"rhel", "centos", "rocky", "almalinux", "ol"};
  const facts::ReleaseFacts& release = context.facts.release;
  if (std::find(ids.begin(), ids.end(), release.id) == ids.end()) return Answer::not_applied();
  Answer answer;
  const int major = major_of(release.version);
  if (major >= 9)
    answer.fired.push_back(evidence_of(
        release.decided_by,
        say("on x86 it needs a processor of level {}", major == 9 ? "x86-64-v2" : "x86-64-v3")));
  return answer;
}

Answer clock_in_local_time(const Context& context) {
  const facts::SourceFile file = facts::read_source(context.fs, "/etc/adjtime");
  if (file.is_unreadable()) return unreadable(file);
  const auto lines = facts::split_lines(file.text);
  Answer answer;
  if (lines.size() >= 3 && facts::trim(lines[2].text) == "LOCAL")
    answer.fired.push_back(evidence_at(facts::place_of(file.path, lines[2]),
                                       say("the hardware clock is taken for local time")));
  return answer;
}

Answer growpart_missing(const Context& context) {
  Answer answer;
  for (const char* text : {"/usr/bin/growpart", "/usr/sbin/growpart", "/usr/bin/systemd-repart"}) {
    const auto path = guest::GuestPath::parse(text);
    const auto there = path ? context.fs.exists(*path) : Result<bool>{path.error()};
    if (!there) return Answer::unknown(say("the programs of the guest cannot be looked at"));
    if (*there) return answer;
  }
  answer.fired.push_back(evidence_of({}, say("growpart is not installed")));
  return answer;
}

Answer without_updates(const Context& context) {
  const facts::ReleaseFacts& release = context.facts.release;
  if (release.id.empty() || release.version.empty()) return Answer::not_applied();
  Answer answer;
  if (const auto day = end_of_life(release))
    answer.fired.push_back(
        evidence_of(release.decided_by, say("'{}' {} has had no updates since {} (as of {})",
                                            release.id, release.version, *day, end_of_life_as_of)));
  return answer;
}

constexpr std::array rules{
    Rule{"release.eol", Severity::info, "the release still gets updates", "known holes stay open",
         "move to a release that gets updates", without_updates},
    Rule{"fw.mismatch", Severity::error, "the image starts by the firmware that machines have",
         "the firmware finds nothing to start", "install a loader for that firmware",
         firmware_mismatch},
    Rule{"cpu.level", Severity::info, "which processor the system needs",
         "on an older processor the kernel or the first program stops", "none needed", cpu_level},
    Rule{"os.rtc", Severity::info, "the hardware clock is taken for UTC",
         "the time is wrong by the time zone until it is synchronised",
         "run: hwclock --utc --systohc", clock_in_local_time},
    Rule{"fs.growpart-missing", Severity::info, "the root partition can grow at first boot",
         "on a larger disk the root keeps its size", "install growpart", growpart_missing},
};

}  // namespace

std::span<const Rule> platform_rules() {
  return rules;
}

}  // namespace imprint::rules
