#include "agent/config/table_reader.h"

#include <algorithm>
#include <charconv>

#include "agent/model/quantity.h"

namespace imprint::config {
namespace {

const toml::table no_table;

}  // namespace

Result<toml::table> parse_toml(std::string_view text, const std::string& name) {
  // The library tells of bad syntax by an exception.
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& fault) {
    const auto& place = fault.source().begin;
    return make_error(Errc::invalid, "{}:{}:{}: {}", name, place.line, place.column,
                      fault.description());
  }
}

TableReader::TableReader(const toml::table& table, std::string path, const std::string& name,
                         Fault& fault)
    : table_{table}, path_{std::move(path)}, name_{name}, fault_{fault} {}

const toml::node* TableReader::find(std::string_view key) {
  known_.emplace(key);
  return table_.get(key);
}

void TableReader::fail(std::string_view key, const toml::node& node, std::string_view reason) {
  if (fault_) return;
  fault_ = make_error(Errc::invalid, "{}:{}: key '{}{}{}': {}", name_, node.source().begin.line,
                      path_, path_.empty() ? "" : ".", key, reason);
}

void TableReader::text(std::string_view key, std::string& target) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  if (const auto value = node->value_exact<std::string>())
    target = *value;
  else
    fail(key, *node, "expected a text");
}

void TableReader::texts(std::string_view key, std::vector<std::string>& target) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  const toml::array* array = node->as_array();
  std::vector<std::string> values;
  for (std::size_t i = 0; array != nullptr && i < array->size(); ++i)
    if (const auto value = array->get(i)->value_exact<std::string>()) values.push_back(*value);
  if (array == nullptr || values.size() != array->size())
    return fail(key, *node, "expected a list of texts");
  target = std::move(values);
}

void TableReader::word(std::string_view key, std::string& target,
                       std::initializer_list<std::string_view> words) {
  text(key, target);
  if (std::ranges::find(words, target) == words.end())
    fail(key, *find(key), fmt::format("must be one of {}", fmt::join(words, ", ")));
}

void TableReader::number(std::string_view key, int& target, int least, int most) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  const auto value = node->value_exact<std::int64_t>();
  if (!value || *value < least || *value > most)
    return fail(key, *node, fmt::format("expected a whole number from {} to {}", least, most));
  target = static_cast<int>(*value);
}

void TableReader::absolute_path(std::string_view key, std::filesystem::path& target) {
  const bool may_be_empty = target.empty();
  std::string value = target.string();
  text(key, value);
  if (!(value.empty() && may_be_empty) && !value.starts_with('/'))
    return fail(key, *find(key), "expected an absolute path");
  target = value;
}

void TableReader::mode(std::string_view key, mode_t& target) {
  std::string value = fmt::format("{:04o}", target);
  text(key, value);
  const char* end = value.data() + value.size();
  const auto [stop, error] = std::from_chars(value.data(), end, target, 8);
  if (error != std::errc{} || stop != end || target > 0777)
    fail(key, *find(key), "expected an octal mode as a text, such as \"0660\"");
}

void TableReader::duration(std::string_view key, std::chrono::seconds& target) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  const auto value = parse_duration(node->value_exact<std::string>().value_or(""));
  if (!value) return fail(key, *node, "expected a duration as a text, such as \"24h\" or \"90s\"");
  target = *value;
}

void TableReader::size(std::string_view key, std::uint64_t& target) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  const auto value = parse_size(node->value_exact<std::string>().value_or(""));
  if (!value) return fail(key, *node, "expected a size as a text, such as \"5GiB\"");
  target = *value;
}

TableReader TableReader::table(std::string_view key) {
  const toml::node* node = find(key);
  const toml::table* table = node == nullptr ? nullptr : node->as_table();
  if (node != nullptr && table == nullptr) fail(key, *node, "expected a table");
  return {table == nullptr ? no_table : *table, std::string{key}, name_, fault_};
}

void TableReader::finish() {
  for (const auto& [key, node] : table_)
    if (!known_.contains(key.str())) fail(key.str(), node, "unknown key");
}

}  // namespace imprint::config
