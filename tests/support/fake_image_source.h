#pragma once

#include <map>
#include <memory>
#include <string>

#include "agent/base/digest.h"
#include "agent/ports/image_source.h"
#include "tests/support/fake_volumes.h"

namespace imprint::test {

/// Serves texts as images, into the files of a FakeVolumes.
class FakeImageSource : public ImageSource {
 public:
  FakeImageSource(std::shared_ptr<FakeFiles> files, std::map<std::string, std::string> served)
      : files_{std::move(files)}, served_{std::move(served)} {}

  Result<Fetched> fetch(const std::string& source, const std::filesystem::path& target,
                        std::uint64_t limit,
                        const std::function<bool(FetchProgress)>& progress) override {
    const auto found = served_.find(source);
    if (found == served_.end()) return make_error(Errc::not_found, "'{}' does not exist", source);
    const std::string& bytes = found->second;
    if (bytes.size() > limit)
      return make_error(Errc::exhausted, "'{}' is larger than {} bytes", source, limit);
    for (std::uint64_t done = 0; done <= bytes.size(); done += bytes.size() / 2 + 1)
      if (!progress({done, bytes.size()})) return make_error(Errc::cancelled, "cancelled");
    const std::lock_guard lock{files_->mutex};
    if (!files_->files.try_emplace(target, FakeFiles::File{bytes, bytes.size()}).second)
      return make_error(Errc::unavailable, "'{}' exists", target.string());
    return Fetched{TRY(Sha256::parse(digest_of(bytes))), bytes.size()};
  }

 private:
  std::shared_ptr<FakeFiles> files_;
  std::map<std::string, std::string> served_;
};

}  // namespace imprint::test
