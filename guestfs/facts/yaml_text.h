#pragma once
// YAML as guests hold it: read into a tree of bounded size, with line numbers. yaml-cpp finds the
// structure; nothing of its own tree is kept, so that aliases cannot make one that never ends.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace imprint::facts {

struct YamlMember;

struct YamlNode {
  enum class Kind { null, scalar, sequence, mapping };
  Kind kind = Kind::null;
  int line = 0;                     ///< from 1
  std::string text;                 ///< of a scalar
  std::vector<YamlMember> members;  ///< of a mapping, in order
  std::vector<YamlNode> items;      ///< of a sequence

  /// The last member of that name; null if there is none, or this is no mapping.
  [[nodiscard]] const YamlNode* find(std::string_view name) const;
  /// find() down a way of names: {"system_info", "default_user"}.
  [[nodiscard]] const YamlNode* at(std::initializer_list<std::string_view> way) const;
  /// The text of the scalar of that name; empty if there is none.
  [[nodiscard]] std::string_view text_of(std::string_view name) const;
  /// YAML 1.1's words of truth; nothing for other texts.
  [[nodiscard]] std::optional<bool> truth_of(std::string_view name) const;
};

struct YamlMember {
  std::string name;
  YamlNode node;
};

struct YamlText {
  YamlNode root;      ///< of the first document; null if there is none, or with a fault
  std::string fault;  ///< why it is no YAML; empty if it is
  int fault_line = 0;
  /// It goes beyond the limits below: nothing is said about whether it is good YAML.
  bool too_large = false;
};

constexpr std::size_t largest_yaml = std::size_t{256} << 10U;  ///< bytes
constexpr std::size_t most_yaml_nodes = 20'000;                ///< aliases counted as what they are
constexpr std::size_t deepest_yaml = 40;

/// Pure; never fails, and ends in bounded time and memory whatever the bytes.
YamlText parse_yaml(std::string_view text);

}  // namespace imprint::facts
