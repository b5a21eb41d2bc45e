#include "guestfs/facts/grubenv.h"

#include "guestfs/language/say.h"

namespace imprint::facts {
namespace {

constexpr std::string_view signature = "# GRUB Environment Block\n";
constexpr std::size_t block_size = 1024;

/// Cuts one line off the front; a backslash keeps the character after it, even a line feed.
std::string next_line(std::string_view& rest) {
  std::string line;
  std::size_t at = 0;
  for (; at < rest.size() && rest[at] != '\n'; ++at) {
    if (rest[at] == '\\' && at + 1 < rest.size()) ++at;
    line += rest[at];
  }
  rest.remove_prefix(at < rest.size() ? at + 1 : rest.size());
  return line;
}

}  // namespace

GrubEnvironment parse_grubenv(std::string_view bytes) {
  GrubEnvironment environment;
  if (!bytes.starts_with(signature)) {
    environment.fault = bytes.empty() ? say("it is empty")
                                      : say("it does not start with '# GRUB Environment Block'");
    environment.loadable = false;
    return environment;
  }
  if (bytes.size() != block_size)
    environment.fault = say("it is {} bytes long, not {}", bytes.size(), block_size);
  else if (bytes.back() == '\n')
    environment.fault = say("it ends in a line feed: an editor has changed it");
  bytes.remove_prefix(signature.size());
  while (!bytes.empty()) {
    if (bytes.front() == '#') {
      const std::size_t end = bytes.find('\n');
      bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
      continue;
    }
    const std::string line = next_line(bytes);
    const std::size_t equals = line.find('=');
    if (equals != std::string::npos && equals > 0)
      environment.variables[line.substr(0, equals)] = line.substr(equals + 1);
  }
  return environment;
}

}  // namespace imprint::facts
