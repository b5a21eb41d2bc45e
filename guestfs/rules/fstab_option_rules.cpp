// How the lines of fstab are written, and what their options do.

#include <algorithm>
#include <array>
#include <charconv>

#include "guestfs/facts/boot.h"
#include "guestfs/language/say.h"
#include "guestfs/rules/fstab_rules.h"

namespace imprint::rules {
namespace {

using facts::FstabFault;

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool is_ext(std::string_view type) {
  return type == "ext2" || type == "ext3" || type == "ext4";
}

/// Options that mount(8) takes for every type, and those that tools leave in fstab for themselves.
bool is_general_option(std::string_view option) {
  constexpr std::array<std::string_view, 62> words{
      "defaults",  "auto",        "noauto",      "user",          "nouser",     "users",
      "nousers",   "owner",       "noowner",     "group",         "nogroup",    "exec",
      "noexec",    "suid",        "nosuid",      "dev",           "nodev",      "ro",
      "rw",        "sync",        "async",       "dirsync",       "remount",    "bind",
      "rbind",     "move",        "private",     "rprivate",      "slave",      "rslave",
      "shared",    "rshared",     "unbindable",  "runbindable",   "atime",      "noatime",
      "relatime",  "norelatime",  "strictatime", "nostrictatime", "lazytime",   "nolazytime",
      "diratime",  "nodiratime",  "mand",        "nomand",        "iversion",   "noiversion",
      "silent",    "loud",        "nofail",      "fail",          "_netdev",    "loop",
      "symfollow", "nosymfollow", "acl",         "noacl",         "nobootwait", "bootwait",
      "optional",  "showthrough"};
  return contains(words, option) || option.starts_with("x-") || option.starts_with("X-");
}

bool is_option_of(std::string_view type, std::string_view option) {
  constexpr std::array<std::string_view, 50> ext{"user_xattr",
                                                 "nouser_xattr",
                                                 "barrier",
                                                 "nobarrier",
                                                 "discard",
                                                 "nodiscard",
                                                 "delalloc",
                                                 "nodelalloc",
                                                 "quota",
                                                 "noquota",
                                                 "usrquota",
                                                 "grpquota",
                                                 "prjquota",
                                                 "usrjquota",
                                                 "grpjquota",
                                                 "journal_checksum",
                                                 "nojournal_checksum",
                                                 "journal_async_commit",
                                                 "auto_da_alloc",
                                                 "noauto_da_alloc",
                                                 "noload",
                                                 "norecovery",
                                                 "nombcache",
                                                 "no_mbcache",
                                                 "minixdf",
                                                 "bsddf",
                                                 "grpid",
                                                 "bsdgroups",
                                                 "nogrpid",
                                                 "sysvgroups",
                                                 "debug",
                                                 "abort",
                                                 "nouid32",
                                                 "oldalloc",
                                                 "orlov",
                                                 "reservation",
                                                 "noreservation",
                                                 "nocheck",
                                                 "block_validity",
                                                 "noblock_validity",
                                                 "i_version",
                                                 "dioread_lock",
                                                 "dioread_nolock",
                                                 "init_itable",
                                                 "noinit_itable",
                                                 "dax",
                                                 "mblk_io_submit",
                                                 "nomblk_io_submit",
                                                 "prefetch_block_bitmaps",
                                                 "test_dummy_encryption"};
  constexpr std::array<std::string_view, 40> xfs{
      "attr2",       "noattr2",      "barrier",   "nobarrier",  "discard",     "nodiscard",
      "grpid",       "bsdgroups",    "nogrpid",   "sysvgroups", "filestreams", "ikeep",
      "noikeep",     "inode32",      "inode64",   "largeio",    "nolargeio",   "noalign",
      "norecovery",  "nouuid",       "noquota",   "quota",      "usrquota",    "uquota",
      "uqnoenforce", "qnoenforce",   "grpquota",  "gquota",     "gqnoenforce", "prjquota",
      "pquota",      "pqnoenforce",  "swalloc",   "wsync",      "dax",         "delaylog",
      "nodelaylog",  "osyncisdsync", "ihashsize", "user_xattr"};
  constexpr std::array<std::string_view, 38> btrfs{"autodefrag",
                                                   "noautodefrag",
                                                   "barrier",
                                                   "nobarrier",
                                                   "check_int",
                                                   "check_int_data",
                                                   "clear_cache",
                                                   "compress",
                                                   "compress-force",
                                                   "datacow",
                                                   "nodatacow",
                                                   "datasum",
                                                   "nodatasum",
                                                   "degraded",
                                                   "discard",
                                                   "nodiscard",
                                                   "enospc_debug",
                                                   "noenospc_debug",
                                                   "flushoncommit",
                                                   "noflushoncommit",
                                                   "inode_cache",
                                                   "noinode_cache",
                                                   "norecovery",
                                                   "nologreplay",
                                                   "recovery",
                                                   "usebackuproot",
                                                   "rescan_uuid_tree",
                                                   "skip_balance",
                                                   "space_cache",
                                                   "nospace_cache",
                                                   "ssd",
                                                   "ssd_spread",
                                                   "nossd",
                                                   "nossd_spread",
                                                   "treelog",
                                                   "notreelog",
                                                   "user_subvol_rm_allowed",
                                                   "rescue"};
  if (is_ext(type)) return contains(ext, option);
  if (type == "xfs") return contains(xfs, option);
  return contains(btrfs, option);
}

/// Only these types have few enough options for an unknown word to mean something.
bool has_known_options(std::string_view type) {
  return is_ext(type) || type == "xfs" || type == "btrfs";
}

/// An option with a value that only some types have ever had: every kernel refuses it for the
/// others.
struct OwnedOption {
  std::string_view key;
  bool ext;
  bool xfs;
  bool btrfs;
};

constexpr std::array owned_options{
    OwnedOption{"uid", false, false, false},     OwnedOption{"gid", false, false, false},
    OwnedOption{"umask", false, false, false},   OwnedOption{"fmask", false, false, false},
    OwnedOption{"dmask", false, false, false},   OwnedOption{"iocharset", false, false, false},
    OwnedOption{"errors", true, false, false},   OwnedOption{"data", true, false, false},
    OwnedOption{"commit", true, false, true},    OwnedOption{"subvol", false, false, true},
    OwnedOption{"subvolid", false, false, true}, OwnedOption{"compress", false, false, true},
    OwnedOption{"logbufs", false, true, false},  OwnedOption{"logbsize", false, true, false}};

bool belongs_elsewhere(std::string_view type, std::string_view key) {
  const auto* owned = std::find_if(owned_options.begin(), owned_options.end(),
                                   [&](const OwnedOption& each) { return each.key == key; });
  if (owned == owned_options.end()) return false;
  if (is_ext(type)) return !owned->ext;
  return type == "xfs" ? !owned->xfs : !owned->btrfs;
}

void judge_value(const Context& context, const FstabEntry& entry, const std::string& option,
                 Answer& answer) {
  // Of other keys there are too many dialects to be judged from outside.
  if (!belongs_elsewhere(entry.type, std::string_view{option}.substr(0, option.find('=')))) return;
  Evidence evidence =
      failing(context, entry, say("'{}' is no mount option of '{}'", option, entry.type));
  // The root is mounted already; kernels before 5.6 pass over such a word when it is remounted.
  if (entry.target == "/") evidence.severity = Severity::warning;
  answer.fired.push_back(std::move(evidence));
}

void judge_options(const Context& context, const FstabEntry& entry, Answer& answer) {
  if (!has_known_options(entry.type) || !is_mounted_at_boot(entry)) return;
  for (const std::string& option : entry.options) {
    if (option.find('=') != std::string::npos) {
      judge_value(context, entry, option, answer);
      continue;
    }
    if (is_general_option(option) || is_option_of(entry.type, option)) continue;
    Evidence evidence =
        failing(context, entry, say("'{}' is no mount option of '{}'", option, entry.type));
    // This one word is refused by every kernel; of others a newer kernel may know more than we do.
    if (option != "default") evidence.severity = Severity::warning;
    if (option == "default") evidence.hint = say("write 'defaults'");
    answer.fired.push_back(std::move(evidence));
  }
}

void judge_pass(const Context&, const FstabEntry& entry, Answer& answer) {
  if (entry.role == BootRole::ignored) return;
  const bool is_root = entry.target == "/";
  const bool checks_itself = entry.type == "xfs" || entry.type == "btrfs";
  const bool uncheckable =
      checks_itself || entry.type == "swap" || is_bind(entry) || facts::is_network_mount(entry);
  std::string message;
  Severity severity = Severity::info;
  if (is_root && !checks_itself && entry.pass != 1) {
    message = say("the pass number of / is {}, not 1", entry.pass);
    severity = Severity::warning;
  } else if (uncheckable && !is_root && entry.pass > 0) {
    message = say("'{}' has pass number {}, but nothing to check", entry.spec, entry.pass);
  } else if (!is_root && entry.pass == 1) {
    message = say("'{}' has pass number 1, which is for / alone", entry.target);
  } else {
    return;
  }
  Evidence evidence = evidence_at(entry.place, std::move(message));
  evidence.severity = severity;
  answer.fired.push_back(std::move(evidence));
}

bool is_integer(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

void judge_swap_file(const Context& context, const FstabEntry& entry, Answer& answer) {
  const auto path = guest::GuestPath::parse(entry.spec);
  if (!path || entry.spec.starts_with("/dev/")) return;
  const auto info = context.fs.stat(*path);
  const auto fire = [&](std::string message) {
    answer.fired.push_back(evidence_at(entry.place, std::move(message)));
  };
  if (!info) {
    if (info.error().code == Errc::not_found || info.error().code == Errc::invalid)
      return fire(say("the swap file '{}' is not there", entry.spec));
    answer.undetermined.push_back(info.error().message);
  } else if (info->type != guest::FileType::regular) {
    fire(say("the swap file '{}' is not a regular file", entry.spec));
  } else if (info->size == 0) {
    fire(say("the swap file '{}' is empty", entry.spec));
  }
}

void judge_swap(const Context& context, const FstabEntry& entry, Answer& answer) {
  if (entry.type != "swap" || !is_mounted_at_boot(entry)) return;
  const auto fire = [&](std::string message) {
    answer.fired.push_back(evidence_at(entry.place, std::move(message)));
  };
  const auto discard = entry.value("discard");
  if (discard && *discard != "once" && *discard != "pages")
    fire(say("discard= takes 'once' or 'pages', not '{}'", *discard));
  const auto priority = entry.value("pri");
  if (priority && !is_integer(*priority)) fire(say("pri= takes a number, not '{}'", *priority));
  judge_swap_file(context, entry, answer);
}

/// Designs whose root is read-only on purpose, with the writable parts laid over it.
bool is_read_only_by_design(const Context& context) {
  const facts::BootEntry* boot = context.facts.boot.default_or_null();
  if (boot == nullptr) return false;
  constexpr std::array<std::string_view, 4> keys{"ostree", "overlayroot", "systemd.volatile",
                                                 "composefs"};
  return std::any_of(keys.begin(), keys.end(), [&](std::string_view key) {
    return facts::cmdline_value(boot->cmdline, key).has_value();
  });
}

void judge_read_only(const Context& context, const FstabEntry& entry, Answer& answer) {
  if (entry.target != "/" || !entry.last_of("ro", "rw") || is_read_only_by_design(context)) return;
  answer.fired.push_back(evidence_at(entry.place, say("the line mounts / read-only")));
}

/// A folder that the hypervisor lends: no network is in between, and another platform has none.
bool is_share_of_host(const FstabEntry& entry) {
  constexpr std::array<std::string_view, 5> types{"vboxsf", "vmhgfs", "fuse.vmhgfs-fuse", "prl_fs",
                                                  "virtiofs"};
  return contains(types, entry.type) ||
         (entry.type == "9p" && entry.value("trans").value_or("") == "virtio");
}

void judge_netdev(const Context&, const FstabEntry& entry, Answer& answer) {
  // What systemd or libmount alone takes for a network file system.
  constexpr std::array<std::string_view, 8> half_known{"ceph", "lustre", "ocfs2", "davfs",
                                                       "gfs",  "gfs2",   "pvfs2", "9p"};
  if (!contains(half_known, entry.type) || is_share_of_host(entry) || !is_mounted_at_boot(entry) ||
      entry.has("_netdev"))
    return;
  answer.fired.push_back(
      evidence_at(entry.place, say("'{}' is mounted over a network", entry.spec)));
}

void judge_foreign_type(const Context& context, const FstabEntry& entry, Answer& answer) {
  constexpr std::array<std::string_view, 4> of_the_office{"cifs", "smbfs", "smb3", "fuse.sshfs"};
  const bool of_host = is_share_of_host(entry);
  if ((!of_host && !contains(of_the_office, entry.type)) || !is_mounted_at_boot(entry)) return;
  std::string message =
      say("'{}' of type '{}' belongs to the environment that the image comes "
          "from",
          entry.spec, entry.type);
  // A server elsewhere may be reached all the same; a share of another hypervisor never is.
  answer.fired.push_back(of_host ? failing(context, entry, std::move(message))
                                 : evidence_at(entry.place, std::move(message)));
}

void judge_credentials(const Context& context, const FstabEntry& entry, Answer& answer) {
  for (const std::string_view key : {"password", "pass", "passwd"})
    if (const auto value = entry.value(key); value && !value->empty()) {
      Evidence evidence = evidence_at(entry.place, say("the option '{}' carries a password", key));
      // A report is read by more people than the file is.
      evidence.text.clear();
      answer.fired.push_back(std::move(evidence));
    }
  const auto named = entry.value("credentials");
  const auto path = guest::GuestPath::parse(named.value_or(""));
  if (!path) return;
  const auto exists = context.fs.exists(*path);
  if (exists && *exists)
    answer.fired.push_back(
        evidence_at(entry.place, say("the credentials in '{}' are in the image", *named)));
}

void judge_noexec(const Context&, const FstabEntry& entry, Answer& answer) {
  if ((entry.target != "/var" && entry.target != "/usr") || !entry.last_of("noexec", "exec"))
    return;
  answer.fired.push_back(
      evidence_at(entry.place, say("'{}' is mounted with noexec", entry.target)));
}

}  // namespace

Answer fstab_syntax(const Context& context) {
  const facts::FstabFacts& fstab = context.facts.fstab;
  if (fstab.file.is_unreadable()) return unreadable(fstab.file);
  if (!fstab.file.is_read()) return Answer::not_applied();
  Answer answer;
  for (const FstabFault& fault : fstab.faults) {
    Evidence evidence = evidence_at(fault.place, fault.message);
    if (fault.harmless) {
      evidence.severity = Severity::info;
      evidence.effect = say("none");
      evidence.hint = say("end the line");
    }
    answer.fired.push_back(std::move(evidence));
  }
  if (fstab.incomplete)
    answer.undetermined.push_back(say("'{}' has {} bytes: only its beginning was judged",
                                      fstab.file.path, fstab.file.info.size));
  return answer;
}

Answer fstab_bad_option(const Context& context) {
  return each_entry(context, judge_options);
}
Answer fstab_pass_number(const Context& context) {
  return each_entry(context, judge_pass);
}
Answer fstab_swap_options(const Context& context) {
  return each_entry(context, judge_swap);
}
Answer fstab_root_read_only(const Context& context) {
  return each_entry(context, judge_read_only);
}
Answer fstab_network_without_netdev(const Context& context) {
  return each_entry(context, judge_netdev);
}
Answer fstab_nonstandard_types(const Context& context) {
  return each_entry(context, judge_foreign_type);
}
Answer fstab_inline_credentials(const Context& context) {
  return each_entry(context, judge_credentials);
}
Answer fstab_var_noexec(const Context& context) {
  return each_entry(context, judge_noexec);
}

}  // namespace imprint::rules
