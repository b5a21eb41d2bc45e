// What those who made the image left behind.

#include <algorithm>
#include <array>
#include <set>

#include "guestfs/facts/text_lines.h"
#include "guestfs/language/say.h"
#include "guestfs/rules/evidence.h"
#include "guestfs/rules/seal_rules.h"

namespace imprint::rules {
namespace {

using facts::Home;
using facts::HomeFile;
using guest::FileType;

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Answer shell_history(const Context& context) {
  // Commands may hold passwords; what editors and pagers remember is only a trace.
  constexpr std::array<std::string_view, 11> commands{
      ".bash_history",   ".zsh_history",  ".sh_history",      ".ash_history",
      ".history",        ".histfile",     ".fish_history",    ".mysql_history",
      ".python_history", ".psql_history", ".rediscli_history"};
  constexpr std::array<std::string_view, 4> others{".viminfo", ".lesshst", ".nano_history",
                                                   ".sqlite_history"};
  Answer answer;
  answer.undetermined = context.facts.homes.unknown;
  for (const Home& home : context.facts.homes.homes)
    for (const HomeFile& file : home.files) {
      if (file.info.type != FileType::regular || file.info.size == 0) continue;
      const bool is_command = is_one_of(commands, file.name);
      if (!is_command && !is_one_of(others, file.name)) continue;
      Evidence evidence =
          evidence_of(file.path, say("'{}' tells what '{}' did", file.path, home.user));
      if (!is_command) evidence.severity = Severity::info;
      answer.fired.push_back(std::move(evidence));
    }
  return answer;
}

/// The files of a folder, and of the folders in it, that are longer than a header.
struct Heap {
  std::size_t files = 0;
  std::uint64_t bytes = 0;
  std::string first;

  void add(const FolderFile& file) {
    constexpr std::uint64_t a_header = 50;  // what DigitalOcean lets pass
    if (file.info.type != FileType::regular || file.info.size <= a_header) return;
    if (files++ == 0) first = file.path;
    bytes += file.info.size;
  }
};

Answer logs(const Context& context) {
  constexpr std::size_t most_folders = 60;
  Answer answer;
  Heap heap;
  std::size_t folders = 0;
  for (const FolderFile& file : files_in(context, "/var/log", answer)) {
    heap.add(file);
    if (file.info.type != FileType::folder || folders++ == most_folders) continue;
    for (const FolderFile& inner : files_in(context, file.path, answer)) heap.add(inner);
  }
  if (heap.files > 0)
    answer.fired.push_back(
        evidence_of("/var/log", say("there are {} logs of {} KiB altogether, '{}' the first",
                                    heap.files, (heap.bytes + 1023) / 1024, heap.first)));
  return answer;
}

Answer tmp(const Context& context) {
  // What systems make for themselves at each start.
  constexpr std::array<std::string_view, 6> usual{".X11-unix", ".ICE-unix",  ".font-unix",
                                                  ".XIM-unix", ".Test-unix", "lost+found"};
  Answer answer;
  for (const char* folder : {"/tmp", "/var/tmp"}) {
    std::vector<FolderFile> files = files_in(context, folder, answer);
    std::erase_if(files, [&](const FolderFile& file) {
      return is_one_of(usual, file.name) || file.name.starts_with("systemd-private-");
    });
    if (!files.empty())
      answer.fired.push_back(evidence_of(
          folder, say("{} files were left, '{}' the first", files.size(), files.front().path)));
  }
  return answer;
}

/// Digests in a backup that the file itself no longer has: whoever made the image has taken a
/// password away, and it is still there.
void judge_old_digests(const Context& context, const char* path, Answer& answer) {
  std::set<std::string_view> kept;
  for (const facts::ShadowRow& row : context.facts.accounts.shadows) kept.insert(row.password);
  const auto text = text_of_file(context, path, answer);
  if (!text) return;
  for (const facts::ShadowRow& row : facts::parse_shadow(*text, path)) {
    if (row.fields != 9 || !holds_password(row.password) || kept.contains(row.password)) continue;
    Evidence evidence = evidence_at(
        row.place, say("a password of '{}' that was taken away is still there", row.name));
    evidence.text.clear();
    evidence.severity = Severity::warning;
    evidence.effect = say("whoever reads the image can try to find the password");
    answer.fired.push_back(std::move(evidence));
  }
}

Answer backups(const Context& context) {
  constexpr std::size_t most_named = 20;
  Answer answer;
  for (const char* path : {"/etc/shadow-", "/etc/shadow.bak", "/etc/shadow~", "/etc/shadow.old",
                           "/etc/shadow.orig", "/var/backups/shadow.bak"})
    judge_old_digests(context, path, answer);
  std::size_t named = 0;
  for (const char* folder : {"/etc", "/etc/ssh", "/root"})
    for (const FolderFile& file : files_in(context, folder, answer)) {
      const bool is_backup = file.info.type == FileType::regular && file.info.size > 0 &&
                             (file.name.ends_with(".bak") || file.name.ends_with('~')) &&
                             !file.name.starts_with("shadow");
      if (is_backup && named++ < most_named)
        answer.fired.push_back(evidence_of(file.path, say("'{}' is a backup", file.path)));
    }
  return answer;
}

bool any_there(const Context& context, std::initializer_list<const char*> paths, Answer& answer) {
  return std::any_of(paths.begin(), paths.end(),
                     [&](const char* path) { return look_at(context, path, answer).has_value(); });
}

/// A link to /dev/null in the place of the unit: systemd never starts it.
bool is_masked(const Context& context, std::string_view unit) {
  const guest::GuestPath path = guest::GuestPath{} / "etc/systemd/system" / unit;
  const auto target = context.fs.raw().read_link(path);
  return target && *target == "/dev/null";
}

Answer log_service(const Context& context) {
  Answer answer;
  const bool journal =
      any_there(context, {"/usr/lib/systemd/systemd-journald", "/lib/systemd/systemd-journald"},
                answer) &&
      !is_masked(context, "systemd-journald.service");
  const bool syslog =
      any_there(context,
                {"/usr/sbin/rsyslogd", "/sbin/rsyslogd", "/usr/sbin/syslog-ng", "/sbin/syslog-ng",
                 "/usr/sbin/syslogd", "/sbin/syslogd", "/usr/sbin/metalog"},
                answer) &&
      !is_masked(context, "rsyslog.service");
  if (!journal && !syslog && answer.undetermined.empty())
    answer.fired.push_back(evidence_of("/var/log", say("there is no service that keeps logs")));
  return answer;
}

constexpr std::array rules{
    Rule{"seal.shell-history", Severity::warning, "no history of commands was left",
         "whoever has a machine of this image reads what was typed, passwords too",
         "delete the file", shell_history},
    Rule{"seal.logs", Severity::info, "no logs were left",
         "every machine shows the logs of the machine that the image was made of",
         "delete what is in the files, and old logs altogether", logs},
    Rule{"seal.log-service", Severity::info, "a service keeps logs",
         "nobody can tell later what happened on a machine", "install rsyslog", log_service},
    Rule{"seal.tmp", Severity::info, "nothing was left in the folders for temporary files",
         "every machine has the files", "delete what is in the folder", tmp},
    Rule{"seal.backups", Severity::info, "no backups of configurations were left",
         "every machine has the old configuration, which may hold what was taken away",
         "delete the file", backups},
};

}  // namespace

std::span<const Rule> seal_trace_rules() {
  return rules;
}

}  // namespace imprint::rules
