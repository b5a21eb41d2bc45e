#include "guestfs/rules/fstab_rules.h"

#include <algorithm>
#include <array>

#include "guestfs/rules/table.h"

namespace imprint::rules {
namespace {

constexpr std::string_view by_line = "depends on the line: see the finding";

constexpr std::array rules{
    Rule{"fstab.syntax", Severity::error, "every line of /etc/fstab is written as fstab(5) says",
         "the line is misread: what it mounts is missing, or the boot stops in emergency mode",
         "write the line as: device, mount point, type, options, dump, pass", fstab_syntax},
    Rule{"fstab.device-not-in-image", Severity::error,
         "every device that /etc/fstab names is in the image", by_line,
         "delete the line, or add the option nofail, or name a device that the image holds",
         fstab_device_not_in_image},
    Rule{"fstab.by-path", Severity::error, "no line names a device by its place on the bus",
         "on other hardware the device has another name", "name the file system by UUID",
         fstab_by_path},
    Rule{"fstab.crypttab", Severity::error,
         "every encrypted device that /etc/fstab needs can be opened", by_line,
         "delete the lines in /etc/crypttab and /etc/fstab, or add nofail to both", fstab_crypttab},
    Rule{"fstab.fstype-mismatch", Severity::error,
         "the type of each line is the type of the file system", by_line,
         "write the type that the file system has, or 'auto'", fstab_type_mismatch},
    Rule{"fstab.fs-not-supported-by-kernel", Severity::error,
         "the default kernel can mount every file system that /etc/fstab names", by_line,
         "install the package with the rest of the kernel's modules", fstab_driver_missing},
    Rule{"fstab.subvol-missing", Severity::error, "every Btrfs subvolume that is named is there",
         by_line, "name a subvolume that the file system holds", fstab_subvolume_missing},
    Rule{"fstab.bad-option", Severity::warning, "every mount option is one that the type knows",
         by_line, "correct the option", fstab_bad_option},
    Rule{"fstab.root-missing", Severity::warning, "/etc/fstab has a line for /",
         "nothing remounts the root file system for writing", "add a line for / by UUID",
         fstab_root_missing},
    Rule{"fstab.root-duplicate", Severity::warning, "/etc/fstab has one line for / only",
         "which of the lines counts depends on the program that reads them",
         "keep the line of the real root file system", fstab_root_duplicate},
    Rule{"fstab.root-ro", Severity::warning, "the root file system is mounted for writing",
         "nothing can be written: no password, no host keys, no logs",
         "take 'ro' out of the options of the line for /", fstab_root_read_only},
    Rule{"fstab.duplicate-target", Severity::warning, "no mount point is used twice",
         "systemd takes the first line; mount -a mounts both", "delete one of the lines",
         fstab_duplicate_target},
    Rule{"fstab.order", Severity::warning, "a folder is mounted before what lies in it",
         "the later mount hides the earlier one", "move the line of the upper folder up",
         fstab_order},
    Rule{"fstab.api-fs-override", Severity::warning,
         "/proc, /sys, /dev and /run are what the system expects",
         "systemd ignores the line; other programs may mount it", "delete the line",
         fstab_api_override},
    Rule{"fstab.target-missing", Severity::warning, "every mount point is a folder",
         "nothing is mounted there", "make the folder", fstab_target_missing},
    Rule{"fstab.bind-source", Severity::warning, "every bind mount has its source",
         "an empty folder is mounted, or none", "make the source folder, or delete the line",
         fstab_bind_source},
    Rule{"fstab.kernel-device-name", Severity::warning,
         "file systems are named by UUID or label, not by the kernel's name of a disk",
         "on another disk bus the name differs, and then the device is missing",
         "name the file system by UUID", fstab_kernel_device_name},
    Rule{"fstab.data-disk-mount", Severity::info, "/etc/fstab mounts the system disk only",
         "a machine that is created without that data disk does not find the device",
         "delete the line before the image is made", fstab_data_disk_mount},
    Rule{"fstab.passno", Severity::warning, "the fsck pass numbers fit the file systems",
         "a check at boot is left out or done in the wrong order",
         "write 1 for /, 2 or 0 for the others", fstab_pass_number},
    Rule{"fstab.swap-options", Severity::warning, "swap lines are sound",
         "the machine runs without that swap space", "correct the line", fstab_swap_options},
    Rule{"fstab.netfs-without-netdev", Severity::info,
         "network file systems are marked with _netdev", "mounted before the network is up",
         "add the option _netdev", fstab_network_without_netdev},
    Rule{"fstab.nonstandard-net-types", Severity::warning,
         "no line needs a share of the old environment",
         "the share is not there on another platform", "delete the line", fstab_nonstandard_types},
    Rule{"fstab.credentials-inline", Severity::warning, "no line carries a password",
         "everybody who gets the image gets the password", "take the password out of the image",
         fstab_inline_credentials},
    Rule{"fstab.mount-var-noexec", Severity::warning, "programs can run from /usr and /var",
         "package scripts and services fail", "take 'noexec' out", fstab_var_noexec},
};

}  // namespace

bool stops_the_boot(BootRole role) {
  return role == BootRole::root || role == BootRole::initramfs || role == BootRole::required;
}

Severity severity_of(BootRole role) {
  if (stops_the_boot(role)) return Severity::error;
  const bool noticed =
      role == BootRole::delaying || role == BootRole::elsewhere || role == BootRole::on_access;
  return noticed ? Severity::warning : Severity::info;
}

bool is_mounted_at_boot(const FstabEntry& entry) {
  return entry.role != BootRole::ignored && entry.role != BootRole::never;
}

bool is_bind(const FstabEntry& entry) {
  return entry.has("bind") || entry.has("rbind");
}

bool is_out_of_sight(const Context& context, std::string_view path) {
  const auto& entries = context.facts.fstab.entries;
  return std::any_of(entries.begin(), entries.end(), [&](const FstabEntry& other) {
    const bool is_or_holds =
        other.target != "/" && path.starts_with(other.target) &&
        (path.size() == other.target.size() || path[other.target.size()] == '/');
    return is_or_holds && other.device.match != guest::Match::found;
  });
}

Answer each_entry(const Context& context,
                  void (*judge)(const Context&, const FstabEntry&, Answer&)) {
  const facts::FstabFacts& fstab = context.facts.fstab;
  if (fstab.file.is_unreadable()) return unreadable(fstab.file);
  if (!fstab.file.is_read()) return Answer::not_applied();
  Answer answer;
  for (const FstabEntry& entry : fstab.entries)
    if (!entry.malformed) judge(context, entry, answer);
  return answer;
}

Evidence failing(const Context& context, const FstabEntry& entry, std::string message) {
  Evidence evidence = evidence_at(entry.place, std::move(message));
  evidence.severity = severity_of(entry.role);
  evidence.effect = facts::describe_failure(entry, context.facts.init);
  return evidence;
}

std::span<const Rule> fstab_rules() {
  return rules;
}

}  // namespace imprint::rules
