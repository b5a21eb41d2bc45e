#pragma once
// Archives of cpio's "newc" form, as the kernel unpacks an initramfs (init/initramfs.c and
// Documentation/driver-api/early-userspace/buffer-format.rst).

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace imprint::facts {

struct CpioEntry {
  std::string name;        ///< as it stands, without the NUL
  std::uint32_t mode = 0;  ///< type and permissions, as st_mode
  std::uint64_t size = 0;  ///< of its content
};

/// What is said of an archive in which something else stands where an entry should.
std::string damaged_entry();

/// Takes the bytes of archives piece by piece. Any number of archives may follow each other, with
/// zeros between them; what else stands between them is left to the caller. Keeps one name and the
/// contents that were asked for. Not thread-safe.
class CpioReader {
 public:
  struct Visitor {
    /// Called for each entry but the trailers; whether its content is wanted.
    std::function<bool(const CpioEntry&)> entry;
    /// Called with each content that is wanted.
    std::function<void(const CpioEntry&, std::string)> content;
  };

  /// `offset`: where the first byte stands, since entries begin at multiples of 4.
  explicit CpioReader(Visitor visitor, std::uint64_t offset = 0)
      : visitor_{std::move(visitor)}, offset_{offset} {}

  /// Takes bytes and says how many: fewer than all where one between two archives belongs to none,
  /// or where a header is none (broken()).
  std::size_t take(std::string_view bytes);

  /// How many of the next bytes are of no interest and may be passed over with skip().
  [[nodiscard]] std::uint64_t skippable() const noexcept { return skip_; }
  void skip(std::uint64_t count) noexcept;
  /// To go on at another offset, behind something that is no archive. Only between entries.
  void move_to(std::uint64_t offset) noexcept { offset_ = offset; }

  [[nodiscard]] bool between_entries() const noexcept { return state_ == State::between; }
  /// Why it cannot go on, as a sentence; empty while it can.
  [[nodiscard]] const std::string& broken() const noexcept { return broken_; }
  [[nodiscard]] bool at_trailer() const noexcept { return trailer_; }  ///< the last entry was one
  [[nodiscard]] std::size_t entries() const noexcept { return entries_; }

 private:
  enum class State { between, header, name, content, padding };

  std::size_t take_between(std::string_view bytes);
  void collected();
  void read_header();
  void read_name();
  void expect(State state, std::uint64_t size);
  void end_entry();

  Visitor visitor_;
  std::uint64_t offset_;
  State state_ = State::between;
  std::string buffer_;        ///< what is being collected
  std::uint64_t wanted_ = 0;  ///< how long it will be
  std::uint64_t skip_ = 0;    ///< in state padding
  CpioEntry entry_;
  std::size_t name_size_ = 0;
  bool trailer_ = false;
  std::size_t entries_ = 0;
  std::string broken_;
};

}  // namespace imprint::facts
