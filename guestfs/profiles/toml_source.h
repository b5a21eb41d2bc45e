#pragma once
// Reading of what users write in TOML: strict, and faults name file and line. For the sources of
// this folder only.

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <string_view>

#include "agent/base/result.h"

namespace imprint::profiles {

struct Source {
  std::string where;  ///< for messages
  std::string text;
  std::filesystem::path folder;  ///< where paths of extends start; empty: built in
};

/// A regular file of at most 1 MiB; `what` is the word for it: "profile". not_found, invalid,
/// unavailable.
Result<Source> read_file(const std::filesystem::path& path, std::string_view what);
/// Errc::invalid with the line.
Result<toml::table> parse(const Source& source);
Error fault(const Source& source, const toml::node& node, std::string_view what);
/// Errc::invalid for anything but a text.
Result<std::string> text_of(const Source& source, std::string_view key, const toml::node& node);

template <std::size_t N>
Result<> check_keys(const Source& source, const toml::table& table,
                    const std::array<std::string_view, N>& known) {
  for (const auto& [key, value] : table)
    if (std::find(known.begin(), known.end(), key.str()) == known.end())
      return fault(source, value, fmt::format("unknown key '{}'", key.str()));
  return {};
}

}  // namespace imprint::profiles
