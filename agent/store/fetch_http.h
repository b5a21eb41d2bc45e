#pragma once

#include "agent/ports/image_source.h"
#include "agent/store/image_source.h"

namespace imprint::store {

/// ImageSource::fetch for an http or https URL. What comes from the network is read in a process
/// of its own, imprint-fetch; this one counts, hashes and writes the bytes. Errc::unavailable also
/// if that program is not installed.
Result<Fetched> fetch_http(const std::string& url, const std::filesystem::path& target,
                           std::uint64_t limit, const std::function<bool(FetchProgress)>& progress,
                           const HttpOptions& options);

}  // namespace imprint::store
