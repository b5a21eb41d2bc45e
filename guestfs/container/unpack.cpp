#include "guestfs/container/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <vector>

#include "agent/base/fd.h"
#include "agent/base/owned.h"
#include "guestfs/language/say.h"

namespace imprint::container {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t read_size = std::size_t{256} << 10;
constexpr std::size_t write_size = std::size_t{64} << 10;  // the grain of holes

void free_archive(archive* reader) {
  archive_read_free(reader);
}
using Reader = Owned<archive, free_archive>;

struct Signature {
  Packing packing;
  std::string_view bytes;
  std::string_view name;
  int filter;
};
constexpr std::array signatures{
    Signature{Packing::gzip, "\x1f\x8b\x08"sv, "gzip", ARCHIVE_FILTER_GZIP},
    Signature{Packing::bzip2, "BZh"sv, "bzip2", ARCHIVE_FILTER_BZIP2},
    Signature{Packing::xz, "\xfd\x37zXZ\0"sv, "xz", ARCHIVE_FILTER_XZ},
    Signature{Packing::zstd, "\x28\xb5\x2f\xfd"sv, "zstd", ARCHIVE_FILTER_ZSTD},
};

const Signature& signature_of(Packing packing) noexcept {
  return *std::ranges::find(signatures, packing, &Signature::packing);
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

Error damaged(archive* reader, std::string_view name) {
  const char* reason = archive_error_string(reader);
  return make_error(
      Errc::corrupt, "{}",
      say("its {} data is damaged or cut short: {}", name, reason == nullptr ? "?" : reason));
}

/// The one chain of filters that was found, so that nothing in the data chooses another.
Result<Reader> open_reader(const std::filesystem::path& source, const Signature& signature) {
  Reader reader{archive_read_new()};
  // Not the empty format: it takes a first block that cannot be read for no content at all.
  archive_read_support_format_raw(reader.get());
  if (archive_read_append_filter(reader.get(), signature.filter) != ARCHIVE_OK ||
      archive_read_open_filename(reader.get(), source.c_str(), read_size) != ARCHIVE_OK)
    return damaged(reader.get(), signature.name);
  return reader;
}

Result<> copy(archive* reader, const Signature& signature, SparseFile& target) {
  archive_entry* entry = nullptr;
  if (archive_read_next_header(reader, &entry) != ARCHIVE_OK)
    return damaged(reader, signature.name);
  std::vector<std::byte> buffer(read_size);
  while (true) {
    const la_ssize_t count = archive_read_data(reader, buffer.data(), buffer.size());
    if (count < 0) return damaged(reader, signature.name);
    if (count == 0) return {};
    TRY(target.append(Bytes{buffer}.first(static_cast<std::size_t>(count))));
  }
}

}  // namespace

std::string_view to_string(Packing packing) noexcept {
  return signature_of(packing).name;
}

Result<std::optional<Packing>> packing_of(ByteSource& source) {
  const auto head = TRY(read_range(source, 0, 8));
  for (const Signature& signature : signatures)
    if (holds(head, 0, signature.bytes)) return std::optional{signature.packing};
  return std::optional<Packing>{};
}

Result<std::uint64_t> unpack(const std::filesystem::path& source, Packing packing,
                             const std::filesystem::path& target, const UnpackLimits& limits) {
  const Signature& signature = signature_of(packing);
  const Reader reader = TRY(open_reader(source, signature));
  Fd fd{::open(target.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (!fd.valid()) return system_error(errno, "file '" + target.string() + "'");
  SparseFile file{std::move(fd), limits};
  if (const auto copied = copy(reader.get(), signature, file); !copied) {
    file.empty();
    return copied.error();
  }
  return file.finish();
}

}  // namespace imprint::container
