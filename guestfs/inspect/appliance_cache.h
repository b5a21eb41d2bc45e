#pragma once

#include <filesystem>
#include <optional>

#include "agent/base/result.h"

namespace imprint::inspect {

/// Where things that can be made again are kept: $CACHE_DIRECTORY (a systemd unit's own), else
/// $XDG_CACHE_HOME/imprint, else ~/.cache/imprint, else /var/cache/imprint.
std::filesystem::path default_cache_folder();

/// A fixed libguestfs appliance (kernel, initrd, root, README.fixed) below `cache_folder`, made of
/// this host's files by supermin if it is not there yet or if libguestfs or the host's kernels have
/// changed since. Callers at the same time, in any process, wait for one build; it appears by
/// rename, so it is whole or absent. Takes seconds and some 360 MB once. Errc::unavailable:
/// libguestfs or supermin is not installed or fails, with its reason; others of writing files.
Result<std::filesystem::path> prepare_appliance(const std::filesystem::path& cache_folder);

/// The appliance that prepare_appliance() would find; none: it would have to be made. Errors as
/// there.
Result<std::optional<std::filesystem::path>> find_appliance(
    const std::filesystem::path& cache_folder);

}  // namespace imprint::inspect
