#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>

#include "agent/base/fd.h"
#include "agent/ports/image_source.h"
#include "agent/store/trailing_digest.h"

namespace imprint::store {

/// The target of a fetch: counts, hashes and writes what comes, in order; removed at destruction
/// unless finished.
class DownloadFile {
 public:
  /// Errc::conflict: the file exists, and stays as it is.
  static Result<DownloadFile> create(const std::filesystem::path& path, std::uint64_t limit);
  DownloadFile(DownloadFile&&) noexcept;
  DownloadFile& operator=(DownloadFile&&) = delete;
  ~DownloadFile();

  /// Errc::exhausted: more than the limit, or no space.
  Result<> write(std::span<const std::byte> bytes);
  /// The next bytes, at most `count`, from the same place in the open file `source`: by a reflink
  /// where the file system can, otherwise copied inside the kernel or, where that is refused,
  /// through our memory. How many it took; 0: the source ends here.
  Result<std::uint64_t> copy(int source, std::uint64_t count);
  /// `count` zeros that take no space.
  Result<> skip(std::uint64_t count);
  /// Errc::exhausted if a source of that size would pass the limit.
  Result<> expect(std::uint64_t total) const;
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

  /// Syncs it; it stays. Errc::cancelled as soon as `cancelled` says so, which is asked while the
  /// digest is not yet there.
  Result<Fetched> finish(const std::function<bool()>& cancelled) &&;

 private:
  DownloadFile(std::filesystem::path path, Fd fd, std::uint64_t limit)
      : path_{std::move(path)},
        fd_{std::move(fd)},
        limit_{limit},
        digest_{std::make_unique<TrailingDigest>(fd_.get())} {}
  [[nodiscard]] Error failed(int error_number) const;
  Result<std::uint64_t> copy_through_memory(int source, std::uint64_t count);

  std::filesystem::path path_;
  Fd fd_;
  std::uint64_t limit_;
  std::uint64_t size_ = 0;
  bool kernel_copies_ = true;               ///< until it refuses once
  std::unique_ptr<TrailingDigest> digest_;  ///< last: it reads fd_
};

/// Tells progress at most ten times a second.
class ProgressTeller {
 public:
  explicit ProgressTeller(const std::function<bool(FetchProgress)>& progress)
      : progress_{progress} {}
  /// False: the fetch is to be cancelled.
  bool tell(FetchProgress progress);

 private:
  const std::function<bool(FetchProgress)>& progress_;
  std::chrono::steady_clock::time_point next_{};
};

}  // namespace imprint::store
