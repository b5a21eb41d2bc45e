#include "agent/base/programs.h"

#include <unistd.h>

#include <system_error>

namespace imprint {

namespace fs = std::filesystem;

fs::path own_folder() {
  std::error_code failed;
  return fs::read_symlink("/proc/self/exe", failed).parent_path();
}

Result<fs::path> find_program(const std::string& name) {
  for (const fs::path& candidate : {own_folder() / name, fs::path{IMPRINT_LIBEXEC} / name})
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
  return make_error(Errc::unavailable, "'{}' is not installed in '{}'", name, IMPRINT_LIBEXEC);
}

}  // namespace imprint
