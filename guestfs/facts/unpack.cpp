#include "guestfs/facts/unpack.h"

#include <bzlib.h>
#include <lz4.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <limits>

namespace imprint::facts {
namespace {

using State = UnpackStep::State;
using namespace std::string_view_literals;

constexpr std::string_view lz4_magic = "\x02\x21\x4c\x18"sv;

unsigned clamp(std::size_t size) {
  return static_cast<unsigned>(std::min<std::size_t>(size, std::numeric_limits<unsigned>::max()));
}

class Gzip final : public Unpacker {
 public:
  Gzip() {
    constexpr int largest_window_of_gzip = 15 + 16;
    sound_ = inflateInit2(&stream_, largest_window_of_gzip) == Z_OK;
  }
  ~Gzip() override { inflateEnd(&stream_); }

  UnpackStep step(std::string_view input, std::span<char> output) override {
    if (!sound_) return {State::broken};
    // zlib does not write through next_in.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
    stream_.avail_in = clamp(input.size());
    stream_.next_out = reinterpret_cast<Bytef*>(output.data());
    stream_.avail_out = clamp(output.size());
    const uInt in = stream_.avail_in;
    const uInt out = stream_.avail_out;
    const int answer = inflate(&stream_, Z_NO_FLUSH);
    UnpackStep step{State::more, in - stream_.avail_in, out - stream_.avail_out};
    if (answer == Z_STREAM_END) step.state = State::end;
    if (answer != Z_STREAM_END && answer != Z_OK && answer != Z_BUF_ERROR)
      step.state = State::broken;
    return step;
  }

 private:
  z_stream stream_{};
  bool sound_ = false;
};

/// xz, and the format before it.
class Lzma final : public Unpacker {
 public:
  explicit Lzma(Packing packing) {
    constexpr std::uint64_t memory = std::uint64_t{256} << 20;
    sound_ = (packing == Packing::xz ? lzma_stream_decoder(&stream_, memory, 0)
                                     : lzma_alone_decoder(&stream_, memory)) == LZMA_OK;
  }
  ~Lzma() override { lzma_end(&stream_); }

  UnpackStep step(std::string_view input, std::span<char> output) override {
    if (!sound_) return {State::broken};
    stream_.next_in = reinterpret_cast<const std::uint8_t*>(input.data());
    stream_.avail_in = input.size();
    stream_.next_out = reinterpret_cast<std::uint8_t*>(output.data());
    stream_.avail_out = output.size();
    const lzma_ret answer = lzma_code(&stream_, LZMA_RUN);
    UnpackStep step{State::more, input.size() - stream_.avail_in,
                    output.size() - stream_.avail_out};
    if (answer == LZMA_STREAM_END) step.state = State::end;
    if (answer != LZMA_STREAM_END && answer != LZMA_OK && answer != LZMA_BUF_ERROR)
      step.state = State::broken;
    return step;
  }

 private:
  lzma_stream stream_ = LZMA_STREAM_INIT;
  bool sound_ = false;
};

class Zstd final : public Unpacker {
 public:
  Zstd() : stream_{ZSTD_createDStream()} {}
  ~Zstd() override { ZSTD_freeDStream(stream_); }

  UnpackStep step(std::string_view input, std::span<char> output) override {
    if (stream_ == nullptr) return {State::broken};
    ZSTD_inBuffer in{input.data(), input.size(), 0};
    ZSTD_outBuffer out{output.data(), output.size(), 0};
    const std::size_t answer = ZSTD_decompressStream(stream_, &out, &in);
    const State state = ZSTD_isError(answer) != 0 ? State::broken
                        : answer == 0             ? State::end
                                                  : State::more;
    return {state, in.pos, out.pos};
  }

 private:
  ZSTD_DStream* stream_;
};

class Bzip2 final : public Unpacker {
 public:
  Bzip2() { sound_ = BZ2_bzDecompressInit(&stream_, 0, 0) == BZ_OK; }
  ~Bzip2() override { BZ2_bzDecompressEnd(&stream_); }

  UnpackStep step(std::string_view input, std::span<char> output) override {
    if (!sound_) return {State::broken};
    // libbz2 does not write through next_in.
    stream_.next_in = const_cast<char*>(input.data());
    stream_.avail_in = clamp(input.size());
    stream_.next_out = output.data();
    stream_.avail_out = clamp(output.size());
    const unsigned in = stream_.avail_in;
    const unsigned out = stream_.avail_out;
    const int answer = BZ2_bzDecompress(&stream_);
    UnpackStep step{State::more, in - stream_.avail_in, out - stream_.avail_out};
    if (answer == BZ_STREAM_END) step.state = State::end;
    if (answer != BZ_STREAM_END && answer != BZ_OK) step.state = State::broken;
    return step;
  }

 private:
  bz_stream stream_{};
  bool sound_ = false;
};

/// lz4's legacy frame: a magic number, then blocks of at most 8 MiB, each behind its packed size;
/// no mark at the end. Zeros, or another frame's magic number, may follow.
class Lz4 final : public Unpacker {
 public:
  UnpackStep step(std::string_view input, std::span<char> output) override {
    UnpackStep step;
    if (made_ == unpacked_.size()) step = take(input);
    step.made = std::min(output.size(), unpacked_.size() - made_);
    std::memcpy(output.data(), unpacked_.data() + made_, step.made);
    made_ += step.made;
    return step;
  }
  [[nodiscard]] bool may_end() const override {
    return packed_.empty() && started_ && made_ == unpacked_.size();
  }

 private:
  static constexpr std::size_t largest_block = std::size_t{8} << 20;
  static constexpr std::size_t word = 4;

  /// Takes as much as the next block needs; unpacks it once it is whole.
  UnpackStep take(std::string_view input) {
    UnpackStep step;
    const auto fill = [&](std::size_t size) {
      const std::size_t count =
          std::min(size - std::min(size, packed_.size()), input.size() - step.taken);
      packed_.append(input.substr(step.taken, count));
      step.taken += count;
      return packed_.size() >= size;
    };
    if (!fill(word)) return step;
    if (packed_ == lz4_magic) {
      packed_.clear();
      started_ = true;
      return step;
    }
    const std::uint32_t size = packed_size();
    if (!started_ || size > static_cast<std::uint32_t>(LZ4_compressBound(int{largest_block})))
      return {State::broken};
    if (size == 0) return {State::end, step.taken};
    if (!fill(word + size)) return step;
    unpacked_.resize(largest_block);
    const int made = LZ4_decompress_safe(packed_.data() + word, unpacked_.data(),
                                         static_cast<int>(size), int{largest_block});
    unpacked_.resize(made < 0 ? 0 : static_cast<std::size_t>(made));
    made_ = 0;
    packed_.clear();
    if (made < 0) step.state = State::broken;
    return step;
  }

  [[nodiscard]] std::uint32_t packed_size() const {
    std::uint32_t size = 0;
    for (std::size_t i = 0; i < word; ++i)
      size |= std::uint32_t{static_cast<unsigned char>(packed_[i])} << (8 * i);
    return size;
  }

  std::string packed_;  ///< the block's size and as much of it as came
  std::string unpacked_;
  std::size_t made_ = 0;  ///< how much of it was handed out
  bool started_ = false;
};

struct Magic {
  std::string_view bytes;
  Packing packing;
};

constexpr std::array magics{
    Magic{"\x1f\x8b"sv, Packing::gzip},
    Magic{"\x1f\x9e"sv, Packing::gzip},
    Magic{"\xfd\x37zXZ\0"sv, Packing::xz},
    Magic{"\x5d\0\0"sv, Packing::lzma},
    Magic{"\x28\xb5\x2f\xfd"sv, Packing::zstd},
    Magic{lz4_magic, Packing::lz4},
    Magic{"BZh"sv, Packing::bzip2},
    Magic{"\x89LZO"sv, Packing::lzo},
};

}  // namespace

std::string_view to_string(Packing packing) noexcept {
  switch (packing) {
    case Packing::none:
      return "";
    case Packing::gzip:
      return "gzip";
    case Packing::xz:
      return "xz";
    case Packing::lzma:
      return "lzma";
    case Packing::zstd:
      return "zstd";
    case Packing::lz4:
      return "lz4";
    case Packing::bzip2:
      return "bzip2";
    case Packing::lzo:
      return "lzo";
  }
  return "";
}

Packing packing_of(std::string_view head) noexcept {
  for (const Magic& magic : magics)
    if (head.starts_with(magic.bytes)) return magic.packing;
  return Packing::none;
}

std::unique_ptr<Unpacker> make_unpacker(Packing packing) {
  switch (packing) {
    case Packing::gzip:
      return std::make_unique<Gzip>();
    case Packing::xz:
    case Packing::lzma:
      return std::make_unique<Lzma>(packing);
    case Packing::zstd:
      return std::make_unique<Zstd>();
    case Packing::lz4:
      return std::make_unique<Lz4>();
    case Packing::bzip2:
      return std::make_unique<Bzip2>();
    case Packing::none:
    case Packing::lzo:
      break;
  }
  return nullptr;
}

}  // namespace imprint::facts
