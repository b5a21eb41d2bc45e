#include "agent/store/download_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "agent/base/atomic_file.h"

namespace imprint::store {

Result<DownloadFile> DownloadFile::create(const std::filesystem::path& path, std::uint64_t limit) {
  Fd fd{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (!fd.valid()) return system_error(errno, "file '" + path.string() + "'");
  return DownloadFile{path, std::move(fd), limit};
}

DownloadFile::DownloadFile(DownloadFile&& other) noexcept
    : path_{std::move(other.path_)},
      fd_{std::move(other.fd_)},
      limit_{other.limit_},
      size_{other.size_},
      digester_{std::move(other.digester_)} {
  other.path_.clear();
}

DownloadFile::~DownloadFile() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

Error DownloadFile::failed(int error_number) const {
  // EFBIG: the file system takes no larger file.
  return system_error(error_number == EFBIG ? ENOSPC : error_number,
                      "file '" + path_.string() + "'");
}

Result<> DownloadFile::expect(std::uint64_t total) const {
  if (total <= limit_) return {};
  return make_error(Errc::exhausted, "the source is larger than {} bytes", limit_);
}

Result<> DownloadFile::write(std::span<const std::byte> bytes) {
  TRY(expect(size_ + bytes.size()));
  digester_.update(bytes);
  while (!bytes.empty()) {
    const ssize_t count =
        ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(size_));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed(errno);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    size_ += static_cast<std::uint64_t>(count);
  }
  return {};
}

Result<> DownloadFile::skip(std::uint64_t count) {
  TRY(expect(size_ + count));
  static const std::vector<std::byte> zeros(std::size_t{1} << 20);
  for (std::uint64_t left = count; left > 0;) {
    const auto chunk = std::min<std::uint64_t>(left, zeros.size());
    digester_.update(std::span{zeros}.first(static_cast<std::size_t>(chunk)));
    left -= chunk;
  }
  size_ += count;
  if (::ftruncate(fd_.get(), static_cast<off_t>(size_)) != 0) return failed(errno);
  return {};
}

Result<Fetched> DownloadFile::finish() && {
  if (::fsync(fd_.get()) != 0) return failed(errno);
  TRY(sync_folder(path_.parent_path()));
  Fetched fetched{TRY(Sha256::parse(digester_.finish())), size_};
  path_.clear();
  return fetched;
}

bool ProgressTeller::tell(FetchProgress progress) {
  const auto now = std::chrono::steady_clock::now();
  if (!progress_ || now < next_) return true;
  next_ = now + std::chrono::milliseconds{100};
  return progress_(progress);
}

}  // namespace imprint::store
