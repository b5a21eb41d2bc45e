#include "agent/daemon/places.h"

#include <system_error>

namespace imprint::daemon {

namespace fs = std::filesystem;

fs::path default_plugin_folder() {
  std::error_code failed;
  const fs::path here = fs::read_symlink("/proc/self/exe", failed).parent_path();
  const fs::path built = here.parent_path() / "plugins";
  const bool in_build_tree = !failed && here.filename() == "bin" && fs::is_directory(built, failed);
  return in_build_tree ? built : fs::path{IMPRINT_PLUGIN_FOLDER};
}

}  // namespace imprint::daemon
