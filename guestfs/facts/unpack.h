#pragma once
// The compressions that Linux knows for an initramfs (lib/decompress*.c), one member at a time:
// what follows a member's end is left alone, since more may be joined to it.

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace imprint::facts {

enum class Packing { none, gzip, xz, lzma, zstd, lz4, bzip2, lzo };

/// "gzip" and so on; empty for none.
std::string_view to_string(Packing packing) noexcept;

/// By the first bytes, as the kernel does; none where it would not know them. lz4 is the legacy
/// frame, the only one that the kernel takes.
Packing packing_of(std::string_view head) noexcept;

struct UnpackStep {
  enum class State { more, end, broken };
  State state = State::more;
  std::size_t taken = 0;  ///< bytes of the input
  std::size_t made = 0;   ///< bytes of the output
};

/// Unpacks one member. Memory is bounded by the format's largest window, at most 256 MiB. Not
/// thread-safe.
class Unpacker {
 public:
  Unpacker() = default;
  Unpacker(const Unpacker&) = delete;
  Unpacker& operator=(const Unpacker&) = delete;
  virtual ~Unpacker() = default;

  /// Goes on with `input`, which continues what was taken before, and fills `output`. A step that
  /// neither takes nor makes anything needs more input; if there is none, the member is cut short.
  virtual UnpackStep step(std::string_view input, std::span<char> output) = 0;
  /// Whether a member may end where the input ends, without a mark of its own.
  [[nodiscard]] virtual bool may_end() const { return false; }
};

/// Null for none and for lzo, which is only recognised.
std::unique_ptr<Unpacker> make_unpacker(Packing packing);

}  // namespace imprint::facts
