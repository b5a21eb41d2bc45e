#include <fcntl.h>

#include <array>
#include <cstring>

#include "guestfs/appliance/control_words.h"
#include "guestfs/appliance/init/init.h"

namespace imprint::appliance_init {
namespace {

using Path = std::array<char, 4096>;

/// -1 for what is none.
int value_of(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/// False if the path does not fit.
bool decode(const char* digits, Path& path) {
  std::size_t used = std::strlen(mounts_folder);
  std::memcpy(path.data(), mounts_folder, used);
  for (; value_of(digits[0]) >= 0 && value_of(digits[1]) >= 0; digits += 2) {
    if (used + 1 >= path.size()) return false;
    path[used++] = static_cast<char>(value_of(digits[0]) * 16 + value_of(digits[1]));
  }
  path[used] = '\0';
  return true;
}

}  // namespace

int open_mounted(const char* digits) {
  static Path path;
  if (!decode(digits, path)) return -1;
  return ::open(path.data(), O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
}

}  // namespace imprint::appliance_init
