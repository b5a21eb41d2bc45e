// Whether a password can be set: /etc/shadow and /etc/passwd.

#include <algorithm>
#include <array>

#include "guestfs/facts/text_lines.h"
#include "guestfs/language/say.h"
#include "guestfs/rules/evidence.h"
#include "guestfs/rules/shadow_lines.h"
#include "guestfs/rules/shadow_locks.h"
#include "guestfs/rules/table.h"

namespace imprint::rules {
namespace {

using facts::AccountFacts;
using facts::PasswdRow;
using facts::ShadowRow;
using facts::SourceFile;

Answer missing(const SourceFile& file) {
  if (file.is_unreadable()) return unreadable(file);
  Answer answer;
  if (!is_filled(file)) answer.fired.push_back(evidence_of(file.path, facts::describe_state(file)));
  return answer;
}

Answer shadow_missing(const Context& context) {
  return missing(context.facts.accounts.shadow);
}
Answer passwd_missing(const Context& context) {
  return missing(context.facts.accounts.passwd);
}

/// The rules about the content say nothing of files that are missing: that has rules of its own.
std::optional<Answer> no_content(const SourceFile& file) {
  if (file.is_unreadable()) return unreadable(file);
  if (!is_filled(file)) return Answer::not_applied();
  return std::nullopt;
}

std::string describe_frozen(const facts::FrozenPath& frozen) {
  return frozen.letters.find('i') != std::string::npos
             ? say("'{}' has the attribute '{}': nobody can write to it, not even root",
                   frozen.path, frozen.letters)
             : say("'{}' has the attribute '{}': it can be appended to, but not replaced",
                   frozen.path, frozen.letters);
}

Answer immutable(const Context& context) {
  const AccountFacts& accounts = context.facts.accounts;
  constexpr std::array<std::string_view, 3> needed{"/etc", "/etc/passwd", "/etc/shadow"};
  Answer answer;
  answer.undetermined = accounts.unknown;
  for (const facts::FrozenPath& frozen : accounts.frozen) {
    Evidence evidence = evidence_of(frozen.path, describe_frozen(frozen));
    evidence.hint = say("run: chattr -ia {}", frozen.path);
    if (std::find(needed.begin(), needed.end(), frozen.path) == needed.end())
      evidence.severity = Severity::warning;
    answer.fired.push_back(std::move(evidence));
  }
  return answer;
}

bool is_as_packaged(unsigned mode) {
  return mode == 0 || mode == 0400;
}

bool writes_through_mode(const Context& context) {
  // Red Hat's own packages ship the file with mode 0000, before version 6 with 0400: root needs no
  // bits. A system that is not recognised may be one of theirs.
  const facts::Family family = context.facts.release.family;
  return family == facts::Family::redhat || family == facts::Family::unknown;
}

Answer mode(const Context& context) {
  const SourceFile& shadow = context.facts.accounts.shadow;
  if (auto answer = no_content(shadow)) return *std::move(answer);
  Answer answer;
  const bool owner_writes = (shadow.info.mode & 0200U) != 0;
  if (!owner_writes && !(is_as_packaged(shadow.info.mode) && writes_through_mode(context)))
    answer.fired.push_back(evidence_of(
        shadow.path,
        say("'{}' has mode {:04o}: its owner may not write it", shadow.path, shadow.info.mode)));
  return answer;
}

Answer too_open(const Context& context) {
  const SourceFile& shadow = context.facts.accounts.shadow;
  if (auto answer = no_content(shadow)) return *std::move(answer);
  const guest::FileInfo& info = shadow.info;
  Answer answer;
  const auto fire = [&](std::string message) {
    answer.fired.push_back(evidence_of(shadow.path, std::move(message)));
  };
  const bool group_is_trusted = info.gid == 0 || info.gid == context.facts.accounts.shadow_group;
  if ((info.mode & 0007U) != 0)
    fire(say("'{}' has mode {:04o}: everybody can use it", shadow.path, info.mode));
  else if ((info.mode & 0070U) != 0 && !group_is_trusted)
    fire(say("'{}' has mode {:04o} and belongs to group {}", shadow.path, info.mode, info.gid));
  else if (info.uid != 0)
    fire(say("'{}' belongs to user {}, not to root", shadow.path, info.uid));
  return answer;
}

bool covers_shadow(const facts::FstabEntry& entry) {
  return entry.target == "/etc" || entry.target == "/etc/shadow";
}

Answer readonly_fs(const Context& context) {
  constexpr std::array<std::string_view, 5> readonly_types{"squashfs", "erofs", "iso9660", "cramfs",
                                                           "romfs"};
  Answer answer;
  for (const facts::MountedVolume& mount : context.facts.mounts) {
    if (mount.mount_point != "/" || mount.volume >= context.inventory.volumes.size()) continue;
    const guest::Volume& root = context.inventory.volumes[mount.volume];
    if (std::find(readonly_types.begin(), readonly_types.end(), root.filesystem) !=
        readonly_types.end())
      answer.fired.push_back(evidence_of(
          "/etc/shadow",
          say("the root file system is '{}', which is never written", root.filesystem)));
  }
  for (const facts::FstabEntry& entry : context.facts.fstab.entries)
    if (!entry.malformed && covers_shadow(entry) && entry.last_of("ro", "rw"))
      answer.fired.push_back(
          evidence_at(entry.place, say("'{}' is mounted read-only", entry.target)));
  return answer;
}

Answer root_absent(const Context& context) {
  const AccountFacts& accounts = context.facts.accounts;
  if (auto answer = no_content(accounts.passwd)) return *std::move(answer);
  Answer answer;
  if (accounts.user("root") == nullptr) {
    Evidence evidence = evidence_of(accounts.passwd.path, say("there is no user 'root'"));
    evidence.severity = Severity::error;
    answer.fired.push_back(std::move(evidence));
  } else if (is_filled(accounts.shadow) && accounts.shadow_of("root") == nullptr) {
    answer.fired.push_back(evidence_of(accounts.shadow.path, say("there is no line for 'root'")));
  }
  return answer;
}

Answer root_uid(const Context& context) {
  const AccountFacts& accounts = context.facts.accounts;
  if (auto answer = no_content(accounts.passwd)) return *std::move(answer);
  const PasswdRow* root = accounts.user("root");
  if (root == nullptr || !root->uid) return Answer::not_applied();
  Answer answer;
  if (*root->uid != 0)
    answer.fired.push_back(
        evidence_at(root->place, say("'root' has the user number {}, not 0", *root->uid)));
  return answer;
}

Answer extra_uid(const Context& context) {
  const AccountFacts& accounts = context.facts.accounts;
  if (auto answer = no_content(accounts.passwd)) return *std::move(answer);
  Answer answer;
  for (const PasswdRow& user : accounts.users)
    if (user.uid == 0U && user.name != "root" && !is_nis_line(user.name))
      answer.fired.push_back(
          evidence_at(user.place, say("'{}' has the user number 0, as root has", user.name)));
  return answer;
}

/// Already over when the file was last changed: the verdict does not depend on today's date.
bool is_expired(const ShadowRow& row, const SourceFile& shadow) {
  const auto day = facts::parse_number(row.expires);
  return day && static_cast<std::int64_t>(*day) * 86400 < shadow.info.modified;
}

Answer root_shell(const Context& context) {
  const AccountFacts& accounts = context.facts.accounts;
  if (auto answer = no_content(accounts.passwd)) return *std::move(answer);
  const PasswdRow* root = accounts.user("root");
  if (root == nullptr) return Answer::not_applied();
  Answer answer;
  const std::string_view shell = root->shell;
  if (shell.ends_with("/nologin") || shell.ends_with("/false"))
    answer.fired.push_back(evidence_at(root->place, say("the shell of 'root' is '{}'", shell)));
  const ShadowRow* row = accounts.shadow_of("root");
  if (row != nullptr && is_expired(*row, accounts.shadow)) {
    Evidence evidence = evidence_at(row->place, say("the account of 'root' has expired"));
    evidence.text.clear();
    answer.fired.push_back(std::move(evidence));
  }
  return answer;
}

Answer nologin(const Context& context) {
  const std::optional<bool>& there = context.facts.accounts.nologin;
  if (!there) return Answer::unknown(say("'/etc/nologin' cannot be looked at"));
  Answer answer;
  if (*there)
    answer.fired.push_back(evidence_of("/etc/nologin", say("'/etc/nologin' was left behind")));
  return answer;
}

Answer command_missing(const Context& context) {
  const std::optional<bool>& there = context.facts.accounts.passwd_command;
  if (!there) return Answer::unknown(say("'/usr/bin/passwd' cannot be looked at"));
  Answer answer;
  if (!*there)
    answer.fired.push_back(evidence_of("/usr/bin/passwd", say("there is no passwd command")));
  return answer;
}

Answer unshadowed(const Context& context) {
  const AccountFacts& accounts = context.facts.accounts;
  if (auto answer = no_content(accounts.passwd)) return *std::move(answer);
  Answer answer;
  for (const PasswdRow& user : accounts.users) {
    if (is_nis_line(user.name) || user.fields != 7 || user.password == "x" ||
        user.password.starts_with('*') || user.password.starts_with('!'))
      continue;
    Evidence evidence = evidence_at(
        user.place, user.password.empty()
                        ? say("'{}' needs no password at all", user.name)
                        : say("the password of '{}' is readable by everybody", user.name));
    evidence.text.clear();
    answer.fired.push_back(std::move(evidence));
  }
  return answer;
}

/// What a deployment of ostree links into /var, systemd-tmpfiles makes at its first start.
bool is_made_at_start(const Context& context, const guest::GuestPath& home) {
  const auto target = context.fs.raw().read_link(home);
  return target && is_there(context, "/sysroot/ostree/deploy").value_or(false) &&
         (home.parent() / *target).is_below(guest::GuestPath{} / "var");
}

Answer home_missing(const Context& context) {
  const AccountFacts& accounts = context.facts.accounts;
  if (auto answer = no_content(accounts.passwd)) return *std::move(answer);
  const PasswdRow* root = accounts.user("root");
  if (root == nullptr) return Answer::not_applied();
  const auto path = guest::GuestPath::parse(root->home);
  const auto info = path ? context.fs.stat(*path) : Result<guest::FileInfo>{path.error()};
  Answer answer;
  if (!info && info.error().code != Errc::not_found && info.error().code != Errc::invalid)
    return Answer::unknown(info.error().message);
  const bool there = info && info->type == guest::FileType::folder;
  if (!there && !(path && is_made_at_start(context, *path)))
    answer.fired.push_back(
        evidence_at(root->place, say("the home folder '{}' is not there", root->home)));
  return answer;
}

constexpr std::string_view no_password = "no password can be set: creating a machine fails";

constexpr std::array rules{
    Rule{"passwd.missing", Severity::error, "/etc/passwd is there", "nobody can log in",
         "restore the file", passwd_missing},
    Rule{"shadow.missing", Severity::error, "/etc/shadow is there", no_password,
         "make it with pwconv", shadow_missing},
    Rule{"shadow.immutable", Severity::error, "the account files can be written", no_password,
         "run chattr -ia on it", immutable},
    Rule{"shadow.readonly-fs", Severity::error, "/etc/shadow is on a file system that is written",
         no_password, "mount it read-write", readonly_fs},
    Rule{"shadow.parse", Severity::error, "every line of passwd and shadow is sound",
         "tools that set passwords refuse the file, or the user cannot log in",
         "correct the line; pwck finds more", judge_account_lines},
    Rule{"shadow.lock-leftover", Severity::error, "the account files are not locked",
         "useradd and usermod refuse to work: users and passwords cannot be set", "delete the lock",
         judge_account_locks},
    Rule{"shadow.root-absent", Severity::warning, "root has an account",
         "no password can be set for root", "add the line for root", root_absent},
    Rule{"passwd.root-uid0", Severity::error, "root is the user with number 0",
         "root has no rights; services fail", "give root the number 0", root_uid},
    Rule{"login.nologin", Severity::error, "logins are not forbidden",
         "only root can log in, and not over ssh where root is forbidden", "delete /etc/nologin",
         nologin},
    Rule{"shadow.mode", Severity::warning, "the owner of /etc/shadow may write it",
         "tools that check the mode refuse to set a password", "run: chmod 0640 /etc/shadow", mode},
    Rule{"shadow.perms-too-open", Severity::warning, "only root reads /etc/shadow",
         "password digests can be read and tried by any user", "run: chmod 0640 /etc/shadow",
         too_open},
    Rule{"shadow.root-shell", Severity::warning, "root can log in",
         "a password for root does not help", "give root a shell and no date of expiry",
         root_shell},
    Rule{"passwd.command-missing", Severity::warning, "there is a passwd command",
         "agents that call it cannot set a password", "install it", command_missing},
    Rule{"passwd.extra-uid0", Severity::warning, "only root has the number 0",
         "another account has all rights", "give it another number", extra_uid},
    Rule{"passwd.unshadowed", Severity::warning, "passwords are in /etc/shadow only",
         "password digests can be read by any user", "run pwconv", unshadowed},
    Rule{"home.missing", Severity::warning, "root's home folder is there",
         "ssh keys cannot be put in place", "make the folder, mode 0700", home_missing},
};

}  // namespace

std::span<const Rule> shadow_rules() {
  return rules;
}

}  // namespace imprint::rules
