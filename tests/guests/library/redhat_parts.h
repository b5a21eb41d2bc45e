#pragma once
// What the guests of Red Hat's family share.

#include <string>

#include "tests/guests/library/guests.h"

namespace imprint::guests {

/// The kernel of /boot/vmlinuz-VERSION with dracut's initramfs.
Kernel redhat_kernel(const std::string& version, const std::string& filesystem);
/// Tree, accounts, systemd, sshd, cloud-init and NetworkManager.
void add_redhat(Guest& guest, const std::string& distro);
/// /etc/sysconfig/network-scripts/ifcfg-eth0: DHCP.
void add_ifcfg(Guest& guest);
/// The release files beside os-release: `name` is "centos", `line` what it says.
void add_release(Guest& guest, const std::string& name, const std::string& line,
                 const std::string& os_release);

}  // namespace imprint::guests
