// Whether the distribution is recognised from its release files, by whoever looks at which of them.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "guestfs/facts/text_lines.h"
#include "guestfs/language/say.h"
#include "guestfs/rules/evidence.h"
#include "guestfs/rules/table.h"

namespace imprint::rules {
namespace {

using facts::Family;
using facts::ReleaseFacts;
using facts::ReleaseSource;
using facts::SourceFile;
using State = facts::SourceFile::State;

std::vector<const SourceFile*> all_files(const ReleaseFacts& release) {
  std::vector<const SourceFile*> files{&release.os_release_file, &release.vendor_file};
  for (const ReleaseSource& source : release.sources) files.push_back(&source.file);
  return files;
}

/// The reason why nothing can be said for sure, where a file could not be looked at.
std::optional<std::string> unreadable_reason(const ReleaseFacts& release) {
  for (const SourceFile* file : all_files(release))
    if (file->is_unreadable()) return describe_state(*file);
  return std::nullopt;
}

const ReleaseSource* source_at(const ReleaseFacts& release, std::string_view path) {
  const auto source =
      std::find_if(release.sources.begin(), release.sources.end(),
                   [&](const ReleaseSource& each) { return each.file.path == path; });
  return source == release.sources.end() ? nullptr : &*source;
}

/// Whether another rule already speaks of /etc/os-release.
bool is_broken_link(const SourceFile& file) {
  return file.state == State::dangling || file.state == State::wrong_type;
}

/// Many programs, cloud-init among them, read /etc alone and not the vendor's copy of os-release.
bool is_recognised_in_etc(const ReleaseFacts& release) {
  return (!release.id.empty() && release.decided_by != release.vendor_file.path) ||
         std::any_of(release.sources.begin(), release.sources.end(),
                     [](const ReleaseSource& each) { return !each.id.empty(); });
}

Answer unrecognised(const Context& context) {
  const ReleaseFacts& release = context.facts.release;
  const SourceFile& file = release.os_release_file;
  const bool needs_vendor_file = file.state == State::absent && release.vendor_file.is_read();
  const bool recognised = is_recognised_in_etc(release);
  if (is_broken_link(file) || (recognised && !needs_vendor_file)) return Answer::clean();
  if (const auto reason = unreadable_reason(release)) return Answer::unknown(*reason);
  const std::string fault = file.is_read() && !file.text.empty()
                                ? say("'{}' names no ID", file.path)
                                : facts::describe_state(file);
  Evidence evidence = evidence_of(file.path, fault);
  if (recognised) {
    evidence.severity = Severity::warning;
    evidence.effect = say("programs that read /etc/os-release alone do not recognise the system");
  } else {
    evidence.message = say("{}, and no other release file in /etc names a distribution", fault);
  }
  Answer answer;
  answer.fired.push_back(std::move(evidence));
  return answer;
}

Answer symlink_broken(const Context& context) {
  const ReleaseFacts& release = context.facts.release;
  if (release.os_release_file.is_unreadable()) return unreadable(release.os_release_file);
  Answer answer;
  for (const SourceFile* file : all_files(release))
    if (is_broken_link(*file) && file->path != release.vendor_file.path)
      answer.fired.push_back(evidence_of(file->path, facts::describe_state(*file)));
  // Only os-release is read by everybody; a dangling older file costs little.
  for (Evidence& evidence : answer.fired)
    if (evidence.path != release.os_release_file.path) evidence.severity = Severity::warning;
  return answer;
}

/// The leading number of a version; nothing for "bookworm/sid".
std::optional<int> major_of(std::string_view version) {
  int major = 0;
  const auto [end, error] = std::from_chars(version.data(), version.data() + version.size(), major);
  if (error != std::errc{} || end == version.data()) return std::nullopt;
  return major;
}

/// Files that every system of the family carries and that tools look for.
bool has_signature(const ReleaseFacts& release) {
  switch (release.family) {
    case Family::debian:
      return source_at(release, "/etc/debian_version") != nullptr ||
             source_at(release, "/etc/lsb-release") != nullptr;
    case Family::redhat:
      return std::any_of(release.sources.begin(), release.sources.end(),
                         [](const ReleaseSource& each) { return each.family == Family::redhat; });
    case Family::alpine:
      return source_at(release, "/etc/alpine-release") != nullptr;
    default:
      return true;
  }
}

bool is_decided_by_os_release(const ReleaseFacts& release) {
  return release.decided_by == release.os_release_file.path ||
         release.decided_by == release.vendor_file.path;
}

/// Systems that carry only their own name in these files, though they are kin.
bool is_exclusive(std::string_view id) {
  constexpr std::array<std::string_view, 7> ids{"debian", "ubuntu", "centos",   "fedora",
                                                "rocky",  "ol",     "almalinux"};
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

bool is_like(const ReleaseFacts& release, std::string_view id) {
  return id == release.id ||
         std::find(release.id_like.begin(), release.id_like.end(), id) != release.id_like.end();
}

Evidence says_otherwise(const ReleaseFacts& release, const ReleaseSource& source) {
  Evidence evidence =
      evidence_of(source.file.path, say("'{}' says '{}', but '{}' says '{}'", source.file.path,
                                        source.id, release.decided_by, release.id));
  evidence.text = std::string{
      facts::trim(std::string_view{source.file.text}.substr(0, source.file.text.find('\n')))};
  return evidence;
}

/// Another member of the same family where none may be.
std::optional<Evidence> name_conflict(const ReleaseFacts& release, const ReleaseSource& source) {
  const bool by_words = source.file.path != "/etc/debian_version";
  if (!by_words || !is_exclusive(source.id) || is_like(release, source.id) ||
      !(is_exclusive(release.id) || release.id == "rhel"))
    return std::nullopt;
  Evidence evidence = says_otherwise(release, source);
  evidence.severity = Severity::warning;
  return evidence;
}

std::optional<Evidence> family_conflict(const ReleaseFacts& release, const ReleaseSource& source) {
  // Signature files of the wrong family.
  if (source.id.empty() || source.family == Family::unknown || source.family == Family::other)
    return std::nullopt;
  if (source.family == release.family || release.family == Family::other) return std::nullopt;
  Evidence evidence = says_otherwise(release, source);
  // An ID that nobody here knows may be that of a derived system, whose files are those of its
  // parent.
  evidence.severity = has_signature(release) ? Severity::warning : Severity::error;
  return evidence;
}

/// Of one distribution: files whose version is the version of the system, so that the majors must
/// agree.
bool shares_versions(const ReleaseFacts& release, const ReleaseSource& source) {
  if (source.id != release.id) return false;
  // Debian's file under Ubuntu names Debian's code name; lsb-release and VERSION_ID always agree.
  return source.file.path != "/etc/debian_version" || release.id == "debian";
}

std::optional<Evidence> version_conflict(const ReleaseFacts& release, const ReleaseSource& source) {
  const auto theirs = major_of(source.version);
  const auto ours = major_of(release.version);
  if (!shares_versions(release, source) || !theirs || !ours || *theirs == *ours)
    return std::nullopt;
  Evidence evidence = evidence_of(
      source.file.path, say("'{}' says version '{}', but '{}' says '{}'", source.file.path,
                            source.version, release.decided_by, release.version));
  evidence.severity = Severity::warning;
  return evidence;
}

Answer conflict(const Context& context) {
  const ReleaseFacts& release = context.facts.release;
  if (release.id.empty() || !is_decided_by_os_release(release)) return Answer::not_applied();
  Answer answer;
  for (const ReleaseSource& source : release.sources) {
    if (source.file.is_unreadable()) answer.undetermined.push_back(source.file.why);
    if (auto evidence = family_conflict(release, source))
      answer.fired.push_back(*std::move(evidence));
    else if (auto name = name_conflict(release, source))
      answer.fired.push_back(*std::move(name));
    else if (auto version = version_conflict(release, source))
      answer.fired.push_back(*std::move(version));
  }
  return answer;
}

/// Whether an older file speaks of a system that is known by os-release alone: it names its ID, or
/// the first word of its name.
bool speaks_of(const ReleaseFacts& release, std::string_view text) {
  const std::string line = facts::lower(text.substr(0, 4096));
  const std::string name = facts::lower(release.name.substr(0, release.name.find(' ')));
  return line.find(release.id) != std::string::npos ||
         (name.size() > 2 && line.find(name) != std::string::npos);
}

/// An older file that is there and says nothing.
void judge_older(const ReleaseFacts& release, const ReleaseSource& source, Answer& answer) {
  if (!source.file.is_read() || !source.id.empty()) return;
  const bool blank = facts::trim(source.file.text).empty();
  // Before 2012 lsb-release often held the version of the standard alone.
  const bool other_settings =
      source.file.path == "/etc/lsb-release" &&
      !facts::parse_os_release(source.file.text, source.file.path).settings.empty();
  if (other_settings || speaks_of(release, source.file.text)) return;
  answer.fired.push_back(evidence_of(
      source.file.path, blank ? say("'{}' is empty", source.file.path)
                              : say("'{}' names no known distribution", source.file.path)));
}

std::string describe_no_id(const ReleaseFacts& release, const SourceFile& file) {
  return facts::trim(file.text).empty()
             ? say("'{}' is empty; '{}' says '{}'", file.path, release.decided_by, release.id)
             : say("'{}' has no ID; '{}' says '{}'", file.path, release.decided_by, release.id);
}

Answer malformed(const Context& context) {
  const ReleaseFacts& release = context.facts.release;
  const bool own = release.os_release_file.is_read();
  const SourceFile& file = own ? release.os_release_file : release.vendor_file;
  Answer answer;
  if (file.is_read()) {
    for (const facts::ReleaseFault& fault : release.os_release.faults)
      answer.fired.push_back(evidence_at(fault.place, fault.message));
    if (file.cut)
      answer.fired.push_back(evidence_of(
          file.path,
          say("'{}' has {} bytes: recognisers stop before its end", file.path, file.info.size)));
    // Without any ID at all the rule release.unrecognised speaks.
    if (answer.fired.empty() && release.os_release.find("ID") == nullptr && !release.id.empty())
      answer.fired.push_back(evidence_of(file.path, describe_no_id(release, file)));
  }
  if (!release.id.empty())
    for (const ReleaseSource& source : release.sources) judge_older(release, source, answer);
  return answer;
}

Answer unknown_id(const Context& context) {
  const ReleaseFacts& release = context.facts.release;
  if (release.id.empty()) return Answer::not_applied();
  Answer answer;
  if (facts::family_of(release.id) != Family::unknown) return answer;
  // Where other files speak of a known family, release.conflict tells.
  const bool told_elsewhere =
      release.family == Family::unknown &&
      std::any_of(release.sources.begin(), release.sources.end(), [](const ReleaseSource& each) {
        return each.family != Family::unknown && each.family != Family::other;
      });
  if (told_elsewhere) return answer;
  const facts::ReleaseSetting* setting = release.os_release.find("ID");
  Evidence evidence =
      setting != nullptr ? evidence_at(setting->place, {}) : evidence_of(release.decided_by, {});
  evidence.message =
      release.id_like.empty()
          ? say("'{}' is no distribution that is known here", release.id)
          : say("'{}' is no distribution that is known here; it says that it is like '{}'",
                release.id, fmt::join(release.id_like, " "));
  answer.fired.push_back(std::move(evidence));
  return answer;
}

/// Whether a text of this system may speak of `id`.
bool is_our_own(const ReleaseFacts& release, const std::string& id) {
  if (is_like(release, id)) return true;
  const bool kin = facts::family_of(id) == release.family;
  return kin && !(is_exclusive(id) && is_exclusive(release.id));
}

Answer issue(const Context& context) {
  const ReleaseFacts& release = context.facts.release;
  const SourceFile& file = release.issue;
  if (file.is_unreadable()) return unreadable(file);
  Answer answer;
  if (!file.is_read() || file.text.empty()) {
    answer.fired.push_back(evidence_of(file.path, facts::describe_state(file)));
    return answer;
  }
  for (const facts::TextLine& line : facts::split_lines(file.text)) {
    const std::string id = facts::id_named_in(line.text);
    if (id.empty() || release.family == Family::unknown || is_our_own(release, id)) continue;
    answer.fired.push_back(
        evidence_at(facts::place_of(file.path, line),
                    say("'{}' speaks of '{}', but the system is '{}'", file.path, id, release.id)));
    break;
  }
  return answer;
}

constexpr std::string_view not_recognised =
    "the distribution is not recognised: password, keys and network cannot be set for it";

constexpr std::array rules{
    Rule{"release.unrecognised", Severity::error, "the release files name a distribution",
         not_recognised, "restore /etc/os-release from the distribution's package", unrecognised},
    Rule{"release.symlink-broken", Severity::error, "the release files can be read", not_recognised,
         "restore the link, normally to ../usr/lib/os-release", symlink_broken},
    Rule{"release.conflict", Severity::warning, "the release files agree",
         "programs that read different files take it for different systems",
         "restore the files from the distribution's packages", conflict},
    Rule{"release.malformed", Severity::warning, "the release files are well written",
         "some programs do not recognise the system",
         "restore the files from the distribution's packages", malformed},
    Rule{"release.issue-missing-or-empty", Severity::warning,
         "/etc/issue is there and speaks of this system",
         "programs that recognise systems by /etc/issue fail",
         "restore /etc/issue from the distribution's package", issue},
    Rule{"release.unknown-but-well-formed", Severity::info, "the distribution is a known one",
         "it is treated like the one that it says to be like", "none needed", unknown_id},
};

}  // namespace

std::span<const Rule> release_rules() {
  return rules;
}

}  // namespace imprint::rules
