// What a line of fstab does at boot, as systemd's fstab-generator and the older rc scripts decide
// it.

#include <algorithm>
#include <array>

#include "guestfs/facts/fstab.h"
#include "guestfs/facts/text_lines.h"
#include "guestfs/language/say.h"

namespace imprint::facts {
namespace {

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// Without doubled and trailing slashes and without "."; a path without a beginning stays so.
std::string simplified(std::string_view path) {
  if (!path.starts_with('/')) return std::string{path};
  std::string result;
  for (const std::string& part : split_at(path, '/'))
    if (!part.empty() && part != ".") result += "/" + part;
  return result.empty() ? "/" : result;
}

/// systemd makes no unit of such a path, and says so in the log alone.
bool goes_up(std::string_view path) {
  return path.ends_with("/..") || path.find("/../") != std::string_view::npos;
}

/// Mounted by systemd itself before it reads fstab, or never mounted over.
bool is_api_mount(std::string_view target) {
  constexpr std::array<std::string_view, 13> api{"/proc",
                                                 "/sys",
                                                 "/dev",
                                                 "/dev/shm",
                                                 "/dev/pts",
                                                 "/run",
                                                 "/sys/fs/smackfs",
                                                 "/sys/firmware/efi/efivars",
                                                 "/sys/kernel/security",
                                                 "/sys/fs/pstore",
                                                 "/sys/fs/bpf",
                                                 "/sys/fs/selinux",
                                                 "/dev/console"};
  return contains(api, target) || target == "/proc/kmsg" || target.starts_with("/sys/fs/cgroup");
}

BootRole systemd_swap_role(const FstabEntry& entry) {
  if (entry.last_of("noauto", "auto")) return BootRole::never;
  return entry.last_of("nofail", "fail") ? BootRole::optional : BootRole::delaying;
}

bool waits_for_ever(const FstabEntry& entry) {
  // Rewritten by the generator to nofail with an endless time limit.
  return (entry.type == "nfs" || entry.type == "nfs4") && entry.has("bg");
}

std::string_view without_fuse(std::string_view type) {
  if (type.starts_with("fuse.")) type.remove_prefix(5);
  return type;
}

/// What its generator puts below remote-fs.target, where a failure does not end the boot: its list
/// of network file systems is not the one of libmount.
bool is_remote_to_systemd(const FstabEntry& entry) {
  constexpr std::array<std::string_view, 18> types{
      "afs",   "ceph", "cifs", "davfs", "gfs",      "gfs2",  "glusterfs", "lustre", "ncp",
      "ncpfs", "nfs",  "nfs4", "ocfs2", "orangefs", "pvfs2", "smb3",      "smbfs",  "sshfs"};
  return entry.has("_netdev") || contains(types, without_fuse(entry.type));
}

BootRole systemd_role(const FstabEntry& entry) {
  if (entry.type == "swap") return systemd_swap_role(entry);
  const std::string target = simplified(entry.target);
  if (!target.starts_with('/') || goes_up(target) || entry.type == "autofs" || is_api_mount(target))
    return BootRole::ignored;
  if (target == "/") return BootRole::root;
  const bool noauto = entry.last_of("noauto", "auto");
  const bool nofail = entry.last_of("nofail", "fail");
  if (target == "/usr" || entry.has("x-initrd.mount"))
    return noauto || nofail ? BootRole::optional : BootRole::initramfs;
  if (entry.has("x-systemd.automount") || entry.has("comment=systemd.automount"))
    return BootRole::on_access;
  if (entry.value("x-systemd.wanted-by") || entry.value("x-systemd.required-by"))
    return BootRole::elsewhere;
  if (noauto) return BootRole::never;
  if (nofail || waits_for_ever(entry)) return BootRole::optional;
  return is_remote_to_systemd(entry) ? BootRole::delaying : BootRole::required;
}

/// `fsck -A` stops the boot in a repair shell where a device with a pass number is not there. It
/// knows nofail, but not noauto.
BootRole rc_script_role(const FstabEntry& entry) {
  const bool noauto = entry.has("noauto");
  if (entry.type == "swap" || entry.type == "ignore")
    return noauto || entry.type == "ignore" ? BootRole::never : BootRole::delaying;
  if (!entry.target.starts_with('/') || is_api_mount(simplified(entry.target)))
    return BootRole::ignored;
  if (simplified(entry.target) == "/") return BootRole::root;
  const bool checked =
      entry.pass > 0 && !entry.has("bind") && !entry.has("nofail") && !is_network_mount(entry);
  if (checked) return BootRole::required;
  if (noauto) return BootRole::never;
  return entry.has("nofail") ? BootRole::optional : BootRole::delaying;
}

BootRole mountall_role(const FstabEntry& entry) {
  const BootRole role = rc_script_role(entry);
  if (role != BootRole::delaying && role != BootRole::required) return role;
  if (entry.has("noauto")) return BootRole::never;
  if (entry.has("nobootwait") || entry.has("optional")) return BootRole::optional;
  return is_network_mount(entry) || entry.type == "swap" ? BootRole::delaying : BootRole::required;
}

/// OpenRC and BusyBox complain about a mount that fails, and go on.
BootRole lenient_role(const FstabEntry& entry) {
  const BootRole role = rc_script_role(entry);
  if (role != BootRole::required) return role;
  return entry.has("noauto") ? BootRole::never : BootRole::delaying;
}

/// How long systemd waits for the device; nothing: without end.
std::optional<std::string> waiting_time(const FstabEntry& entry) {
  const auto timeout = entry.value("x-systemd.device-timeout");
  if (!timeout || timeout->empty()) return "90 s";
  if (*timeout == "0" || *timeout == "infinity") return std::nullopt;
  const bool bare = timeout->find_first_not_of("0123456789") == std::string::npos;
  return bare ? *timeout + " s" : *timeout;
}

std::string describe_required(const FstabEntry& entry, Init init) {
  if (init == Init::sysvinit)
    return say("the file system check at boot fails and stops in a repair shell: no login");
  if (init == Init::mountall)
    return say("the boot waits for the device and asks on the console: no login");
  // systemd waits for devices only; anything else fails at once.
  if (entry.device.match == guest::Match::not_a_device || entry.device.match == guest::Match::found)
    return say("the mount fails and the boot stops in emergency mode: no login");
  const auto time = waiting_time(entry);
  return time ? say("the boot waits {} and stops in emergency mode: no login", *time)
              : say("the boot waits for the device for ever: no login");
}

std::string describe_delaying(const FstabEntry& entry, bool by_systemd) {
  if (!by_systemd) return say("the mount fails with a message and the boot goes on");
  const auto time = waiting_time(entry);
  return time ? say("the boot is delayed by up to {}, then goes on without it", *time)
              : say("the units that need it wait for ever; the rest of the boot goes on");
}

}  // namespace

bool is_network_mount(const FstabEntry& entry) {
  // What libmount alone calls so.
  constexpr std::array<std::string_view, 4> types{"9p", "curlftpfs", "pnfs", "coda"};
  return is_remote_to_systemd(entry) || contains(types, without_fuse(entry.type));
}

BootRole boot_role(const FstabEntry& entry, Init init) {
  switch (init) {
    case Init::sysvinit:
      return rc_script_role(entry);
    case Init::mountall:
      return mountall_role(entry);
    case Init::openrc:
    case Init::busybox:
      return lenient_role(entry);
    case Init::systemd:
    case Init::unknown:
      break;
  }
  return systemd_role(entry);
}

std::string describe_failure(const FstabEntry& entry, Init init) {
  const bool by_systemd = init == Init::systemd || init == Init::unknown;
  switch (entry.role) {
    case BootRole::root:
      return say("the root file system cannot be remounted and stays read-only");
    case BootRole::initramfs:
      return say("the boot stops in the initramfs: no login");
    case BootRole::required:
      return describe_required(entry, init);
    case BootRole::delaying:
      return describe_delaying(entry, by_systemd);
    case BootRole::elsewhere:
      return say("the units that ask for it fail; the rest of the boot goes on");
    case BootRole::on_access:
      return say("the boot goes on; whoever enters the folder waits and gets an error");
    case BootRole::optional:
      return say("the boot goes on without it");
    case BootRole::never:
      return say("nothing at boot: the line is not mounted then");
    case BootRole::ignored:
      break;
  }
  return say("nothing at boot: the line is not used");
}

}  // namespace imprint::facts
