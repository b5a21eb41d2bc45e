#include "guestfs/inspect/drop_root.h"

#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

namespace imprint::inspect {
namespace {

constexpr unsigned nobody = 65534;
constexpr std::array<unsigned, 2> kept{CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH};

/// Permitted, effective and inheritable: the kept ones and no other.
bool set_capabilities() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> data{};
  for (const unsigned capability : kept) data[0].permitted |= CAP_TO_MASK(capability);
  data[0].effective = data[0].inheritable = data[0].permitted;
  return ::syscall(SYS_capset, &header, data.data()) == 0;
}

/// Ambient ones outlive exec, so that QEMU has them too.
bool raise_ambient() {
  for (const unsigned capability : kept)
    if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0) != 0) return false;
  return true;
}

bool become_nobody() {
  // NO_SETUID_FIXUP: without it access(2), by which libguestfs looks before it opens, would go by
  // nobody's powers alone and refuse an image below /root.
  return ::prctl(PR_SET_SECUREBITS, SECBIT_KEEP_CAPS | SECBIT_NO_SETUID_FIXUP, 0, 0, 0) == 0 &&
         ::setgroups(0, nullptr) == 0 && ::setresgid(nobody, nobody, nobody) == 0 &&
         ::setresuid(nobody, nobody, nobody) == 0 && set_capabilities() && raise_ambient();
}

}  // namespace

Result<> drop_root() {
  if (::geteuid() != 0) return {};
  const pid_t parent = ::getppid();
  if (!become_nobody()) return system_error(errno, "root's powers cannot be dropped");
  // A change of user makes the kernel forget that this process is to die with its parent.
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return system_error(errno, "death signal");
  if (::getppid() != parent) return make_error(Errc::unavailable, "the parent process has ended");
  return {};
}

}  // namespace imprint::inspect
