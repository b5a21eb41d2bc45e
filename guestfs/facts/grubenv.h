#pragma once

#include <map>
#include <string>
#include <string_view>

namespace imprint::facts {

/// GRUB's environment block: the one file that GRUB itself writes to.
struct GrubEnvironment {
  std::map<std::string, std::string> variables;
  std::string fault;     ///< what is wrong with the block; empty for a sound one
  bool loadable = true;  ///< GRUB's load_env takes it, sound or not
};

/// A sound block starts with its signature, is 1024 bytes long and ends in '#' padding. Pure; never
/// fails.
GrubEnvironment parse_grubenv(std::string_view bytes);

}  // namespace imprint::facts
