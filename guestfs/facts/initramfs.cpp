#include "guestfs/facts/initramfs.h"

#include <algorithm>
#include <array>

#include "guestfs/facts/cpio.h"
#include "guestfs/facts/initramfs_content.h"
#include "guestfs/facts/unpack.h"
#include "guestfs/language/say.h"

namespace imprint::facts {
namespace {

using namespace std::string_view_literals;
using State = InitramfsFile::State;
using Clock = std::chrono::steady_clock;

constexpr std::size_t piece = std::size_t{2} << 20;  // what the appliance hands over at once
constexpr std::size_t plain_piece = std::size_t{256} << 10;  // much of it may be passed over
constexpr std::size_t output_piece = std::size_t{256} << 10;
constexpr std::size_t head_size = 2048;

/// The source as a stream with a window; bytes that are passed over are not read.
class Window {
 public:
  Window(const InitramfsSource& source, std::uint64_t size) : source_{source}, size_{size} {}

  [[nodiscard]] std::uint64_t position() const noexcept { return position_; }
  [[nodiscard]] std::uint64_t left() const noexcept { return size_ - position_; }
  [[nodiscard]] std::uint64_t bytes_read() const noexcept { return read_; }

  /// What stands at the position: at least `size` bytes unless the end comes first.
  Result<std::string_view> peek(std::size_t size, std::size_t at_once) {
    const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(size, left()));
    if (buffer_.size() - used_ < wanted) {
      buffer_.erase(0, used_);
      used_ = 0;
      const std::uint64_t from = position_ + buffer_.size();
      const auto count = static_cast<std::size_t>(
          std::min<std::uint64_t>(std::max(at_once, wanted), size_ - from));
      const std::string more = TRY(source_.read(from, count));
      read_ += more.size();
      buffer_ += more;
      if (buffer_.size() < wanted) size_ = position_ + buffer_.size();
    }
    return std::string_view{buffer_}.substr(used_);
  }

  /// At most left().
  void advance(std::uint64_t count) {
    position_ += count;
    if (count <= buffer_.size() - used_) {
      used_ += static_cast<std::size_t>(count);
      return;
    }
    buffer_.clear();
    used_ = 0;
  }

 private:
  const InitramfsSource& source_;
  std::uint64_t size_;
  std::uint64_t position_ = 0;
  std::uint64_t read_ = 0;
  std::string buffer_;
  std::size_t used_ = 0;  ///< of the buffer, before the position
};

/// A ramdisk of the kind before initramfs, or an image that something else than the kernel unpacks.
std::string_view filesystem_in(std::string_view head) {
  constexpr std::size_t ext_magic_at = 0x438;
  if (head.starts_with("hsqs")) return "squashfs";
  if (head.starts_with("\x45\x3d\xcd\x28")) return "cramfs";
  if (head.starts_with("-rom1fs-")) return "romfs";
  if (head.substr(std::min(head.size(), std::size_t{1024})).starts_with("\xe2\xe1\xf5\xe0"))
    return "erofs";
  if (head.substr(std::min(head.size(), ext_magic_at)).starts_with("\x53\xef")) return "ext2";
  return {};
}

/// The kernel cuts a boot configuration off the end before it unpacks
/// (Documentation/admin-guide/bootconfig.rst): its size, its checksum, and this mark.
Result<std::uint64_t> size_without_bootconfig(const InitramfsSource& source) {
  constexpr auto mark = "#BOOTCONFIG\n"sv;
  constexpr std::size_t end_size = 4 + 4 + 12;
  if (source.size < end_size) return source.size;
  const std::string end = TRY(source.read(source.size - end_size, end_size));
  if (!end.ends_with(mark)) return source.size;
  std::uint64_t size = end_size;
  for (std::size_t i = 0; i < 4; ++i)
    size += std::uint64_t{static_cast<unsigned char>(end[i])} << (8 * i);
  return size <= source.size ? source.size - size : source.size;
}

class Walk {
 public:
  Walk(const InitramfsSource& source, std::uint64_t size, const InitramfsBudget& budget,
       InitramfsContent& content)
      : window_{source, size},
        budget_{budget},
        content_{content},
        until_{Clock::now() + budget.time},
        plain_{visitor()} {}

  InitramfsFile run() {
    while (going_) {
      const auto ended = step();
      if (!ended) stop(State::unknown, ended.error().message);
    }
    file_.entries += plain_.entries();
    return std::move(file_);
  }

 private:
  CpioReader::Visitor visitor() {
    return {[this](const CpioEntry& entry) { return note_entry(entry, content_); },
            [this](const CpioEntry& entry, std::string text) {
              note_content(entry, std::move(text), content_);
            }};
  }

  void stop(State state, std::string why) {
    file_.state = state;
    file_.why = std::move(why);
    going_ = false;
  }

  [[nodiscard]] bool is_exhausted(std::size_t entries) const {
    return window_.bytes_read() > budget_.input || output_ > budget_.output ||
           file_.entries + entries > budget_.entries || Clock::now() > until_;
  }

  void stop_exhausted() { stop(State::unknown, say("it is larger than what is looked at")); }

  Result<> step() {
    if (is_exhausted(plain_.entries())) {
      stop_exhausted();
      return {};
    }
    if (plain_.skippable() > 0) {
      const std::uint64_t count = std::min(plain_.skippable(), window_.left());
      window_.advance(count);
      plain_.skip(count);
      if (window_.left() > 0 || !plain_.skippable()) return {};
    }
    // Only names are read of what is not packed, and the contents between them are passed over.
    const std::string_view bytes = TRY(window_.peek(1, plain_piece));
    if (bytes.empty()) {
      finish();
      return {};
    }
    const std::size_t taken = plain_.take(bytes.substr(0, chunk_of(bytes)));
    window_.advance(taken);
    if (!plain_.between_entries()) last_is_plain_ = true;
    if (!plain_.broken().empty()) {
      stop(State::damaged, plain_.broken());
    } else if (taken == 0) {
      TRY(take_packed());
    }
    return {};
  }

  /// Few bytes at a time, so that contents can be passed over.
  static std::size_t chunk_of(std::string_view bytes) {
    return std::min<std::size_t>(bytes.size(), 512);
  }

  void finish() {
    going_ = false;
    if (!plain_.between_entries())
      stop(State::damaged, say("it is cut short"));
    else if (file_.entries + plain_.entries() == 0)
      stop(State::damaged, say("there is no archive in it"));
    else if (last_is_plain_)
      file_.trailer = plain_.at_trailer();
  }

  /// Something stands between two archives that belongs to none: a packed one, or nothing known.
  Result<> take_packed() {
    const std::string_view head = TRY(window_.peek(head_size, piece)).substr(0, head_size);
    const Packing packing = packing_of(head);
    if (packing == Packing::none) {
      take_unknown(head);
      return {};
    }
    file_.packings.emplace_back(to_string(packing));
    const auto unpacker = make_unpacker(packing);
    if (!unpacker) {
      stop(State::unknown, say("it is packed with {}, which is not unpacked here", packing_name()));
      return {};
    }
    TRY(unpack(*unpacker));
    plain_.move_to(window_.position());
    last_is_plain_ = false;
    return {};
  }

  [[nodiscard]] const std::string& packing_name() const { return file_.packings.back(); }

  void take_unknown(std::string_view head) {
    const std::string_view filesystem = filesystem_in(head);
    if (file_.entries + plain_.entries() > 0) {
      if (!(last_is_plain_ ? plain_.at_trailer() : file_.trailer))
        return stop(State::damaged, damaged_entry());
      file_.junk = true;
      going_ = false;
    } else if (!filesystem.empty()) {
      stop(State::unknown, say("it is an image of {}, which is not looked into", filesystem));
    } else {
      stop(State::damaged, say("its first bytes are those of no archive that the kernel knows"));
    }
  }

  Result<> unpack(Unpacker& unpacker) {
    CpioReader inside{visitor()};
    std::vector<char> output(output_piece);
    for (bool first = true; going_; first = false) {
      const std::string_view input = TRY(window_.peek(1, piece));
      const UnpackStep step = unpacker.step(input, output);
      window_.advance(step.taken);
      output_ += step.made;
      take_output({output.data(), step.made}, inside, first);
      if (!going_) break;
      if (is_exhausted(inside.entries())) {
        stop_exhausted();
      } else if (step.state == UnpackStep::State::broken) {
        stop(State::damaged, say("what is packed in it with {} is damaged", packing_name()));
      } else if (step.state == UnpackStep::State::end || has_ended(unpacker, step)) {
        end_packed(inside);
        return {};
      } else if (step.taken == 0 && step.made == 0 && !TRY(has_more(input))) {
        stop(State::damaged, say("it is cut short in what is packed with {}", packing_name()));
      }
    }
    return {};
  }

  /// Whether more could be read than the unpacker was shown.
  Result<bool> has_more(std::string_view shown) {
    const std::string_view more = TRY(window_.peek(shown.size() + 1, piece));
    return more.size() > shown.size();
  }

  [[nodiscard]] bool has_ended(const Unpacker& unpacker, const UnpackStep& step) const {
    return step.made == 0 && window_.left() == 0 && unpacker.may_end();
  }

  void take_output(std::string_view bytes, CpioReader& inside, bool first) {
    const std::size_t taken = inside.take(bytes);
    if (taken == bytes.size() && inside.broken().empty()) return;
    const std::string_view filesystem = first ? filesystem_in(bytes) : std::string_view{};
    if (!filesystem.empty() && taken == 0)
      stop(State::unknown, say("it is an image of {}, which is not looked into", filesystem));
    else if (!inside.broken().empty())
      stop(State::damaged, inside.broken());
    else
      stop(State::damaged, say("what is packed in it with {} is no archive", packing_name()));
  }

  void end_packed(const CpioReader& inside) {
    file_.entries += inside.entries();
    if (!inside.between_entries())
      stop(State::damaged, say("the archive packed in it with {} is cut short", packing_name()));
    file_.trailer = inside.at_trailer();
  }

  Window window_;
  const InitramfsBudget& budget_;
  InitramfsContent& content_;
  Clock::time_point until_;
  CpioReader plain_;
  InitramfsFile file_;
  std::uint64_t output_ = 0;
  bool going_ = true;
  bool last_is_plain_ = true;
};

}  // namespace

bool InitramfsContent::has_module(std::string_view version, std::string_view name) const {
  for (const std::string_view folder : {version, ""sv}) {
    const auto found = modules.find(folder);
    if (found != modules.end() && found->second.contains(std::string{name})) return true;
  }
  return false;
}

bool InitramfsContent::has_any_modules() const {
  return std::any_of(modules.begin(), modules.end(),
                     [](const auto& version) { return !version.second.empty(); });
}

bool InitramfsFacts::is_known() const {
  return content.payloads.empty() &&
         std::all_of(files.begin(), files.end(),
                     [](const InitramfsFile& file) { return file.state == State::whole; });
}

bool InitramfsFacts::is_damaged() const {
  return std::any_of(files.begin(), files.end(),
                     [](const InitramfsFile& file) { return file.state == State::damaged; });
}

std::string InitramfsFacts::why_unknown() const {
  for (const InitramfsFile& file : files)
    if (file.state == State::unknown) return "'" + file.path + "': " + file.why;
  if (content.payloads.empty() || files.empty()) return {};
  return say("'{}' in '{}' is an image of a file system, which is not looked into",
             content.payloads.front(), files.front().path);
}

InitramfsFile walk_initramfs(const InitramfsSource& source, const InitramfsBudget& budget,
                             InitramfsContent& content) {
  const auto size = size_without_bootconfig(source);
  if (size) return Walk{source, *size, budget, content}.run();
  InitramfsFile file;
  file.state = State::unknown;
  file.why = size.error().message;
  return file;
}

}  // namespace imprint::facts
