#include "agent/store/image_source.h"

#include "agent/store/fetch_file.h"
#include "agent/store/fetch_http.h"

namespace imprint::store {

Result<Fetched> LocalImageSource::fetch(const std::string& source,
                                        const std::filesystem::path& target, std::uint64_t limit,
                                        const std::function<bool(FetchProgress)>& progress) {
  if (source.find('\0') != std::string::npos)
    return make_error(Errc::invalid, "the source holds a NUL byte");
  if (source.starts_with('/')) return fetch_file(source, target, limit, progress);
  return fetch_http(source, target, limit, progress, options_);
}

}  // namespace imprint::store
