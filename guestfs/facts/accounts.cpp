#include "guestfs/facts/accounts.h"

#include <algorithm>
#include <array>

#include "guestfs/facts/text_lines.h"
#include "guestfs/language/say.h"

namespace imprint::facts {
namespace {

using guest::FollowingFs;
using guest::GuestPath;

struct SplitLine {
  Place place;
  std::vector<std::string> fields;
};

std::vector<SplitLine> split_rows(std::string_view text, const std::string& path) {
  std::vector<SplitLine> rows;
  for (const TextLine& line : split_lines(text)) {
    const std::string_view content = trim(line.text);
    if (content.empty() || content.starts_with('#')) continue;
    // Blanks at its ends are part of the fields.
    rows.push_back({place_of(path, line), split_at(line.text, ':')});
  }
  return rows;
}

std::string field_or_empty(const SplitLine& row, std::size_t index) {
  return index < row.fields.size() ? row.fields[index] : std::string{};
}

std::optional<std::uint32_t> id_field(const SplitLine& row, std::size_t index) {
  const auto value = parse_number(field_or_empty(row, index));
  // 2^32 - 1 means "leave as it is" to chown(2) and is no user.
  return value && *value != 0xFFFFFFFFU ? value : std::nullopt;
}

bool has_numbers(const SplitLine& row) {
  constexpr std::size_t first = 2;
  return row.fields.size() <= first ||
         std::all_of(row.fields.begin() + first, row.fields.end(),
                     [](const std::string& field) { return field.empty() || parse_number(field); });
}

void look_at_attributes(FollowingFs& fs, std::string_view text, AccountFacts& facts) {
  const auto path = GuestPath::parse(text);
  if (!path) return;
  const auto real = fs.resolve(*path);
  if (!real) return;
  const auto letters = fs.raw().attributes(*real);
  if (!letters) {
    if (letters.error().code != Errc::not_found && letters.error().code != Errc::invalid)
      facts.unknown.push_back(
          say("the attributes of '{}' cannot be read: {}", text, letters.error().message));
    return;
  }
  if (*letters && (*letters)->find_first_of("ia") != std::string::npos)
    facts.frozen.push_back({std::string{text}, **letters});
}

std::optional<std::uint32_t> group_number(FollowingFs& fs, std::string_view name) {
  const SourceFile groups = read_source(fs, "/etc/group");
  for (const SplitLine& row : split_rows(groups.text, groups.path))
    if (row.fields[0] == name) return id_field(row, 2);
  return std::nullopt;
}

template <std::size_t N>
std::optional<bool> any_there(FollowingFs& fs, const std::array<std::string_view, N>& paths) {
  for (const std::string_view text : paths) {
    const auto path = GuestPath::parse(text);
    if (!path) continue;
    const auto exists = fs.exists(*path);
    if (!exists) return std::nullopt;
    if (*exists) return true;
  }
  return false;
}

template <class Row>
const Row* first_of_name(const std::vector<Row>& rows, std::string_view name) {
  const auto row =
      std::find_if(rows.begin(), rows.end(), [&](const Row& each) { return each.name == name; });
  return row == rows.end() ? nullptr : &*row;
}

}  // namespace

const PasswdRow* AccountFacts::user(std::string_view name) const {
  return first_of_name(users, name);
}

const ShadowRow* AccountFacts::shadow_of(std::string_view name) const {
  return first_of_name(shadows, name);
}

std::vector<PasswdRow> parse_passwd(std::string_view text, const std::string& path) {
  std::vector<PasswdRow> rows;
  for (SplitLine& row : split_rows(text, path))
    rows.push_back({row.place, row.fields.size(), field_or_empty(row, 0), field_or_empty(row, 1),
                    id_field(row, 2), id_field(row, 3), field_or_empty(row, 5),
                    field_or_empty(row, 6)});
  return rows;
}

std::vector<ShadowRow> parse_shadow(std::string_view text, const std::string& path) {
  std::vector<ShadowRow> rows;
  for (SplitLine& row : split_rows(text, path))
    rows.push_back({row.place, row.fields.size(), field_or_empty(row, 0), field_or_empty(row, 1),
                    field_or_empty(row, 7), has_numbers(row)});
  return rows;
}

AccountFacts read_accounts(FollowingFs& fs) {
  constexpr std::array<std::string_view, 6> injected{"/etc",       "/etc/passwd",  "/etc/shadow",
                                                     "/etc/group", "/etc/gshadow", "/etc/ssh"};
  constexpr std::array<std::string_view, 3> passwd_commands{
      "/usr/bin/passwd", "/bin/passwd",
      "/nix/var/nix/profiles/system/sw/bin/passwd"};  // NixOS, through /run when it runs
  constexpr std::array<std::string_view, 1> nologin{"/etc/nologin"};

  AccountFacts facts;
  facts.passwd = read_source(fs, "/etc/passwd");
  facts.shadow = read_source(fs, "/etc/shadow");
  facts.users = parse_passwd(facts.passwd.text, facts.passwd.path);
  facts.shadows = parse_shadow(facts.shadow.text, facts.shadow.path);
  for (const std::string_view path : injected) look_at_attributes(fs, path, facts);
  facts.shadow_group = group_number(fs, "shadow");
  facts.passwd_command = any_there(fs, passwd_commands);
  facts.nologin = any_there(fs, nologin);
  return facts;
}

}  // namespace imprint::facts
