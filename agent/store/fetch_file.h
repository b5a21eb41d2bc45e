#pragma once

#include "agent/ports/image_source.h"

namespace imprint::store {

/// ImageSource::fetch for an absolute path.
Result<Fetched> fetch_file(const std::filesystem::path& source, const std::filesystem::path& target,
                           std::uint64_t limit, const std::function<bool(FetchProgress)>& progress);

}  // namespace imprint::store
