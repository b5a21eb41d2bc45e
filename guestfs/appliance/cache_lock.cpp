#include "guestfs/appliance/cache_lock.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <vector>

namespace imprint::appliance {

Result<Fd> lock_cache(const std::filesystem::path& cache_folder) {
  std::error_code failed;
  std::filesystem::create_directories(cache_folder, failed);
  if (failed) return system_error(failed.value(), "cache folder '" + cache_folder.string() + "'");
  const std::filesystem::path file = cache_folder / "appliance.lock";
  Fd fd{::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  if (!fd.valid()) return system_error(errno, file.string());
  while (::flock(fd.get(), LOCK_EX) != 0)
    if (errno != EINTR) return system_error(errno, file.string());
  return fd;
}

void remove_others(const std::filesystem::path& cache_folder, std::string_view prefix,
                   const std::filesystem::path& keep) {
  std::error_code ignored;
  std::vector<std::filesystem::path> others;
  for (const auto& entry : std::filesystem::directory_iterator{cache_folder, ignored})
    if (entry.path().filename().string().starts_with(prefix) && entry.path() != keep)
      others.push_back(entry.path());
  for (const auto& other : others) std::filesystem::remove_all(other, ignored);
}

}  // namespace imprint::appliance
