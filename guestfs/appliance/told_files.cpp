#include "guestfs/appliance/told_files.h"

#include <sys/stat.h>

#include <charconv>

namespace imprint::appliance {
namespace {

constexpr std::string_view types = "rdlfscbu";

Error makes_no_sense() {
  return make_error(Errc::corrupt, "what the appliance tells of files makes no sense");
}

/// The text before the next NUL, taken off `bytes`; nothing if there is none.
std::optional<std::string_view> take_text(std::string_view& bytes) {
  const std::size_t end = bytes.find('\0');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view text = bytes.substr(0, end);
  bytes.remove_prefix(end + 1);
  return text;
}

/// " 1f", taken off `text`. False: something else stands there.
template <class Number>
bool take_number(std::string_view& text, Number& number) {
  if (!text.starts_with(' ')) return false;
  const auto [end, failure] =
      std::from_chars(text.data() + 1, text.data() + text.size(), number, 16);
  if (failure != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

/// A file by its numbers, and its target taken off `bytes` if it is a link.
Result<ToldFile> take_file(std::string_view numbers, std::string_view& bytes) {
  ToldFile file;
  std::uint64_t modified = 0;
  if (!take_number(numbers, file.mode) || !take_number(numbers, file.uid) ||
      !take_number(numbers, file.gid) || !take_number(numbers, file.size) ||
      !take_number(numbers, modified) || !numbers.empty())
    return makes_no_sense();
  file.modified = static_cast<std::int64_t>(modified);
  if (!S_ISLNK(file.mode)) return file;
  const auto target = take_text(bytes);
  if (!target) return makes_no_sense();
  file.target = *target;
  return file;
}

bool is_a_name(std::string_view text) {
  return !text.empty() && text != "." && text != ".." && text.find('/') == std::string_view::npos;
}

}  // namespace

Result<Look> parse_look(std::string_view bytes) {
  if (bytes.empty()) return Look{};
  const auto numbers = take_text(bytes);
  if (!numbers) return makes_no_sense();
  ToldFile file = TRY(take_file(*numbers, bytes));
  if (!bytes.empty()) return makes_no_sense();
  return Look{{std::move(file)}};
}

Result<std::vector<ToldEntry>> parse_folder(std::string_view bytes) {
  std::vector<ToldEntry> entries;
  while (!bytes.empty()) {
    const auto name = take_text(bytes);
    const auto told = take_text(bytes);
    if (!name || !told || !is_a_name(*name) || told->empty() ||
        types.find(told->front()) == std::string_view::npos)
      return makes_no_sense();
    ToldEntry entry{std::string{*name}, told->front()};
    if (told->size() > 1) entry.file = TRY(take_file(told->substr(1), bytes));
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace imprint::appliance
