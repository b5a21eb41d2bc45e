#pragma once

#include <string_view>

#include "guestfs/guest/guest_fs.h"

namespace imprint::facts {

/// The program that brings the guest up, as far as it decides what a line of /etc/fstab does.
enum class Init {
  systemd,
  mountall,  ///< Upstart with Ubuntu's mountall
  sysvinit,  ///< rc scripts that run `fsck -A`: also Upstart of RHEL 6
  openrc,
  busybox,
  unknown,
};

std::string_view to_string(Init init) noexcept;

/// Looks at /sbin/init and what it leads to. Where nothing can be read: unknown.
Init detect_init(guest::FollowingFs& fs);

}  // namespace imprint::facts
