#include "agent/daemon/places.h"

#include <system_error>

#include "agent/base/programs.h"

namespace imprint::daemon {

namespace fs = std::filesystem;

fs::path default_plugin_folder() {
  const fs::path here = own_folder();
  const fs::path built = here.parent_path() / "plugins";
  std::error_code failed;
  const bool in_build_tree = here.filename() == "bin" && fs::is_directory(built, failed);
  return in_build_tree ? built : fs::path{IMPRINT_PLUGIN_FOLDER};
}

}  // namespace imprint::daemon
