#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "guestfs/container/byte_source.h"

namespace imprint::test {

/// Bytes in memory. `size` may be larger than the bytes: the rest reads as zeros, as a hole of a
/// file does.
class MemorySource : public container::ByteSource {
 public:
  explicit MemorySource(std::vector<std::byte> bytes)
      : bytes_{std::move(bytes)}, size_{bytes_.size()} {}
  MemorySource(std::vector<std::byte> bytes, std::uint64_t size)
      : bytes_{std::move(bytes)}, size_{size} {}

  [[nodiscard]] std::uint64_t size() const override { return size_; }
  Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> buffer) override {
    if (fails_) return make_error(Errc::unavailable, "read of the image: Input/output error");
    if (offset >= size_) return std::size_t{0};
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), size_ - offset));
    std::fill_n(buffer.begin(), count, std::byte{0});
    if (offset < bytes_.size())
      std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset),
                  std::min<std::size_t>(count, bytes_.size() - static_cast<std::size_t>(offset)),
                  buffer.begin());
    bytes_read_ += count;
    return count;
  }

  /// From now on every read fails, as on a broken disk.
  void fail() { fails_ = true; }
  [[nodiscard]] std::uint64_t bytes_read() const { return bytes_read_; }

 private:
  std::vector<std::byte> bytes_;
  std::uint64_t size_;
  std::uint64_t bytes_read_ = 0;
  bool fails_ = false;
};

}  // namespace imprint::test
