#include "agent/store/download_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "agent/base/atomic_file.h"

namespace imprint::store {

Result<DownloadFile> DownloadFile::create(const std::filesystem::path& path, std::uint64_t limit) {
  Fd fd{::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (!fd.valid()) return system_error(errno, "file '" + path.string() + "'");
  return DownloadFile{path, std::move(fd), limit};
}

DownloadFile::DownloadFile(DownloadFile&& other) noexcept
    : path_{std::move(other.path_)},
      fd_{std::move(other.fd_)},
      limit_{other.limit_},
      size_{other.size_},
      kernel_copies_{other.kernel_copies_},
      digest_{std::move(other.digest_)} {
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
  const std::size_t total = bytes.size();
  while (!bytes.empty()) {
    const ssize_t count =
        ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(size_));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed(errno);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    size_ += static_cast<std::uint64_t>(count);
  }
  digest_->add_data(total);
  return {};
}

Result<std::uint64_t> DownloadFile::copy(int source, std::uint64_t count) {
  if (!kernel_copies_) return copy_through_memory(source, count);
  TRY(expect(size_ + count));
  auto from = static_cast<off_t>(size_);
  auto to = from;
  const ssize_t copied = ::copy_file_range(source, &from, fd_.get(), &to, count, 0);
  if (copied > 0) {
    size_ += static_cast<std::uint64_t>(copied);
    digest_->add_data(static_cast<std::uint64_t>(copied));
    return static_cast<std::uint64_t>(copied);
  }
  if (copied < 0 && (errno == ENOSPC || errno == EDQUOT || errno == EFBIG || errno == EIO))
    return failed(errno);
  // Two file systems, or one that cannot; some answer 0 where there is something to read.
  kernel_copies_ = false;
  return copy_through_memory(source, count);
}

Result<std::uint64_t> DownloadFile::copy_through_memory(int source, std::uint64_t count) {
  std::vector<std::byte> buffer(
      static_cast<std::size_t>(std::min<std::uint64_t>(count, std::uint64_t{1} << 20)));
  for (;;) {
    const ssize_t got = ::pread(source, buffer.data(), buffer.size(), static_cast<off_t>(size_));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error(errno, "read");
    TRY(write(std::span{buffer}.first(static_cast<std::size_t>(got))));
    return static_cast<std::uint64_t>(got);
  }
}

Result<> DownloadFile::skip(std::uint64_t count) {
  TRY(expect(size_ + count));
  size_ += count;
  if (::ftruncate(fd_.get(), static_cast<off_t>(size_)) != 0) return failed(errno);
  digest_->add_hole(count);
  return {};
}

Result<Fetched> DownloadFile::finish(const std::function<bool()>& cancelled) && {
  if (::fsync(fd_.get()) != 0) return failed(errno);
  TRY(sync_folder(path_.parent_path()));
  const std::string hex = TRY_WITH(digest_->finish(cancelled), "file '" + path_.string() + "'");
  Fetched fetched{TRY(Sha256::parse(hex)), size_};
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
