#pragma once
// Initramfs archives as the distributions' tools make them.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace imprint::guests {

struct ArchiveEntry {
  std::string name;  ///< "usr/lib/modules/6.1.0/modules.dep"; folders on the way are made
  std::string content;
  std::uint32_t mode = 0100644;  ///< with the type: 0120777 is a link to `content`
};

/// An archive in the "newc" format (Documentation/driver-api/early-userspace/buffer-format.rst of
/// the kernel), not compressed.
std::string cpio(const std::vector<ArchiveEntry>& entries);

std::string gzip(std::string_view bytes);

}  // namespace imprint::guests
