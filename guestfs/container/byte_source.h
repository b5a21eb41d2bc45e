#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "agent/base/fd.h"
#include "agent/base/result.h"

namespace imprint::container {

/// Random access to the bytes of an untrusted file.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  [[nodiscard]] virtual std::uint64_t size() const = 0;
  /// Fills `buffer` from `offset`; the count read is smaller only at the end of the file.
  virtual Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> buffer) = 0;
};

/// A regular file (or a link to one) or a block device, opened read-only. Errc::not_found; invalid
/// for a folder, a pipe, a socket or a character device, which is never opened.
class FileSource : public ByteSource {
 public:
  static Result<FileSource> open(const std::filesystem::path& path);
  [[nodiscard]] std::uint64_t size() const override { return size_; }
  Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> buffer) override;

 private:
  FileSource(Fd fd, std::uint64_t size) : fd_{std::move(fd)}, size_{size} {}
  Fd fd_;
  std::uint64_t size_;
};

/// At most `length` bytes from `offset`; fewer only where the source ends. Never allocates more
/// than the source holds.
Result<std::vector<std::byte>> read_range(ByteSource& source, std::uint64_t offset,
                                          std::size_t length);

}  // namespace imprint::container
