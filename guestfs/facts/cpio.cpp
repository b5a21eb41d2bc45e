#include "guestfs/facts/cpio.h"

#include <algorithm>
#include <charconv>

#include "guestfs/language/say.h"

namespace imprint::facts {
namespace {

constexpr std::size_t header_size = 110;
constexpr std::size_t longest_name = 4096;  // the kernel passes over entries with longer ones
constexpr std::size_t mode_field = 1;
constexpr std::size_t size_field = 6;
constexpr std::size_t name_size_field = 11;
constexpr std::uint64_t alignment = 4;

std::uint64_t aligned(std::uint64_t size) {
  return (size + alignment - 1) / alignment * alignment;
}

std::uint32_t field(std::string_view header, std::size_t index) {
  std::uint32_t value = 0;
  const char* begin = header.data() + 6 + 8 * index;
  std::from_chars(begin, begin + 8, value, 16);
  return value;
}

}  // namespace

std::string damaged_entry() {
  return say("an archive in it is damaged: an entry does not begin as one");
}

std::size_t CpioReader::take(std::string_view bytes) {
  std::size_t taken = 0;
  while (taken < bytes.size() && broken_.empty()) {
    const std::string_view rest = bytes.substr(taken);
    std::size_t count = 0;
    if (state_ == State::between) {
      count = take_between(rest);
      if (count == 0 && state_ == State::between) break;
    } else if (state_ == State::padding) {
      count = static_cast<std::size_t>(std::min<std::uint64_t>(skip_, rest.size()));
      skip(count);
    } else {
      count =
          static_cast<std::size_t>(std::min<std::uint64_t>(wanted_ - buffer_.size(), rest.size()));
      buffer_.append(rest.substr(0, count));
      offset_ += count;
      if (buffer_.size() == wanted_) collected();
    }
    taken += count;
  }
  return taken;
}

void CpioReader::skip(std::uint64_t count) noexcept {
  skip_ -= count;
  offset_ += count;
  if (skip_ == 0) state_ = State::between;
}

/// Takes zeros; at the first byte of an entry it takes none and changes the state.
std::size_t CpioReader::take_between(std::string_view bytes) {
  const std::size_t zeros = std::min(bytes.find_first_not_of('\0'), bytes.size());
  offset_ += zeros;
  if (zeros < bytes.size() && bytes[zeros] == '0' && offset_ % alignment == 0)
    expect(State::header, header_size);
  return zeros;
}

void CpioReader::expect(State state, std::uint64_t size) {
  state_ = state;
  wanted_ = size;
  buffer_.clear();
}

void CpioReader::collected() {
  if (state_ == State::header) {
    read_header();
  } else if (state_ == State::name) {
    read_name();
  } else {
    visitor_.content(entry_, std::move(buffer_));
    buffer_ = {};
    skip_ = aligned(entry_.size) - entry_.size;
    end_entry();
  }
}

void CpioReader::end_entry() {
  state_ = skip_ == 0 ? State::between : State::padding;
}

void CpioReader::read_header() {
  const std::string_view magic = std::string_view{buffer_}.substr(0, 6);
  if (magic == "070707") {
    broken_ = say("an archive in it is of cpio's old form, which the kernel does not read");
    return;
  }
  if (magic != "070701" && magic != "070702") {
    broken_ = damaged_entry();
    return;
  }
  entry_ = {{}, field(buffer_, mode_field), field(buffer_, size_field)};
  name_size_ = field(buffer_, name_size_field);
  const std::uint64_t padded = aligned(header_size + name_size_) - header_size;
  if (name_size_ > 0 && name_size_ <= longest_name) {
    expect(State::name, padded);
    return;
  }
  skip_ = padded + aligned(entry_.size);
  end_entry();
}

void CpioReader::read_name() {
  entry_.name = buffer_.substr(0, std::min(buffer_.find('\0'), name_size_));
  trailer_ = entry_.name == "TRAILER!!!";
  const bool wanted = !trailer_ && visitor_.entry(entry_);
  if (!trailer_) ++entries_;
  if (wanted && entry_.size > 0) {
    expect(State::content, entry_.size);
    return;
  }
  skip_ = aligned(entry_.size);
  end_entry();
}

}  // namespace imprint::facts
