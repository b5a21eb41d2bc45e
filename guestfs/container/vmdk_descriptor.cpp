#include <algorithm>
#include <array>
#include <cctype>

#include "guestfs/container/rules_table.h"
#include "guestfs/container/vmdk_structures.h"
#include "guestfs/language/say.h"

namespace imprint::container::vmdk {
namespace {

constexpr std::string_view blanks = " \t\r";
constexpr std::string_view no_parent = "ffffffff";

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lowered(std::string_view text) {
  std::string result{text};
  std::ranges::transform(result, result.begin(), lower);
  return result;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string shown(std::string_view text) {
  return printable(std::as_bytes(std::span{text}));
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    lines.push_back(trimmed(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

struct Assignment {
  std::string key;  ///< in small letters
  std::string_view value;
};

/// `key = "value"`; an empty key if the line is none.
Assignment assignment_of(std::string_view line) {
  const auto sign = line.find('=');
  if (sign == std::string_view::npos) return {};
  const std::string_view key = trimmed(line.substr(0, sign));
  if (key.find_first_of(" \t\"") != std::string_view::npos) return {};
  std::string_view value = trimmed(line.substr(sign + 1));
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
    value = value.substr(1, value.size() - 2);
  return {lowered(key), value};
}

/// "RW 2048 SPARSE "name"": the type, in small letters; nothing if the line is no extent.
std::optional<std::string> extent_type_of(std::string_view line) {
  constexpr std::array<std::string_view, 3> accesses{"rw", "rdonly", "noaccess"};
  std::array<std::string, 3> words;
  for (std::string& word : words) {
    const auto end = std::min(line.find_first_of(blanks), line.size());
    word = lowered(line.substr(0, end));
    line = trimmed(line.substr(end));
  }
  if (std::ranges::find(accesses, words[0]) == accesses.end()) return std::nullopt;
  return words[2];
}

bool has_path(std::string_view extent) {
  return extent.find('/') != std::string_view::npos;
}

Finding outside(std::string_view line) {
  return finding_of("disk.vmdk-extent-path",
                    say("the extent line '{}' names a file by its path", shown(line)));
}

bool is_other_text(std::string_view line) {
  return line.empty() || line.starts_with('#') || lowered(line.substr(0, 3)) == "ddb";
}

class Descriptor {
 public:
  explicit Descriptor(bool compressed) : compressed_{compressed} {}

  std::vector<Finding> check(std::string_view text) {
    for (const std::string_view line : lines_of(text))
      if (!check_line(line)) return std::move(findings_);
    if (!typed_)
      findings_.push_back(
          finding_of("disk.vmdk-subformat", say("the VMDK descriptor names no createType")));
    else if (extents_ != 1)
      findings_.push_back(finding_of(
          "disk.vmdk-extent-path",
          say("the VMDK descriptor names {} extents, not the one in the file", extents_)));
    return std::move(findings_);
  }

 private:
  /// False after the first fault, so that a text that is no descriptor makes no flood.
  bool check_line(std::string_view line) {
    if (is_other_text(line)) return true;
    if (const auto type = extent_type_of(line)) return check_extent(line, *type);
    const Assignment assignment = assignment_of(line);
    if (assignment.key == "createtype") return check_type(assignment.value);
    if (assignment.key == "parentfilenamehint" ||
        (assignment.key == "parentcid" && lowered(assignment.value) != no_parent))
      return fault("disk.differencing",
                   say("the VMDK holds only what differs from a parent: '{}'", shown(line)));
    if (!assignment.key.empty()) return true;
    return fault(
        "disk.vmdk-extent-path",
        say("the VMDK descriptor has the line '{}', which is none of its kinds", shown(line)));
  }

  bool check_type(std::string_view value) {
    typed_ = true;
    const std::string type = lowered(value);
    if (type != "monolithicsparse" && type != "streamoptimized")
      return fault("disk.vmdk-subformat",
                   say("the createType is '{}'; monolithicSparse and streamOptimized are accepted",
                       shown(value)));
    if ((type == "streamoptimized") == compressed_) return true;
    return fault(
        "disk.vmdk-subformat",
        compressed_
            ? say("the createType is '{}', but the header says that grains are compressed",
                  shown(value))
            : say("the createType is '{}', but the header says that grains are not compressed",
                  shown(value)));
  }

  bool check_extent(std::string_view line, std::string_view type) {
    ++extents_;
    if (has_path(line)) {
      findings_.push_back(outside(line));
      return false;
    }
    if (type == "sparse") return true;
    return fault("disk.vmdk-extent-path",
                 say("the extent line '{}' is of data in another file", shown(line)));
  }

  bool fault(std::string_view rule, std::string message) {
    findings_.push_back(finding_of(rule, std::move(message)));
    return false;
  }

  bool compressed_;
  std::vector<Finding> findings_;
  bool typed_ = false;
  int extents_ = 0;
};

}  // namespace

std::vector<Finding> check_descriptor(std::string_view text, bool compressed) {
  return Descriptor{compressed}.check(text);
}

std::string create_type_of(std::string_view text) {
  for (const std::string_view line : lines_of(text))
    if (const Assignment assignment = assignment_of(line); assignment.key == "createtype")
      return shown(assignment.value);
  return {};
}

std::vector<Finding> check_extent_paths(std::string_view text) {
  for (const std::string_view line : lines_of(text))
    if (extent_type_of(line) && has_path(line)) return {outside(line)};
  return {};
}

}  // namespace imprint::container::vmdk
