#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <span>

#include "agent/base/digest.h"
#include "agent/base/fd.h"
#include "agent/ports/image_source.h"

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
  /// `count` zeros that take no space.
  Result<> skip(std::uint64_t count);
  /// Errc::exhausted if a source of that size would pass the limit.
  Result<> expect(std::uint64_t total) const;
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

  /// Syncs it; it stays.
  Result<Fetched> finish() &&;

 private:
  DownloadFile(std::filesystem::path path, Fd fd, std::uint64_t limit)
      : path_{std::move(path)}, fd_{std::move(fd)}, limit_{limit} {}
  [[nodiscard]] Error failed(int error_number) const;

  std::filesystem::path path_;
  Fd fd_;
  std::uint64_t limit_;
  std::uint64_t size_ = 0;
  Digester digester_;
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
