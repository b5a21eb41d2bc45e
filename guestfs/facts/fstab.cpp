#include "guestfs/facts/fstab.h"

#include <algorithm>
#include <array>
#include <set>

#include "guestfs/facts/text_lines.h"
#include "guestfs/language/say.h"

namespace imprint::facts {
namespace {

/// A real file has a dozen lines; rules compare each with each.
constexpr std::size_t most_lines = 2000;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

bool is_octal(char c) {
  return c >= '0' && c <= '7';
}

/// "\040" and its like, as mount(8) writes blanks.
std::string decode_escapes(std::string_view field) {
  std::string result;
  for (std::size_t i = 0; i < field.size(); ++i) {
    const bool escape = field[i] == '\\' && i + 3 < field.size() && is_octal(field[i + 1]) &&
                        is_octal(field[i + 2]) && is_octal(field[i + 3]);
    if (!escape) {
      result += field[i];
      continue;
    }
    const int value = (field[i + 1] - '0') * 64 + (field[i + 2] - '0') * 8 + (field[i + 3] - '0');
    result += static_cast<char>(value & 0xFF);
    i += 3;
  }
  return result;
}

/// At commas outside double quotes, as in context="system_u:object_r:tmp_t:s0:c1,c2".
std::vector<std::string> split_options(std::string_view text) {
  std::vector<std::string> options(1);
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (c == ',' && !quoted)
      options.emplace_back();
    else
      options.back() += c;
  }
  std::erase_if(options, [](const std::string& option) { return option.empty(); });
  return options;
}

class Parser {
 public:
  Parser(FstabFacts& facts, const std::string& path) : facts_{facts}, path_{path} {}

  void read(const TextLine& line) {
    const Place place = place_of(path_, line);
    std::string_view text = line.text;
    if (line.number == 1 && text.starts_with(byte_order_mark)) {
      text.remove_prefix(byte_order_mark.size());
      fault(place,
            say("the file starts with a byte order mark, which is read as part of the first line"));
    }
    if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
      text = text.substr(0, nul);
      fault(place, say("the line holds a NUL byte: what follows it is not read"));
    }
    const std::vector<std::string> fields = split_at_blanks(trim(text));
    if (fields.empty() || fields[0].starts_with('#')) return;
    note_line_end(line, place);
    add_entry(fields, place);
  }

  void finish() {
    if (returns_ > 0)
      fault(first_return_,
            returns_ == 1
                ? say("one line ends with CR LF: the CR becomes part of the last field")
                : say("{} lines end with CR LF: the CR becomes part of the last field", returns_));
    std::set<int> bad_lines;
    for (const FstabFault& fault : facts_.faults)
      if (!fault.harmless) bad_lines.insert(fault.place.line);
    for (FstabEntry& entry : facts_.entries) entry.malformed = bad_lines.contains(entry.place.line);
  }

 private:
  void fault(const Place& place, std::string message, bool harmless = false) {
    facts_.faults.push_back({place, std::move(message), harmless});
  }

  void note_line_end(const TextLine& line, const Place& place) {
    if (line.carriage_return && returns_++ == 0) first_return_ = place;
    if (!line.ended) fault(place, say("the last line does not end with a newline"), true);
  }

  void add_entry(const std::vector<std::string>& fields, const Place& place) {
    FstabEntry entry;
    entry.place = place;
    entry.spec = decode_escapes(fields[0]);
    if (fields.size() > 1) entry.target = decode_escapes(fields[1]);
    if (fields.size() > 2) entry.type = decode_escapes(fields[2]);
    if (fields.size() > 3) entry.options = split_options(decode_escapes(fields[3]));
    if (fields.size() > 4 && !read_number(fields[4], entry.dump))
      fault(place, say("the fifth field (dump) is '{}', not a number", shown(fields[4])));
    if (fields.size() > 5 && !read_number(fields[5], entry.pass))
      fault(place, say("the sixth field (fsck pass) is '{}', not a number", shown(fields[5])));
    check_shape(entry, fields.size());
    facts_.entries.push_back(std::move(entry));
  }

  void check_shape(const FstabEntry& entry, std::size_t fields) {
    if (fields < 3)
      return fault(
          entry.place,
          say("the line has only {} of the three fields that it needs: device, mount point "
              "and type",
              fields));
    const std::string tag = lower_case_tag(entry.spec);
    if (!tag.empty())
      fault(entry.place, say("'{}' names no device: '{}' is written in capitals", entry.spec, tag));
    const bool needs_path =
        entry.type != "swap" && entry.target != "none" && entry.target != "swap";
    if (needs_path && !entry.target.starts_with('/'))
      fault(entry.place, say("the mount point '{}' is no absolute path", entry.target));
  }

  /// "uuid" of "uuid=x": neither mount(8) nor systemd takes tags in other letters.
  static std::string lower_case_tag(const std::string& spec) {
    static constexpr std::array<std::string_view, 4> tags{"uuid", "label", "partuuid", "partlabel"};
    const std::string key = spec.substr(0, spec.find('='));
    const std::string lower_key = lower(key);
    const bool is_tag =
        key.size() < spec.size() && std::find(tags.begin(), tags.end(), lower_key) != tags.end();
    const bool capitals =
        std::all_of(key.begin(), key.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    return is_tag && !capitals ? key : std::string{};
  }

  /// Takes signs, and of a number that is too large the largest, as libmount does.
  static bool read_number(std::string_view field, int& number) {
    const bool negative = field.starts_with('-');
    if (negative || field.starts_with('+')) field.remove_prefix(1);
    const bool digits = !field.empty() && field.find_first_not_of("0123456789") == field.npos;
    if (!digits) return false;
    const auto value = static_cast<int>(
        std::min<std::uint32_t>(parse_number(field).value_or(0x7FFFFFFF), 0x7FFFFFFF));
    number = negative ? -value : value;
    return true;
  }

  static std::string shown(const std::string& field) { return field.substr(0, 40); }

  FstabFacts& facts_;
  const std::string& path_;
  int returns_ = 0;
  Place first_return_;
};

}  // namespace

bool FstabEntry::has(std::string_view word) const {
  return std::find(options.begin(), options.end(), word) != options.end();
}

std::optional<std::string> FstabEntry::value(std::string_view key) const {
  for (auto option = options.rbegin(); option != options.rend(); ++option) {
    const std::size_t equal = option->find('=');
    if (equal != std::string::npos && std::string_view{*option}.substr(0, equal) == key)
      return option->substr(equal + 1);
  }
  return std::nullopt;
}

bool FstabEntry::last_of(std::string_view yes, std::string_view no) const {
  for (auto option = options.rbegin(); option != options.rend(); ++option)
    if (*option == yes || *option == no) return *option == yes;
  return false;
}

FstabFacts parse_fstab(std::string_view text, const std::string& path) {
  FstabFacts facts;
  Parser parser{facts, path};
  for (const TextLine& line : split_lines(text)) {
    facts.incomplete = facts.entries.size() + facts.faults.size() >= most_lines;
    if (facts.incomplete) break;
    parser.read(line);
  }
  parser.finish();
  return facts;
}

std::vector<CrypttabEntry> parse_crypttab(std::string_view text, const std::string& path) {
  std::vector<CrypttabEntry> entries;
  for (const TextLine& line : split_lines(text)) {
    const std::vector<std::string> fields = split_at_blanks(trim(line.text));
    if (entries.size() >= most_lines) break;
    if (fields.size() < 2 || fields[0].starts_with('#')) continue;
    entries.push_back({place_of(path, line), fields[0], fields[1], {}});
  }
  return entries;
}

const CrypttabEntry* FstabFacts::encrypted(std::string_view spec) const {
  constexpr std::string_view folder = "/dev/mapper/";
  if (!spec.starts_with(folder)) return nullptr;
  const auto entry = std::find_if(crypttab.begin(), crypttab.end(), [&](const CrypttabEntry& each) {
    return each.name == spec.substr(folder.size());
  });
  return entry == crypttab.end() ? nullptr : &*entry;
}

FstabFacts read_fstab(guest::FollowingFs& fs, const guest::Inventory& inventory, Init init) {
  SourceFile file = read_source(fs, "/etc/fstab");
  FstabFacts facts = parse_fstab(file.text, file.path);
  facts.incomplete = facts.incomplete || file.cut;
  facts.file = std::move(file);
  for (FstabEntry& entry : facts.entries) {
    entry.role = boot_role(entry, init);
    entry.device = guest::resolve_device(inventory, entry.spec);
  }
  facts.crypttab_file = read_source(fs, "/etc/crypttab");
  facts.crypttab = parse_crypttab(facts.crypttab_file.text, facts.crypttab_file.path);
  for (CrypttabEntry& entry : facts.crypttab)
    entry.device = guest::resolve_device(inventory, entry.source);
  return facts;
}

}  // namespace imprint::facts
