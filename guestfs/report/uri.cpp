#include "guestfs/report/uri.h"

#include <fmt/format.h>

namespace imprint::report {
namespace {

bool is_kept(char c) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return letter || (c >= '0' && c <= '9') ||
         std::string_view{"-._~/@+,="}.find(c) != std::string_view::npos;
}

std::string encoded(std::string_view path) {
  std::string uri;
  for (const char c : path)
    uri += is_kept(c) ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  return uri;
}

}  // namespace

std::string uri_of_file(std::string_view path) {
  return path.starts_with('/') ? "file://" + encoded(path) : encoded(path);
}

std::string relative_uri(std::string_view path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  return encoded(path);
}

}  // namespace imprint::report
