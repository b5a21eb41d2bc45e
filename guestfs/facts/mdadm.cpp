#include "guestfs/facts/mdadm.h"

#include "guestfs/facts/source_file.h"
#include "guestfs/facts/text_lines.h"

namespace imprint::facts {
namespace {

constexpr std::size_t most_arrays = 256;
constexpr std::size_t uuid_digits = 32;
constexpr std::size_t group_digits = 8;

/// mdadm takes the digits with or without anything between them. Empty if they are too few or many.
std::string grouped(std::string_view uuid) {
  std::string digits;
  for (const char c : lower(uuid))
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')) digits += c;
  if (digits.size() != uuid_digits) return {};
  for (std::size_t at = uuid_digits - group_digits; at > 0; at -= group_digits)
    digits.insert(at, 1, ':');
  return digits;
}

/// "home" stands for "/dev/md/home", and "<ignore>" for no device.
std::string full_name(const std::string& device) {
  if (device.starts_with('<')) return {};
  return device.starts_with('/') ? device : "/dev/md/" + device;
}

/// Keywords may be cut down to three letters.
bool is_array_line(const std::string& keyword) {
  return keyword.size() >= 3 && std::string_view{"array"}.starts_with(lower(keyword));
}

/// A line with those that continue it.
void take(const std::vector<std::string>& words, std::vector<MdArray>& arrays) {
  constexpr std::string_view uuid_key = "uuid=";
  if (words.size() < 3 || !is_array_line(words[0]) || arrays.size() >= most_arrays) return;
  MdArray array{full_name(words[1]), {}};
  for (const std::string& word : words)
    if (lower(word).starts_with(uuid_key)) array.uuid = grouped(word.substr(uuid_key.size()));
  if (!array.device.empty() && !array.uuid.empty()) arrays.push_back(std::move(array));
}

}  // namespace

std::vector<MdArray> parse_mdadm_conf(std::string_view text) {
  std::vector<MdArray> arrays;
  std::vector<std::string> words;
  for (const TextLine& line : split_lines(text)) {
    if (trim(line.text).empty()) continue;
    if (line.text[0] != ' ' && line.text[0] != '\t') {
      take(words, arrays);
      words.clear();
    }
    for (std::string& word : split_at_blanks(trim(line.text))) {
      if (word.starts_with('#')) break;
      words.push_back(std::move(word));
    }
  }
  take(words, arrays);
  return arrays;
}

std::vector<MdArray> read_md_arrays(guest::FollowingFs& fs) {
  for (const char* path : {"/etc/mdadm/mdadm.conf", "/etc/mdadm.conf"})
    if (const SourceFile file = read_source(fs, path); file.is_read())
      return parse_mdadm_conf(file.text);
  return {};
}

}  // namespace imprint::facts
