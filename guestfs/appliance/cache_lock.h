#pragma once

#include <filesystem>

#include "agent/base/fd.h"
#include "agent/base/result.h"

namespace imprint::appliance {

/// Makes the cache folder if it is missing, and waits until no other process makes an appliance in
/// it. Held until the descriptor is closed. Errors carry the path.
Result<Fd> lock_cache(const std::filesystem::path& cache_folder);

/// Removes the folder's entries that begin with `prefix`, but for `keep`: what former kernels,
/// libraries and versions of ours needed, and builds that were cut off. Called under the lock.
void remove_others(const std::filesystem::path& cache_folder, std::string_view prefix,
                   const std::filesystem::path& keep);

}  // namespace imprint::appliance
