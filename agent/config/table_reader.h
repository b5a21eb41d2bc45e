#pragma once
// Strict reading of one TOML table: the first fault is remembered with its key and line.

#include <sys/types.h>

#include <toml++/toml.h>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"

namespace imprint::config {

/// Errc::invalid, naming `name`, line and column.
Result<toml::table> parse_toml(std::string_view text, const std::string& name);

using Fault = std::optional<Error>;

/// Each method leaves its target as it is when the key is absent, and records a fault when the
/// value does not fit.
class TableReader {
 public:
  /// `path` is the table's own key, empty for the root; `name` stands for the file in messages.
  TableReader(const toml::table& table, std::string path, const std::string& name, Fault& fault);

  void text(std::string_view key, std::string& target);
  void texts(std::string_view key, std::vector<std::string>& target);
  void word(std::string_view key, std::string& target,
            std::initializer_list<std::string_view> words);
  void number(std::string_view key, int& target, int least, int most);
  void absolute_path(std::string_view key,
                     std::filesystem::path& target);  ///< or empty, where that is the default
  void mode(std::string_view key, mode_t& target);    ///< "0660"
  void duration(std::string_view key, std::chrono::seconds& target);  ///< "24h"
  void size(std::string_view key, std::uint64_t& target);             ///< "5GiB"
  /// The table under the key; an empty one if it is absent.
  TableReader table(std::string_view key);

  /// Records the first key that nobody asked for.
  void finish();

 private:
  const toml::node* find(std::string_view key);
  void fail(std::string_view key, const toml::node& node, std::string_view reason);

  const toml::table& table_;
  std::string path_;
  const std::string& name_;
  Fault& fault_;
  std::set<std::string, std::less<>> known_;
};

}  // namespace imprint::config
