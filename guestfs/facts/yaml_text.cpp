#include "guestfs/facts/yaml_text.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "guestfs/facts/text_lines.h"

namespace imprint::facts {
namespace {

struct BeyondLimits {};

/// A text with lines that were not there.
struct Prepared {
  std::string text;
  std::vector<int> added;  ///< of them, the numbers in this text, from 0

  /// The line of the first text, from 1.
  [[nodiscard]] int original_line(int line) const {
    return line + 1 - static_cast<int>(std::ranges::upper_bound(added, line) - added.begin());
  }
};

/// Where the sign of a block stands in "- &name |", as cloud-init's own files have it; nothing in
/// other lines.
std::optional<std::size_t> block_behind_anchor(std::string_view line) {
  constexpr std::string_view blanks = " \t";
  std::size_t at = std::min(line.find_first_not_of(blanks), line.size());
  if (!line.substr(at).starts_with("- ")) return std::nullopt;
  at = line.find_first_not_of(blanks, at + 1);
  if (at == std::string_view::npos || line[at] != '&') return std::nullopt;
  at = line.find_first_of(blanks, at);
  if (at != std::string_view::npos) at = line.find_first_not_of(blanks, at);
  if (at == std::string_view::npos || (line[at] != '|' && line[at] != '>')) return std::nullopt;
  return at;
}

/// yaml-cpp 0.7 loses a block that stands in a list behind an anchor, unless on a line of its own.
Prepared prepare(std::string_view text) {
  Prepared result;
  int number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end);
    if (const auto block = block_behind_anchor(line)) {
      result.text += line.substr(0, *block);
      result.text += '\n' + std::string(line.find('-') + 1, ' ');
      result.text += line.substr(*block);
      result.added.push_back(++number);
    } else {
      result.text += line;
    }
    ++number;
  }
  return result;
}

// These go down trees that are at most deepest_yaml deep.
std::size_t nodes_in(const YamlNode& node) {
  std::size_t count = 1;
  for (const auto& [name, member] : node.members) count += nodes_in(member);
  for (const YamlNode& item : node.items) count += nodes_in(item);
  return count;
}

std::size_t depth_of(const YamlNode& node) {
  std::size_t deepest = 0;
  for (const auto& [name, member] : node.members) deepest = std::max(deepest, depth_of(member));
  for (const YamlNode& item : node.items) deepest = std::max(deepest, depth_of(item));
  return deepest + 1;
}

/// Builds the tree from what the parser meets, and throws BeyondLimits where it gets too large.
class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(const Prepared& source) : source_{source} {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(make(YamlNode::Kind::null, mark), anchor);
  }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                const std::string& value) override {
    YamlNode node = make(YamlNode::Kind::scalar, mark);
    node.text = value;
    add(std::move(node), anchor);
  }
  void OnAlias(const YAML::Mark&, YAML::anchor_t anchor) override {
    const auto node = anchors_.find(anchor);
    YamlNode copy = node == anchors_.end() ? YamlNode{} : node->second;
    count(nodes_in(copy));
    if (open_.size() + depth_of(copy) > deepest_yaml) throw BeyondLimits{};
    place(std::move(copy));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(make(YamlNode::Kind::sequence, mark), anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(make(YamlNode::Kind::mapping, mark), anchor);
  }
  void OnMapEnd() override { close(); }

  YamlNode take() { return std::move(root_); }

 private:
  struct Open {
    YamlNode node;
    YAML::anchor_t anchor = 0;
    std::optional<std::string> name;  ///< of a mapping's member whose value comes next
  };

  [[nodiscard]] YamlNode make(YamlNode::Kind kind, const YAML::Mark& mark) const {
    YamlNode node;
    node.kind = kind;
    node.line = source_.original_line(mark.line);
    return node;
  }

  void count(std::size_t nodes) {
    nodes_ += nodes;
    if (nodes_ > most_yaml_nodes) throw BeyondLimits{};
  }

  void open(YamlNode node, YAML::anchor_t anchor) {
    count(1);
    if (open_.size() + 1 >= deepest_yaml) throw BeyondLimits{};
    open_.push_back({std::move(node), anchor, {}});
  }

  void close() {
    Open done = std::move(open_.back());
    open_.pop_back();
    keep(done.node, done.anchor);
    place(std::move(done.node));
  }

  void add(YamlNode node, YAML::anchor_t anchor) {
    count(1);
    keep(node, anchor);
    place(std::move(node));
  }

  /// A copy is paid for like the node itself.
  void keep(const YamlNode& node, YAML::anchor_t anchor) {
    if (anchor == 0) return;
    count(nodes_in(node));
    anchors_[anchor] = node;
  }

  void place(YamlNode node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (parent.node.kind == YamlNode::Kind::sequence) {
      parent.node.items.push_back(std::move(node));
    } else if (!parent.name) {
      parent.name = std::move(node.text);
    } else {
      parent.node.members.push_back({*std::move(parent.name), std::move(node)});
      parent.name.reset();
    }
  }

  const Prepared& source_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, YamlNode> anchors_;
  YamlNode root_;
  std::size_t nodes_ = 0;
};

}  // namespace

const YamlNode* YamlNode::find(std::string_view name) const {
  const auto member = std::find_if(members.rbegin(), members.rend(),
                                   [&](const auto& each) { return each.name == name; });
  return member == members.rend() ? nullptr : &member->node;
}

const YamlNode* YamlNode::at(std::initializer_list<std::string_view> way) const {
  const YamlNode* node = this;
  for (const std::string_view name : way) {
    node = node->find(name);
    if (node == nullptr) return nullptr;
  }
  return node;
}

std::string_view YamlNode::text_of(std::string_view name) const {
  const YamlNode* node = find(name);
  return node == nullptr || node->kind != Kind::scalar ? std::string_view{} : node->text;
}

std::optional<bool> YamlNode::truth_of(std::string_view name) const {
  const std::string word = lower(text_of(name));
  for (const char* yes : {"true", "yes", "on", "1"})
    if (word == yes) return true;
  for (const char* no : {"false", "no", "off", "0"})
    if (word == no) return false;
  return std::nullopt;
}

YamlText parse_yaml(std::string_view text) {
  YamlText result;
  if (text.size() > largest_yaml) {
    result.too_large = true;
    return result;
  }
  const Prepared source = prepare(text);
  TreeBuilder builder{source};
  try {
    std::istringstream stream{source.text};
    YAML::Parser parser{stream};
    parser.HandleNextDocument(builder);
    result.root = builder.take();
  } catch (const BeyondLimits&) {
    result.too_large = true;
  } catch (const YAML::Exception& error) {
    result.fault = error.msg;
    result.fault_line = source.original_line(error.mark.line);
  }
  return result;
}

}  // namespace imprint::facts
