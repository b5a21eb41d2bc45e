#pragma once
// Unified kernel images: a kernel, its initramfs and its command line in the sections of one PE
// program.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "guestfs/guest/guest_fs.h"

namespace imprint::facts {

struct PeSection {
  std::string name;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

struct UnifiedKernel {
  std::vector<PeSection> sections;
  std::string cmdline;
  std::string os_release;
  std::string version;  ///< of .uname

  [[nodiscard]] bool has(std::string_view section) const;
};

/// Reads at most 64 KiB of each text section. Errc::corrupt for what is no PE program or has
/// sections outside the file; otherwise as GuestFs.
Result<UnifiedKernel> read_pe(guest::FollowingFs& fs, const guest::GuestPath& path);

}  // namespace imprint::facts
