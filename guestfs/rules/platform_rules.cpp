// What machine the image is for: firmware, processor, clock; whether its release is still looked
// after; whether its root can grow.

#include "guestfs/rules/platform_rules.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "guestfs/facts/text_lines.h"
#include "guestfs/language/say.h"
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

/// The day on which the maker stopped to mend a release for everybody, as published.
struct EndOfLife {
  std::string_view id;
  std::string_view version;  ///< the version itself, or what stands before its first dots
  std::string_view day;
};

/// Days are compared with this one, not with today: a verdict is the same on every day.
constexpr std::string_view as_of = "2026-06-30";

constexpr std::array ends{
    EndOfLife{"debian", "7", "2018-05-31"},
    EndOfLife{"debian", "8", "2020-06-30"},
    EndOfLife{"debian", "9", "2022-06-30"},
    EndOfLife{"debian", "10", "2024-06-30"},
    EndOfLife{"debian", "11", "2026-08-31"},
    EndOfLife{"ubuntu", "12.04", "2017-04-28"},
    EndOfLife{"ubuntu", "14.04", "2019-04-30"},
    EndOfLife{"ubuntu", "16.04", "2021-04-30"},
    EndOfLife{"ubuntu", "18.04", "2023-05-31"},
    EndOfLife{"ubuntu", "20.04", "2025-05-31"},
    EndOfLife{"centos", "5", "2017-03-31"},
    EndOfLife{"centos", "6", "2020-11-30"},
    EndOfLife{"centos", "7", "2024-06-30"},
    EndOfLife{"centos", "8", "2024-05-31"},
    EndOfLife{"rhel", "5", "2017-03-31"},
    EndOfLife{"rhel", "6", "2020-11-30"},
    EndOfLife{"rhel", "7", "2024-06-30"},
    EndOfLife{"sles", "11", "2019-03-31"},
    EndOfLife{"sles", "12", "2024-10-31"},
    EndOfLife{"alinux", "2", "2024-03-31"},
    EndOfLife{"opensuse-leap", "42", "2019-06-30"},
    EndOfLife{"opensuse-leap", "15.5", "2024-12-31"},
    EndOfLife{"alpine", "3.17", "2024-11-22"},
    EndOfLife{"alpine", "3.18", "2025-05-09"},
    EndOfLife{"alpine", "3.19", "2025-11-01"},
    EndOfLife{"fedora", "39", "2024-11-26"},
    EndOfLife{"fedora", "40", "2025-05-13"},
    EndOfLife{"amzn", "2018", "2023-12-31"},
};

bool is_version(std::string_view version, std::string_view listed) {
  return version.starts_with(listed) &&
         (version.size() == listed.size() || version[listed.size()] == '.');
}

Answer end_of_life(const Context& context) {
  const facts::ReleaseFacts& release = context.facts.release;
  if (release.id.empty() || release.version.empty()) return Answer::not_applied();
  Answer answer;
  for (const EndOfLife& end : ends)
    if (end.id == release.id && is_version(release.version, end.version) && end.day <= as_of)
      answer.fired.push_back(
          evidence_of(release.decided_by, say("'{}' {} has had no updates since {} (as of {})",
                                              release.id, release.version, end.day, as_of)));
  return answer;
}

constexpr std::array rules{
    Rule{"release.eol", Severity::info, "the release still gets updates", "known holes stay open",
         "move to a release that gets updates", end_of_life},
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
