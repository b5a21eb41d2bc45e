#include "guestfs/inspect/appliance_cache.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <vector>

#include "agent/base/atomic_file.h"
#include "agent/base/command.h"
#include "agent/base/digest.h"
#include "guestfs/appliance/cache_lock.h"

namespace imprint::inspect {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view name_prefix = "appliance-";
constexpr std::chrono::minutes build_limit{10};

fs::path supermin_folder() {
  return fs::path{IMPRINT_GUESTFS_FOLDER} / "supermin.d";
}

/// Name, size and time of each file in a folder, sorted by name.
Result<std::string> describe_folder(const fs::path& folder, std::string_view prefix) {
  std::error_code failed;
  std::vector<std::string> lines;
  for (const auto& entry : fs::directory_iterator{folder, failed}) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(prefix)) continue;
    std::error_code ignored;  // a folder or a dangling link counts by its name alone
    const auto size = entry.file_size(ignored);
    const auto written = entry.last_write_time(ignored).time_since_epoch().count();
    lines.push_back(fmt::format("{} {} {}\n", entry.path().string(), size, written));
  }
  if (failed) return system_error(failed.value(), folder.string());
  std::sort(lines.begin(), lines.end());
  std::string text;
  for (const std::string& line : lines) text += line;
  return text;
}

/// What the appliance is made of: libguestfs's own parts and the kernels that supermin chooses
/// from.
Result<std::string> appliance_key() {
  auto parts = describe_folder(supermin_folder(), "");
  if (!parts)
    return make_error(Errc::unavailable, "libguestfs is not installed: {}", parts.error().message);
  const std::string kernels = TRY(describe_folder("/boot", "vmlinuz"));
  return digest_of(*parts + kernels).substr(0, 16);
}

Result<fs::path> appliance_folder(const fs::path& cache_folder) {
  return cache_folder / (std::string{name_prefix} + TRY(appliance_key()));
}

bool is_ready(const fs::path& appliance) {
  std::error_code ignored;
  return fs::exists(appliance / "README.fixed", ignored);
}

Result<> build(const fs::path& building) {
  Command command;
  command.arguments = {"supermin", "--build",        "--copy-kernel", "-f",
                       "ext2",     "--host-cpu",     "x86_64",        supermin_folder().string(),
                       "-o",       building.string()};
  command.environment = {"TMPDIR=" + building.parent_path().string()};
  command.time_limit = build_limit;
  if (auto built = run_checked(command); !built)
    return make_error(Errc::unavailable, "the appliance cannot be built: {}",
                      built.error().message);
  return write_file_atomically(building / "README.fixed",
                               "A fixed appliance for libguestfs, made of this host's files.\n",
                               0644);
}

Result<> publish(const fs::path& building, const fs::path& appliance) {
  if (::rename(building.c_str(), appliance.c_str()) != 0)
    return system_error(errno, appliance.string());
  return sync_folder(appliance.parent_path());
}

}  // namespace

fs::path default_cache_folder() {
  if (const char* folder = std::getenv("CACHE_DIRECTORY"); folder != nullptr && *folder == '/')
    return folder;
  if (const char* folder = std::getenv("XDG_CACHE_HOME"); folder != nullptr && *folder == '/')
    return fs::path{folder} / "imprint";
  if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/')
    return fs::path{home} / ".cache/imprint";
  return "/var/cache/imprint";
}

Result<std::optional<fs::path>> find_appliance(const fs::path& cache_folder) {
  const fs::path folder = TRY(appliance_folder(cache_folder));
  return is_ready(folder) ? std::optional{folder} : std::nullopt;
}

Result<fs::path> prepare_appliance(const fs::path& cache_folder) {
  const fs::path folder = TRY(appliance_folder(cache_folder));
  if (is_ready(folder)) return folder;
  const Fd held = TRY(appliance::lock_cache(cache_folder));
  if (is_ready(folder)) return folder;
  appliance::remove_others(cache_folder, name_prefix, folder);
  const fs::path building = folder.string() + ".new";
  TRY(build(building));
  TRY(publish(building, folder));
  return folder;
}

}  // namespace imprint::inspect
