// How the mount points of fstab lie on each other and in the tree.

#include <algorithm>
#include <array>
#include <map>

#include "guestfs/facts/boot.h"
#include "guestfs/language/say.h"
#include "guestfs/rules/fstab_rules.h"

namespace imprint::rules {
namespace {

using facts::Init;
using guest::GuestPath;
using guest::Match;

bool is_root_line(const FstabEntry& entry) {
  return entry.target == "/";
}

/// Whether the kernel mounts the root read-only and counts on fstab to change that.
bool stays_read_only(const Context& context) {
  const facts::BootEntry* boot = context.facts.boot.default_or_null();
  const bool remounts = context.facts.init == Init::systemd || context.facts.init == Init::unknown;
  if (boot == nullptr || !remounts || facts::cmdline_value(boot->cmdline, "ostree")) return false;
  const std::string padded = " " + boot->cmdline + " ";
  const std::size_t ro = padded.rfind(" ro ");
  const std::size_t rw = padded.rfind(" rw ");
  return ro != std::string::npos && (rw == std::string::npos || rw < ro);
}

Evidence root_missing(const Context& context, std::string message) {
  Evidence evidence = evidence_of("/etc/fstab", std::move(message));
  if (stays_read_only(context)) {
    evidence.severity = Severity::error;
    evidence.effect = say(
        "the kernel mounts the root read-only ('ro' on its command line) and nothing remounts it: "
        "it stays read-only");
  }
  return evidence;
}

/// The lines whose mount point is a folder in the tree.
std::vector<const FstabEntry*> mounting_entries(const Context& context) {
  std::vector<const FstabEntry*> entries;
  for (const FstabEntry& entry : context.facts.fstab.entries)
    if (!entry.malformed && is_mounted_at_boot(entry) && entry.target.starts_with('/') &&
        entry.type != "swap")
      entries.push_back(&entry);
  return entries;
}

bool lies_below(const std::string& inner, const std::string& outer) {
  return outer != "/" && inner.size() > outer.size() && inner.starts_with(outer) &&
         inner[outer.size()] == '/';
}

void judge_api(const Context&, const FstabEntry& entry, Answer& answer) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> expected{{
      {"/proc", "proc"},
      {"/sys", "sysfs"},
      {"/dev/shm", "tmpfs"},
      {"/dev/pts", "devpts"},
      {"/run", "tmpfs"},
      {"/sys/fs/cgroup", "tmpfs"},
  }};
  const auto api = std::find_if(expected.begin(), expected.end(),
                                [&](const auto& each) { return each.first == entry.target; });
  if (api == expected.end() || is_bind(entry)) return;
  const bool fits = entry.type == api->second || entry.type.starts_with("cgroup");
  if (fits && !entry.spec.starts_with("/dev/") && entry.device.match == Match::not_a_device) return;
  answer.fired.push_back(
      evidence_at(entry.place, say("'{}' is to be '{}' of type '{}', not '{}'", entry.target,
                                   entry.spec, entry.type, api->second)));
}

/// Whether something that is not in the image would be mounted above the folder, so that it cannot
/// be looked at.
bool is_hidden(const Context& context, const FstabEntry& entry) {
  const auto& entries = context.facts.fstab.entries;
  return std::any_of(entries.begin(), entries.end(), [&](const FstabEntry& other) {
    return lies_below(entry.target, other.target) && other.device.match != Match::found;
  });
}

void judge_target(const Context& context, const FstabEntry& entry, Answer& answer) {
  const bool comes_up =
      entry.device.match == Match::found || entry.device.match == Match::not_a_device;
  const auto path = GuestPath::parse(entry.target);
  if (!comes_up || !is_mounted_at_boot(entry) || entry.type == "swap" || !path ||
      is_hidden(context, entry))
    return;
  const auto info = context.fs.stat(*path);
  if (info && info->type != guest::FileType::folder && !is_bind(entry)) {
    answer.fired.push_back(
        failing(context, entry, say("'{}' is there, but is no folder", entry.target)));
  } else if (!info && info.error().code == Errc::not_found) {
    Evidence evidence = evidence_at(entry.place, say("the folder '{}' is not there", entry.target));
    const Init init = context.facts.init;
    if (init == Init::systemd || init == Init::unknown) {
      evidence.severity = Severity::info;
      evidence.effect = say("none: systemd makes the folder");
    }
    answer.fired.push_back(std::move(evidence));
  } else if (!info && info.error().code != Errc::invalid) {
    answer.undetermined.push_back(info.error().message);
  }
}

void judge_bind(const Context& context, const FstabEntry& entry, Answer& answer) {
  const auto path = GuestPath::parse(entry.spec);
  if (!is_bind(entry) || !is_mounted_at_boot(entry) || !path) return;
  const auto exists = context.fs.exists(*path);
  if (!is_out_of_sight(context, entry.spec) && exists && !*exists)
    answer.fired.push_back(
        evidence_at(entry.place, say("the source '{}' is not there", entry.spec)));
}

}  // namespace

/// ostree mounts its deployment and remounts it by itself.
bool is_mounted_by_ostree(const Context& context) {
  const facts::BootEntry* entry = context.facts.boot.default_or_null();
  if (entry != nullptr) return facts::cmdline_value(entry->cmdline, "ostree").has_value();
  const auto folder = guest::GuestPath::parse("/sysroot/ostree/deploy");
  const auto there = folder ? context.fs.exists(*folder) : Result<bool>{false};
  return there && *there;
}

Answer fstab_root_missing(const Context& context) {
  const facts::FstabFacts& fstab = context.facts.fstab;
  if (is_mounted_by_ostree(context)) return Answer::not_applied();
  if (fstab.file.is_unreadable()) return unreadable(fstab.file);
  Answer answer;
  if (!fstab.file.is_read()) {
    answer.fired.push_back(root_missing(context, facts::describe_state(fstab.file)));
    return answer;
  }
  // A line that is malformed may be the one for /; fstab.syntax speaks of it.
  const bool any =
      std::any_of(fstab.entries.begin(), fstab.entries.end(),
                  [](const FstabEntry& entry) { return is_root_line(entry) || entry.malformed; });
  if (any) return answer;
  if (fstab.incomplete)
    return Answer::unknown(say("'/etc/fstab' is too long to be read to its end"));
  answer.fired.push_back(root_missing(context, fstab.entries.empty()
                                                   ? say("no line of '/etc/fstab' mounts anything")
                                                   : say("no line of '/etc/fstab' is for /")));
  return answer;
}

Answer fstab_root_duplicate(const Context& context) {
  static constexpr auto judge = [](const Context& each, const FstabEntry& entry, Answer& answer) {
    const auto& entries = each.facts.fstab.entries;
    const auto first = std::find_if(entries.begin(), entries.end(), is_root_line);
    if (!is_root_line(entry) || &*first == &entry) return;
    answer.fired.push_back(
        evidence_at(entry.place, say("line {} is for / already", first->place.line)));
  };
  return each_entry(context, judge);
}

Answer fstab_duplicate_target(const Context& context) {
  const facts::SourceFile& file = context.facts.fstab.file;
  if (file.is_unreadable()) return unreadable(file);
  if (!file.is_read()) return Answer::not_applied();
  Answer answer;
  std::map<std::string, int> seen;
  for (const FstabEntry* entry : mounting_entries(context)) {
    if (is_root_line(*entry)) continue;
    const auto [first, is_new] = seen.emplace(entry->target, entry->place.line);
    if (!is_new)
      answer.fired.push_back(evidence_at(
          entry->place, say("line {} mounts on '{}' already", first->second, entry->target)));
  }
  return answer;
}

Answer fstab_order(const Context& context) {
  const facts::SourceFile& file = context.facts.fstab.file;
  const Init init = context.facts.init;
  if (file.is_unreadable()) return unreadable(file);
  // systemd and mountall order by path themselves.
  if (!file.is_read() || init == Init::systemd || init == Init::unknown || init == Init::mountall)
    return Answer::not_applied();
  Answer answer;
  std::vector<const FstabEntry*> before;
  for (const FstabEntry* entry : mounting_entries(context)) {
    const auto hidden = std::find_if(before.begin(), before.end(), [&](const FstabEntry* each) {
      return lies_below(each->target, entry->target);
    });
    if (hidden != before.end())
      answer.fired.push_back(
          evidence_at(entry->place, say("'{}' is mounted over '{}' of line {}", entry->target,
                                        (*hidden)->target, (*hidden)->place.line)));
    before.push_back(entry);
  }
  return answer;
}

Answer fstab_api_override(const Context& context) {
  return each_entry(context, judge_api);
}
Answer fstab_target_missing(const Context& context) {
  return each_entry(context, judge_target);
}
Answer fstab_bind_source(const Context& context) {
  return each_entry(context, judge_bind);
}

}  // namespace imprint::rules
