#include "guestfs/guest/blkid.h"

#include <cctype>
#include <charconv>

namespace imprint::guest {
namespace {

constexpr std::uint64_t sector = 512;  // blkid counts in these, whatever the disk's own sectors
constexpr std::uint64_t mbr_active = 0x80;

std::string unescape(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      result += text[i];
      continue;
    }
    unsigned value = 0;
    const char* digits = text.data() + i + 2;
    if (text[i + 1] == 'x' && i + 4 <= text.size() &&
        std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2) {
      result += static_cast<char>(value);
      i += 3;
    } else {
      result += text[++i];
    }
  }
  return result;
}

std::string text_of(const BlkidValues& values, std::string_view name) {
  const auto found = values.find(name);
  return found == values.end() ? std::string{} : found->second;
}

std::uint64_t number_of(const BlkidValues& values, std::string_view name) {
  const std::string text = text_of(values, name);
  const bool hexadecimal = text.starts_with("0x");
  std::uint64_t value = 0;
  std::from_chars(text.data() + (hexadecimal ? 2 : 0), text.data() + text.size(), value,
                  hexadecimal ? 16 : 10);
  return value;
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

}  // namespace

BlkidValues blkid_values(const std::vector<std::string>& names_and_values) {
  BlkidValues values;
  for (std::size_t i = 0; i + 1 < names_and_values.size(); i += 2)
    values.insert_or_assign(names_and_values[i], unescape(names_and_values[i + 1]));
  return values;
}

void apply_blkid(const BlkidValues& values, Volume& volume) {
  volume.filesystem = text_of(values, "TYPE");
  volume.uuid = text_of(values, "UUID");
  volume.label = text_of(values, "LABEL");
  if (volume.kind != Volume::Kind::partition) return;
  volume.number = static_cast<int>(number_of(values, "PART_ENTRY_NUMBER"));
  volume.start = number_of(values, "PART_ENTRY_OFFSET") * sector;
  volume.part_uuid = lower(text_of(values, "PART_ENTRY_UUID"));
  volume.part_label = text_of(values, "PART_ENTRY_NAME");
  volume.part_type = lower(text_of(values, "PART_ENTRY_TYPE"));
  volume.bootable = text_of(values, "PART_ENTRY_SCHEME") == "dos" &&
                    (number_of(values, "PART_ENTRY_FLAGS") & mbr_active) != 0;
}

}  // namespace imprint::guest
