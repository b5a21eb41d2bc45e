#include "guestfs/profiles/load_profile.h"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <limits>

#include "guestfs/profiles/builtin.h"
#include "guestfs/profiles/load_waivers.h"
#include "guestfs/profiles/toml_source.h"
#include "guestfs/rules/rule_names.h"

namespace imprint::profiles {
namespace {

using rules::Profile;
namespace fs = std::filesystem;

constexpr int deepest_extension = 8;

bool is_path(std::string_view text) {
  return text.find('/') != std::string_view::npos || text.ends_with(".toml");
}

Result<Source> read_builtin(const std::string& name) {
  for (const BuiltinProfile& profile : builtin_profiles())
    if (profile.name == name)
      return Source{fmt::format("profile '{}'", name), std::string{profile.text}, {}};
  return make_error(Errc::not_found, "there is no profile '{}'; built in are '{}'", name,
                    fmt::join(builtin_names(), "', '"));
}

Result<Source> read(const std::string& name_or_path, const fs::path& folder) {
  if (is_path(name_or_path)) return read_file(folder / name_or_path, "profile");
  return read_builtin(name_or_path);
}

/// "500GiB", "20MiB", "4096".
std::optional<std::uint64_t> parse_size(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, unsigned>, 4> units{
      {{"KiB", 10}, {"MiB", 20}, {"GiB", 30}, {"TiB", 40}}};
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  if (unit.empty()) return number;
  for (const auto& [name, shift] : units)
    if (unit == name && number <= std::numeric_limits<std::uint64_t>::max() >> shift)
      return number << shift;
  return std::nullopt;
}

Result<std::optional<Severity>> parse_override(const Source& source, std::string_view rule,
                                               const toml::node& node) {
  const std::string word = TRY(text_of(source, rule, node));
  if (word == "off") return std::optional<Severity>{};
  const auto severity = parse_severity(word);
  if (!severity)
    return fault(
        source, node,
        fmt::format("the severity of '{}' is 'error', 'warning', 'info' or 'off', not '{}'", rule,
                    word));
  return std::optional{*severity};
}

Result<> take_severities(const Source& source, const toml::node& node, Profile& profile) {
  const toml::table* table = node.as_table();
  if (table == nullptr) return fault(source, node, "'severity' must be a table");
  for (const auto& [key, value] : *table) {
    const std::string rule{key.str()};
    if (rules::find_rule_name(rule) == nullptr)
      return fault(source, value,
                   fmt::format("there is no rule '{}'; see 'imprintctl rules list'", rule));
    profile.severities[rule] = TRY(parse_override(source, rule, value));
  }
  return {};
}

Result<> take_size(const Source& source, std::string_view key, const toml::table& table,
                   std::optional<std::uint64_t>& size) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return {};
  const std::string text = TRY(text_of(source, key, *node));
  size = parse_size(text);
  if (!size)
    return fault(source, *node,
                 fmt::format("'{}' is a size such as \"500GiB\", not '{}'", key, text));
  return {};
}

/// A list takes the place of the one that was inherited.
Result<> take_texts(const Source& source, std::string_view key, const toml::table& table,
                    std::vector<std::string>& texts) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return {};
  const toml::array* list = node->as_array();
  if (list == nullptr)
    return fault(source, *node, fmt::format("'{}' must be a list of texts", key));
  texts.clear();
  for (const toml::node& text : *list) texts.push_back(TRY(text_of(source, key, text)));
  return {};
}

template <class Number>
Result<> take_number(const Source& source, std::string_view key, const toml::table& table,
                     std::int64_t smallest, std::int64_t largest, std::optional<Number>& number) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return {};
  const auto value = node->value_exact<std::int64_t>();
  if (!value || *value < smallest || *value > largest)
    return fault(source, *node,
                 fmt::format("'{}' must be a number from {} to {}", key, smallest, largest));
  number = static_cast<Number>(*value);
  return {};
}

Result<> take_things(const Source& source, std::string_view name, const toml::table& profile,
                     rules::Things& things) {
  const toml::node* node = profile.get(name);
  if (node == nullptr) return {};
  const toml::table* table = node->as_table();
  if (table == nullptr) return fault(source, *node, fmt::format("'{}' must be a table", name));
  constexpr std::array<std::string_view, 2> known{"paths", "units"};
  TRY(check_keys(source, *table, known));
  TRY(take_texts(source, "paths", *table, things.paths));
  TRY(take_texts(source, "units", *table, things.units));
  return {};
}

Result<> take_demands(const Source& source, const toml::table& table, Profile& profile) {
  if (const toml::node* cloud = table.get("cloud"))
    profile.demands.cloud = TRY(text_of(source, "cloud", *cloud));
  TRY(take_things(source, "required", table, profile.demands.required));
  TRY(take_things(source, "forbidden", table, profile.demands.forbidden));
  const toml::node* node = table.get("declared");
  if (node == nullptr) return {};
  const toml::table* declared = node->as_table();
  if (declared == nullptr) return fault(source, *node, "'declared' must be a table");
  constexpr std::array<std::string_view, 2> known{"id", "version"};
  TRY(check_keys(source, *declared, known));
  if (const toml::node* id = declared->get("id"))
    profile.demands.declared.id = TRY(text_of(source, "id", *id));
  if (const toml::node* version = declared->get("version"))
    profile.demands.declared.version = TRY(text_of(source, "version", *version));
  return {};
}

Result<> take_limits(const Source& source, const toml::node& node, Profile& profile) {
  const toml::table* table = node.as_table();
  if (table == nullptr) return fault(source, node, "'limits' must be a table");
  constexpr std::array<std::string_view, 10> known{
      "min_disk_size", "max_disk_size", "root_filesystems", "firmware",        "architectures",
      "datasources",   "mtu",           "min_free_space",   "min_free_inodes", "max_used_percent"};
  TRY(check_keys(source, *table, known));
  rules::Limits& limits = profile.limits;
  TRY(take_size(source, "min_disk_size", *table, limits.min_disk_size));
  TRY(take_size(source, "max_disk_size", *table, limits.max_disk_size));
  TRY(take_texts(source, "root_filesystems", *table, limits.root_filesystems));
  TRY(take_texts(source, "firmware", *table, limits.firmware));
  TRY(take_texts(source, "architectures", *table, limits.architectures));
  TRY(take_texts(source, "datasources", *table, limits.datasources));
  TRY(take_size(source, "min_free_space", *table, limits.min_free_space));
  TRY(take_number(source, "min_free_inodes", *table, 0, 1'000'000'000, limits.min_free_inodes));
  TRY(take_number(source, "max_used_percent", *table, 1, 100, limits.max_used_percent));
  return take_number(source, "mtu", *table, 68, 65535, limits.mtu);
}

Result<Profile> load(const std::string& name_or_path, const fs::path& folder, int depth);

Result<Profile> load_base(const Source& source, const toml::table& table, int depth) {
  const toml::node* extends = table.get("extends");
  if (extends == nullptr) return Profile{};
  if (depth >= deepest_extension)
    return fault(source, *extends, "too many profiles extend each other");
  const std::string base = TRY(text_of(source, "extends", *extends));
  return TRY_WITH(load(base, source.folder, depth + 1), source.where);
}

Result<Profile> load(const std::string& name_or_path, const fs::path& folder, int depth) {
  const Source source = TRY(read(name_or_path, folder));
  const toml::table table = TRY(parse(source));
  constexpr std::array<std::string_view, 10> known{
      "name",  "description", "extends",   "limits",   "severity",
      "cloud", "required",    "forbidden", "declared", "waiver"};
  TRY(check_keys(source, table, known));
  Profile profile = TRY(load_base(source, table, depth));
  const toml::node* name = table.get("name");
  profile.name = name != nullptr ? TRY(text_of(source, "name", *name))
                                 : fs::path{name_or_path}.stem().string();
  if (const toml::node* node = table.get("description"))
    profile.description = TRY(text_of(source, "description", *node));
  if (const toml::node* node = table.get("limits")) TRY(take_limits(source, *node, profile));
  TRY(take_demands(source, table, profile));
  if (const toml::node* node = table.get("severity")) TRY(take_severities(source, *node, profile));
  if (const toml::node* node = table.get("waiver"))
    TRY(take_waivers(source, *node, profile.waivers));
  return profile;
}

}  // namespace

const std::vector<std::string>& builtin_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> result;
    for (const BuiltinProfile& profile : builtin_profiles()) result.emplace_back(profile.name);
    return result;
  }();
  return names;
}

Result<Profile> load_profile(const std::string& name_or_path) {
  return load(name_or_path, {}, 0);
}

Result<std::vector<Profile>> load_profiles(const std::string& names) {
  std::vector<Profile> profiles;
  std::size_t start = 0;
  while (start <= names.size()) {
    const std::size_t comma = std::min(names.find(',', start), names.size());
    Profile profile = TRY(load_profile(names.substr(start, comma - start)));
    const auto twin = std::ranges::find(profiles, profile.name, &Profile::name);
    if (twin != profiles.end())
      return make_error(Errc::invalid, "two of the profiles '{}' are called '{}'", names,
                        profile.name);
    profiles.push_back(std::move(profile));
    start = comma + 1;
  }
  return profiles;
}

}  // namespace imprint::profiles
