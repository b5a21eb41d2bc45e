#include "guestfs/profiles/load_waivers.h"

#include "guestfs/rules/rule_names.h"

namespace imprint::profiles {
namespace {

Result<std::string> required(const Source& source, const toml::table& table, std::string_view key) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return fault(source, table, fmt::format("a waiver must have '{}'", key));
  std::string text = TRY(text_of(source, key, *node));
  if (text.find_first_not_of(" \t\n") == std::string::npos)
    return fault(source, *node, fmt::format("'{}' must not be empty", key));
  return text;
}

Result<std::optional<std::string>> pattern(const Source& source, const toml::table& table,
                                           std::string_view key) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return std::optional<std::string>{};
  return std::optional{TRY(text_of(source, key, *node))};
}

Result<std::string> rule_of(const Source& source, const toml::table& table) {
  std::string id = TRY(required(source, table, "rule"));
  const toml::node& node = *table.get("rule");
  const rules::RuleName* rule = rules::find_rule_name(id);
  if (rule == nullptr)
    return fault(source, node,
                 fmt::format("there is no rule '{}'; see 'imprintctl rules list'", id));
  if (!rule->may_be_waived)
    return fault(source, node,
                 fmt::format("'{}' cannot be waived: where it fires nothing of the guest is read, "
                             "so nobody knows what would be taken",
                             id));
  return id;
}

/// A date of TOML, or the same as a text.
Result<std::string> day_of(const Source& source, const toml::table& table) {
  const toml::node* node = table.get("expires");
  if (node == nullptr) return fault(source, table, "a waiver must have 'expires'");
  const auto text = node->value_exact<std::string>();
  auto date = node->value_exact<toml::date>();
  if (text) {
    const auto parsed = parse({"", fmt::format("day = {}", *text), {}});
    if (parsed)
      if (const toml::node* day = parsed->get("day")) date = day->value_exact<toml::date>();
  }
  if (!date) return fault(source, *node, "'expires' must be a day such as 2026-12-31");
  return fmt::format("{:04}-{:02}-{:02}", unsigned{date->year}, unsigned{date->month},
                     unsigned{date->day});
}

Result<std::optional<std::string>> digest_of(const Source& source, const toml::table& table) {
  auto digest = TRY(pattern(source, table, "sha256"));
  if (!digest) return digest;
  const bool is_digest =
      digest->size() == 64 && digest->find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!is_digest)
    return fault(source, *table.get("sha256"),
                 "'sha256' must be the digest of an image: 64 digits, in lower case");
  return digest;
}

}  // namespace

Result<> take_waivers(const Source& source, const toml::node& node,
                      std::vector<rules::Waiver>& waivers) {
  const toml::array* list = node.as_array();
  if (list == nullptr) return fault(source, node, "waivers are written as [[waiver]]");
  constexpr std::array<std::string_view, 7> known{"rule",   "path",   "text",   "image",
                                                  "sha256", "reason", "expires"};
  for (const toml::node& item : *list) {
    const toml::table* table = item.as_table();
    if (table == nullptr) return fault(source, item, "waivers are written as [[waiver]]");
    TRY(check_keys(source, *table, known));
    rules::Waiver waiver;
    waiver.rule = TRY(rule_of(source, *table));
    waiver.path = TRY(pattern(source, *table, "path"));
    waiver.text = TRY(pattern(source, *table, "text"));
    waiver.image = TRY(pattern(source, *table, "image"));
    waiver.sha256 = TRY(digest_of(source, *table));
    waiver.reason = TRY(required(source, *table, "reason"));
    waiver.expires = TRY(day_of(source, *table));
    waivers.push_back(std::move(waiver));
  }
  return {};
}

}  // namespace imprint::profiles
