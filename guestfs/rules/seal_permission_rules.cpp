// Who may write and run what.

#include <algorithm>
#include <array>
#include <iterator>

#include "guestfs/facts/text_lines.h"
#include "guestfs/language/say.h"
#include "guestfs/rules/evidence.h"
#include "guestfs/rules/seal_rules.h"

namespace imprint::rules {
namespace {

using facts::Home;
using facts::HomeFile;
using facts::MarkedFile;
using guest::FileType;

/// Programs that distributions' packages install with a set-id bit, in the folders that are walked.
/// Sorted.
constexpr std::string_view known_set_id[] = {"Xorg",
                                             "Xorg.wrap",
                                             "at",
                                             "bbsuid",
                                             "bsd-write",
                                             "chage",
                                             "chfn",
                                             "chkpwd",
                                             "chrome-sandbox",
                                             "chsh",
                                             "cockpit-session",
                                             "crontab",
                                             "dbus-daemon-launch-helper",
                                             "doas",
                                             "dotlockfile",
                                             "exim4",
                                             "expiry",
                                             "fusermount",
                                             "fusermount3",
                                             "gnome-keyring-daemon",
                                             "gpasswd",
                                             "grub2-set-bootflag",
                                             "krb5_child",
                                             "ldap_child",
                                             "locate",
                                             "lockdev",
                                             "lockfile",
                                             "mail-lock",
                                             "mail-touchlock",
                                             "mail-unlock",
                                             "mlocate",
                                             "mount",
                                             "mount.cifs",
                                             "mount.ecryptfs_private",
                                             "mount.nfs",
                                             "mount.nfs4",
                                             "mtr-packet",
                                             "netreport",
                                             "newgidmap",
                                             "newgrp",
                                             "newuidmap",
                                             "ntfs-3g",
                                             "ntping",
                                             "pam_extrausers_chkpwd",
                                             "pam_timestamp_check",
                                             "passwd",
                                             "ping",
                                             "ping6",
                                             "pkexec",
                                             "plocate",
                                             "polkit-agent-helper-1",
                                             "postdrop",
                                             "postqueue",
                                             "pppd",
                                             "procmail",
                                             "proxy_child",
                                             "pt_chown",
                                             "screen",
                                             "selinux_child",
                                             "sendmail.sendmail",
                                             "sg",
                                             "slocate",
                                             "snap-confine",
                                             "ssh-agent",
                                             "ssh-keysign",
                                             "sssd_pam",
                                             "staprun",
                                             "su",
                                             "sudo",
                                             "sudoedit",
                                             "suexec",
                                             "traceroute6.iputils",
                                             "umount",
                                             "umount.nfs",
                                             "umount.nfs4",
                                             "unix2_chkpwd",
                                             "unix_chkpwd",
                                             "usb_modeswitch",
                                             "userhelper",
                                             "usernetctl",
                                             "utempter",
                                             "vlock-main",
                                             "vmware-user-suid-wrapper",
                                             "wall",
                                             "write",
                                             "write.ul"};
static_assert(std::is_sorted(std::begin(known_set_id), std::end(known_set_id)));

bool is_below(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) && path.size() > folder.size() && path[folder.size()] == '/';
}

/// Where only packages install: a known name elsewhere is a copy.
bool is_known_program(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  const std::string_view folder = path.substr(0, slash);
  const std::string_view name = path.substr(slash + 1);
  constexpr std::array<std::string_view, 4> tops{"/usr/bin", "/usr/sbin", "/bin", "/sbin"};
  const bool is_packaged = std::find(tops.begin(), tops.end(), folder) != tops.end() ||
                           is_below(path, "/usr/libexec") || is_below(path, "/opt/google");
  return is_packaged && std::binary_search(std::begin(known_set_id), std::end(known_set_id), name);
}

Answer suid(const Context& context) {
  const facts::PermissionFacts& permissions = context.facts.permissions;
  Answer answer;
  answer.undetermined = permissions.unknown;
  for (const MarkedFile& file : permissions.marked) {
    const bool runs_as_another = file.info.type == FileType::regular &&
                                 (file.info.mode & 06000U) != 0 && (file.info.mode & 0111U) != 0;
    if (!runs_as_another || is_known_program(file.path)) continue;
    answer.fired.push_back(evidence_of(
        file.path, (file.info.mode & 04000U) != 0
                       ? say("'{}' has mode {:04o}: it runs as user {}, whoever starts it",
                             file.path, file.info.mode, file.info.uid)
                       : say("'{}' has mode {:04o}: it runs as group {}, whoever starts it",
                             file.path, file.info.mode, file.info.gid)));
  }
  return answer;
}

/// Paths of which seal.key-dir-perms speaks.
constexpr std::array<std::string_view, 14> key_paths{
    "/",     "/bin",  "/boot", "/etc",           "/etc/cron.d", "/etc/ssh",  "/etc/sudoers",
    "/root", "/sbin", "/usr",  "/etc/sudoers.d", "/usr/bin",    "/usr/sbin", "/var"};

bool is_key_path(std::string_view path) {
  return std::find(key_paths.begin(), key_paths.end(), path) != key_paths.end() ||
         path.ends_with("/.ssh") || is_below(path, "/etc/sudoers.d");
}

/// What is in these is as temporary as they are.
bool is_temporary(std::string_view path) {
  return is_below(path, "/tmp") || is_below(path, "/var/tmp");
}

Answer world_writable(const Context& context) {
  const facts::PermissionFacts& permissions = context.facts.permissions;
  Answer answer;
  answer.undetermined = permissions.unknown;
  for (const MarkedFile& file : permissions.marked) {
    const bool is_folder = file.info.type == FileType::folder;
    const bool is_sticky = is_folder && (file.info.mode & 01000U) != 0;
    if ((file.info.mode & 0002U) == 0 || is_sticky || is_temporary(file.path) ||
        is_key_path(file.path) || file.path == "/etc/shadow")
      continue;
    answer.fired.push_back(evidence_of(
        file.path,
        say("'{}' has mode {:04o}: everybody can write to it", file.path, file.info.mode)));
  }
  return answer;
}

/// Root's own: nobody else owns it or writes to it. A group of root's number is root's.
void judge_root_owned(const Context& context, std::string_view path, Answer& answer) {
  const auto info = look_at(context, path, answer);
  if (!info) return;
  const bool group_writes = (info->mode & 0020U) != 0 && info->gid != 0;
  if (info->uid != 0)
    answer.fired.push_back(evidence_of(
        std::string{path}, say("'{}' belongs to user {}, not to root", path, info->uid)));
  else if ((info->mode & 0002U) != 0 || group_writes)
    answer.fired.push_back(evidence_of(
        std::string{path},
        say("'{}' has mode {:04o}: others than root can write to it", path, info->mode)));
}

/// sshd refuses keys that others than their owner can write to (StrictModes).
void judge_ssh_file(const Home& home, std::string_view path, const guest::FileInfo& info,
                    Answer& answer) {
  std::string message;
  if ((info.mode & 0022U) != 0)
    message =
        say("'{}' has mode {:04o}: others than '{}' can write to it", path, info.mode, home.user);
  else if (home.uid && info.uid != *home.uid && info.uid != 0)
    message = say("'{}' belongs to user {}, not to '{}'", path, info.uid, home.user);
  else
    return;
  Evidence evidence = evidence_of(std::string{path}, std::move(message));
  evidence.effect = say("sshd takes no key of the account");
  answer.fired.push_back(std::move(evidence));
}

Answer key_dir_perms(const Context& context) {
  Answer answer;
  answer.undetermined = context.facts.homes.unknown;
  for (const std::string_view path : key_paths) judge_root_owned(context, path, answer);
  for (const FolderFile& file : files_in(context, "/etc/sudoers.d", answer))
    judge_root_owned(context, file.path, answer);
  for (const Home& home : context.facts.homes.homes)
    for (const char* name : {".ssh", ".ssh/authorized_keys"})
      if (const HomeFile* file = home.find(name))
        if (file->info.type != FileType::link) judge_ssh_file(home, file->path, file->info, answer);
  return answer;
}

void judge_trust(const Context& context, const std::string& path, Answer& answer) {
  const auto text = text_of_file(context, path, answer);
  if (!text) return;
  for (const facts::TextLine& line : facts::split_lines(*text)) {
    const std::string_view content = facts::trim(line.text);
    if (content.empty() || content.starts_with('#')) continue;
    answer.fired.push_back(evidence_at(facts::place_of(path, line),
                                       say("other machines are let in without a password")));
    return;
  }
}

Answer rsh_trust(const Context& context) {
  Answer answer;
  answer.undetermined = context.facts.homes.unknown;
  for (const char* path : {"/etc/hosts.equiv", "/etc/shosts.equiv", "/etc/ssh/shosts.equiv"})
    judge_trust(context, path, answer);
  for (const Home& home : context.facts.homes.homes)
    for (const char* name : {".rhosts", ".shosts"})
      if (const HomeFile* file = home.find(name)) judge_trust(context, file->path, answer);
  return answer;
}

constexpr std::array rules{
    Rule{"seal.suid", Severity::info, "only known programs run with another user's rights",
         "whoever can start the program may get the rights of its owner",
         "take the bit away: chmod u-s,g-s", suid},
    Rule{"seal.world-writable", Severity::warning,
         "not everybody can write to configurations and programs",
         "any user can change what others run or trust", "run: chmod o-w", world_writable},
    Rule{"seal.key-dir-perms", Severity::warning,
         "only root can write to the folders of the system",
         "others can put programs and settings in place of root's",
         "give it to root, and run: chmod go-w", key_dir_perms},
    Rule{"seal.rsh-trust", Severity::warning, "no other machine is let in without a password",
         "whoever can pretend to be one of those machines logs in", "delete the file", rsh_trust},
};

}  // namespace

std::span<const Rule> seal_permission_rules() {
  return rules;
}

}  // namespace imprint::rules
