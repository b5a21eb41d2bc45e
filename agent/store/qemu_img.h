#pragma once
// qemu-img, always in the sandbox with only the files of the call, and always told the format.
// Errors of all calls: exhausted (no space), cancelled, unavailable (with qemu-img's own words).

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "agent/base/result.h"
#include "agent/model/image_format.h"

namespace imprint::store {

struct Qcow2Facts {
  std::uint64_t virtual_size = 0;
  std::optional<std::string> backing;    ///< as it stands in the header
  std::optional<std::string> data_file;  ///< an external data file
};

/// What the header of a qcow2 file says. Errc::corrupt: it is not one. Also of a disk that a
/// machine uses now.
Result<Qcow2Facts> read_qcow2(const std::filesystem::path& path);

/// Makes `target` an empty qcow2 of `size` bytes, over `backing` (a qcow2) if there is one.
/// `target` is an empty file that the caller made, so that the sandbox needs no right on its
/// folder.
Result<> create_qcow2(const std::filesystem::path& target, std::uint64_t size,
                      const std::optional<std::filesystem::path>& backing);

/// Copies an accepted image into `target`, made as above, as a standalone qcow2; zeros take no
/// space.
Result<> convert_to_qcow2(const std::filesystem::path& source, ImageFormat format,
                          const std::filesystem::path& target,
                          const std::function<bool()>& cancelled);

}  // namespace imprint::store
