#include "guestfs/container/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "agent/base/fd.h"
#include "agent/base/owned.h"
#include "guestfs/container/bytes.h"
#include "guestfs/language/say.h"

namespace imprint::container {
namespace {

constexpr std::size_t read_size = std::size_t{256} << 10;
constexpr std::size_t write_size = std::size_t{64} << 10;  // the grain of holes

void free_archive(archive* reader) {
  archive_read_free(reader);
}
using Reader = Owned<archive, free_archive>;

int filter_of(Packing packing) noexcept {
  switch (packing) {
    case Packing::gzip:
      return ARCHIVE_FILTER_GZIP;
    case Packing::bzip2:
      return ARCHIVE_FILTER_BZIP2;
    case Packing::xz:
      return ARCHIVE_FILTER_XZ;
    case Packing::zstd:
      return ARCHIVE_FILTER_ZSTD;
  }
  return ARCHIVE_FILTER_NONE;
}

/// Writes what comes in order; blocks of zeros are left out.
class SparseFile {
 public:
  SparseFile(Fd fd, const UnpackLimits& limits) : fd_{std::move(fd)}, limits_{limits} {}

  Result<> append(Bytes bytes) {
    if (bytes.size() > limits_.size - size_)
      return make_error(Errc::exhausted, "{}",
                        say("it unpacks to more than {} bytes", limits_.size));
    while (!bytes.empty()) {
      const Bytes block = bytes.first(std::min(bytes.size(), write_size));
      if (!all_zero(block)) TRY(write(block));
      size_ += block.size();
      bytes = bytes.subspan(block.size());
    }
    return {};
  }

  Result<std::uint64_t> finish() {
    if (::ftruncate(fd_.get(), static_cast<off_t>(size_)) != 0) return failed();
    return size_;
  }

  void empty() const { static_cast<void>(::ftruncate(fd_.get(), 0) == 0); }

 private:
  static Error failed() { return system_error(errno == EFBIG ? ENOSPC : errno, "unpacked image"); }

  Result<> write(Bytes block) {
    if (block.size() > limits_.data - std::min(limits_.data, data_))
      return make_error(Errc::exhausted, "{}",
                        say("it unpacks to more than {} bytes of data", limits_.data));
    for (std::size_t done = 0; done < block.size();) {
      const ssize_t count = ::pwrite(fd_.get(), block.data() + done, block.size() - done,
                                     static_cast<off_t>(size_ + done));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return failed();
      done += static_cast<std::size_t>(count);
    }
    data_ += block.size();
    return {};
  }

  Fd fd_;
  UnpackLimits limits_;
  std::uint64_t size_ = 0;
  std::uint64_t data_ = 0;
};

Error damaged(archive* reader, Packing packing) {
  const char* reason = archive_error_string(reader);
  return make_error(Errc::corrupt, "{}",
                    say("its {} data is damaged or cut short: {}", to_string(packing),
                        reason == nullptr ? "?" : reason));
}

/// The one chain of filters that was found, so that nothing in the data chooses another.
Result<Reader> open_reader(const std::filesystem::path& source, Packing packing) {
  Reader reader{archive_read_new()};
  // Not the empty format: it takes a first block that cannot be read for no content at all.
  archive_read_support_format_raw(reader.get());
  if (archive_read_append_filter(reader.get(), filter_of(packing)) != ARCHIVE_OK ||
      archive_read_open_filename(reader.get(), source.c_str(), read_size) != ARCHIVE_OK)
    return damaged(reader.get(), packing);
  return reader;
}

Result<> copy(archive* reader, Packing packing, SparseFile& target) {
  archive_entry* entry = nullptr;
  if (archive_read_next_header(reader, &entry) != ARCHIVE_OK) return damaged(reader, packing);
  std::vector<std::byte> buffer(read_size);
  while (true) {
    const la_ssize_t count = archive_read_data(reader, buffer.data(), buffer.size());
    if (count < 0) return damaged(reader, packing);
    if (count == 0) return {};
    TRY(target.append(Bytes{buffer}.first(static_cast<std::size_t>(count))));
  }
}

}  // namespace

Result<std::uint64_t> unpack(const std::filesystem::path& source, Packing packing,
                             const std::filesystem::path& target, const UnpackLimits& limits) {
  const Reader reader = TRY(open_reader(source, packing));
  Fd fd{::open(target.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (!fd.valid()) return system_error(errno, "file '" + target.string() + "'");
  SparseFile file{std::move(fd), limits};
  if (const auto copied = copy(reader.get(), packing, file); !copied) {
    file.empty();
    return copied.error();
  }
  return file.finish();
}

}  // namespace imprint::container
