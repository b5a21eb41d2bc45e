#pragma once
// Guests with a whole boot chain, written down from what distributions install, to plant one fault
// in.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "guestfs/facts/facts.h"
#include "guestfs/guest/memory_fs.h"
#include "guestfs/rules/boot_rules.h"

namespace imprint::boot_test {

struct BootGuest {
  guest::MemoryFs fs;
  guest::Inventory inventory;
  std::vector<facts::MountedVolume> mounts;

  facts::Boot read();
  /// What the family boot.* says: "boot.kernel-missing error", in the order of the table, each
  /// once.
  std::vector<std::string> complaints();
  /// Rules that gave reasons instead of answers.
  std::vector<std::string> undetermined();
  /// The first evidence of a rule; an empty one if it did not fire.
  rules::Evidence evidence_of(std::string_view rule);
  /// Replaces one text in a file, which must be there.
  void edit(std::string_view path, std::string_view from, std::string_view to);
  std::string text_of(std::string_view path);

 private:
  facts::Facts facts();
};

inline constexpr const char* system_uuid = "1f5e0f3c-8e57-4b6b-a2f3-5d3f0e9b7a11";
inline constexpr const char* absent_uuid = "00000000-8e57-4b6b-a2f3-5d3f0e9b7a99";

/// A file of tests/unit/guestfs/boot/data.
std::string data(const std::string& name);
/// The start of a bzImage whose header tells that version.
std::string kernel_image(const std::string& version);
/// A sound environment block with these lines.
std::string grubenv(const std::string& lines);
/// A PE program with these sections.
std::string pe_image(const std::vector<std::pair<std::string, std::string>>& sections);

BootGuest debian12_bios();
BootGuest debian12_lvm_uefi();  ///< separate /boot, stub on the EFI system partition
BootGuest ubuntu_cloud();       ///< initrd-less first try, hybrid BIOS and UEFI
BootGuest centos6();
BootGuest centos7();
BootGuest rhel8();  ///< $kernelopts of grubenv, separate /boot
BootGuest rhel9();  ///< UEFI, no separate /boot
BootGuest opensuse();
BootGuest alpine();
BootGuest arch();
BootGuest unified();  ///< systemd-boot with a unified kernel, root found by its partition type
std::vector<std::pair<std::string, BootGuest>> healthy_guests();

}  // namespace imprint::boot_test
