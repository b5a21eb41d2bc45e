#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "agent/base/result.h"

namespace imprint::store {

struct IsoFile {
  std::string name;
  std::string content;
};

/// Writes an ISO 9660 image with Rock Ridge and Joliet names, mode 0600, synced. The same arguments
/// give the same bytes. `path` must not exist; on failure it does not. Errc::exhausted: no space;
/// unavailable. Thread-safe.
Result<> write_iso(const std::filesystem::path& path, const std::string& volume_id,
                   const std::vector<IsoFile>& files);

}  // namespace imprint::store
