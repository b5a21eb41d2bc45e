#include "guestfs/facts/init.h"

#include <array>
#include <utility>

namespace imprint::facts {
namespace {

using guest::FollowingFs;
using guest::GuestPath;

bool is_there(FollowingFs& fs, std::string_view path) {
  const auto parsed = GuestPath::parse(path);
  if (!parsed) return false;
  const auto exists = fs.exists(*parsed);
  return exists && *exists;
}

/// What /sbin/init itself says, where it is a link.
Init init_by_link(FollowingFs& fs) {
  const auto path = GuestPath::parse("/sbin/init");
  if (!path) return Init::unknown;
  const auto target = fs.resolve(*path);
  if (!target) return Init::unknown;
  if (target->name() == "systemd") return Init::systemd;
  if (target->name() == "openrc-init") return Init::openrc;
  if (target->name() == "busybox")
    return is_there(fs, "/sbin/openrc") ? Init::openrc : Init::busybox;
  return Init::unknown;
}

}  // namespace

std::string_view to_string(Init init) noexcept {
  switch (init) {
    case Init::systemd:
      return "systemd";
    case Init::mountall:
      return "upstart";
    case Init::sysvinit:
      return "sysvinit";
    case Init::openrc:
      return "openrc";
    case Init::busybox:
      return "busybox";
    case Init::unknown:
      break;
  }
  return "";
}

Init detect_init(FollowingFs& fs) {
  if (const Init linked = init_by_link(fs); linked != Init::unknown) return linked;
  // In this order: a system that was moved to systemd may keep scripts of its former init, and
  // those of sysvinit are also there under Upstart and OpenRC.
  constexpr std::array<std::pair<std::string_view, Init>, 8> signs{{
      {"/sbin/mountall", Init::mountall},
      {"/etc/rc.d/rc.sysinit", Init::sysvinit},
      {"/sbin/openrc", Init::openrc},
      {"/etc/inittab", Init::sysvinit},
      {"/usr/lib/systemd/systemd", Init::systemd},
      {"/lib/systemd/systemd", Init::systemd},
      {"/etc/init.d/rcS", Init::sysvinit},
      {"/bin/busybox", Init::busybox},
  }};
  for (const auto& [path, init] : signs)
    if (is_there(fs, path)) return init;
  return Init::unknown;
}

}  // namespace imprint::facts
