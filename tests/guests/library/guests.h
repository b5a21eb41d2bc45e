#pragma once
// Healthy guests, written down from what the distributions install, to plant one fault in. Nothing
// of them may be rejected, and nearly nothing be warned of.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/guests/library/binaries.h"
#include "tests/guests/library/guest.h"
#include "tests/guests/library/parts.h"

namespace imprint::guests {

Guest debian12_bios();      ///< partitions for root, swap and data; the last is not mounted
Guest debian12_lvm_uefi();  ///< separate /boot, stub on the EFI system partition
Guest ubuntu_cloud();       ///< initrd-less first try, hybrid BIOS and UEFI
Guest ubuntu_lvm();         ///< separate /boot, root on a logical volume, GPT and BIOS
Guest centos6();            ///< GRUB legacy, separate /boot, Upstart
Guest centos7();            ///< XFS, BIOS
Guest aliyun2();
Guest openeuler2203();
Guest rhel8();          ///< BLS, $kernelopts of grubenv, separate /boot
Guest rhel9();          ///< BLS, UEFI, no separate /boot
Guest fedora_coreos();  ///< ostree: the deployment as it is mounted, empty /etc/fstab
Guest sles15();         ///< Btrfs with subvolumes, the root a snapshot of snapper
Guest alpine();         ///< extlinux, OpenRC
Guest arch();           ///< systemd-boot, the EFI system partition is /boot
Guest unified();        ///< systemd-boot with a unified kernel, root found by its partition type
Guest windows2022();    ///< BIOS, a system partition of its own

struct NamedGuest {
  std::string_view name;
  Guest (*make)();
};

/// All of them. Constant.
const std::vector<NamedGuest>& healthy_guests();
/// The guest of that name, which must be one.
Guest make_guest(std::string_view name);

}  // namespace imprint::guests
