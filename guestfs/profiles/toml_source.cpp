#include "guestfs/profiles/toml_source.h"

#include <fstream>
#include <iterator>

namespace imprint::profiles {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t largest_file = 1U << 20U;

}  // namespace

Result<Source> read_file(const fs::path& path, std::string_view what) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status))
    return make_error(Errc::not_found, "there is no {} file '{}'", what, path.string());
  if (!fs::is_regular_file(status) || fs::file_size(path, error) > largest_file || error)
    return make_error(Errc::invalid, "'{}' is no {}: it must be a regular file of at most 1 MiB",
                      path.string(), what);
  std::ifstream file{path, std::ios::binary};
  std::string text{std::istreambuf_iterator<char>{file}, {}};
  if (file.bad() || !file.is_open())
    return make_error(Errc::unavailable, "the {} file '{}' cannot be read", what, path.string());
  return Source{fmt::format("{} '{}'", what, path.string()), std::move(text), path.parent_path()};
}

Result<toml::table> parse(const Source& source) {
  try {
    return toml::parse(source.text);
  } catch (const toml::parse_error& error) {
    return make_error(Errc::invalid, "{}: line {}: {}", source.where, error.source().begin.line,
                      error.description());
  }
}

Error fault(const Source& source, const toml::node& node, std::string_view what) {
  return make_error(Errc::invalid, "{}: line {}: {}", source.where, node.source().begin.line, what);
}

Result<std::string> text_of(const Source& source, std::string_view key, const toml::node& node) {
  const auto value = node.value_exact<std::string>();
  if (!value) return fault(source, node, fmt::format("'{}' must be a text", key));
  return *value;
}

}  // namespace imprint::profiles
