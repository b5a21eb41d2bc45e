#pragma once
// Images that somebody compressed. Runs where untrusted bytes may be read: in the sandboxed worker.

#include <cstdint>
#include <filesystem>

#include "agent/base/result.h"
#include "guestfs/container/packing.h"

namespace imprint::container {

/// What a packed image may become. Both bounds are needed: a bomb of zeros takes no space, but
/// time.
struct UnpackLimits {
  std::uint64_t size = std::uint64_t{1} << 40;  ///< bytes of content
  std::uint64_t data = 0;                       ///< bytes written
};

/// Unpacks one layer of `source` into `target`, which is made or emptied; zeros become holes. The
/// number of bytes. Errc::exhausted: more than a limit, or no space; corrupt: the packed data is
/// damaged or cut short; not_found. After an error the target holds nothing.
Result<std::uint64_t> unpack(const std::filesystem::path& source, Packing packing,
                             const std::filesystem::path& target, const UnpackLimits& limits);

}  // namespace imprint::container
