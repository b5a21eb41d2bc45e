#pragma once
// Healthy guests, written down from what the distributions install, to plant one fault in.

#include <string>
#include <vector>

#include "guestfs/facts/facts.h"
#include "guestfs/guest/memory_fs.h"
#include "guestfs/rules/engine.h"

namespace imprint::rules::test {

struct Guest {
  guest::MemoryFs fs;
  guest::Inventory inventory;
  std::vector<facts::MountedVolume> mounts;
  std::string cmdline;
  std::string kernel = "/boot/vmlinuz-6.1.0";
};

inline constexpr const char* root_uuid = "5c1b3a52-7b0e-4c8e-9d2f-0a1b2c3d4e5f";
inline constexpr const char* absent_uuid = "5c1b3a52-7b0e-4c8e-9d2f-0a1b2c3d4e60";

/// One MBR disk: ext4 root (1), swap (2), ext4 labelled "data" (3).
Guest debian12();
Guest ubuntu2204();
Guest centos6();
Guest centos7();
Guest rhel9();
Guest alpine();
std::vector<std::pair<std::string, Guest>> all_guests();

/// Adds a line to /etc/fstab.
void add_fstab(Guest& guest, const std::string& line);
/// The text of a file that the guest has.
std::string text_of(Guest& guest, const std::string& path);

/// What all rules but boot.* say of the guest.
Judgement judge(Guest& guest, const Profile& profile = {});

/// "rule severity" of each finding of warning or error, sorted.
std::vector<std::string> complaints(const Judgement& judgement);
std::vector<std::string> complaints(Guest& guest, const Profile& profile = {});
/// The first finding of the rule; one with an empty id if there is none.
Finding finding_of(const Judgement& judgement, const std::string& rule);

}  // namespace imprint::rules::test
