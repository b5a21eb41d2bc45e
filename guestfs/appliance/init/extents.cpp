#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <cstdio>
#include <cstring>

#include "guestfs/appliance/init/init.h"

namespace imprint::appliance_init {
namespace {

constexpr unsigned most_extents = 64;
constexpr unsigned long long sector = 512;

/// The kernel's answer to FS_IOC_FIEMAP, whose extents stand behind its head.
alignas(fiemap) std::array<char, sizeof(fiemap) + most_extents * sizeof(fiemap_extent)> answered;

/// The disk, and how far into it, where a file system's device begins.
struct Place {
  std::array<char, 16> disk{};
  unsigned long long start = 0;  ///< in sectors
};

/// The folder of a partition in sysfs lies in that of its disk; that of anything which is put
/// together from several devices is no such folder, and Btrfs has no device at all.
bool find_place(dev_t device, Place& place) {
  std::array<char, 64> link{};
  std::array<char, PATH_MAX> target{};
  std::snprintf(link.data(), link.size(), "/sys/dev/block/%u:%u", major(device), minor(device));
  if (::readlink(link.data(), target.data(), target.size() - 1) < 0) return false;
  const char* disk = std::strstr(target.data(), "/block/sd");
  if (disk == nullptr) return false;
  disk += std::strlen("/block/");
  const std::size_t length = std::strcspn(disk, "/");
  if (length >= place.disk.size()) return false;
  std::memcpy(place.disk.data(), disk, length);
  if (disk[length] == '\0') return true;
  std::array<char, 128> start{};
  std::snprintf(link.data(), link.size(), "/sys/dev/block/%u:%u/start", major(device),
                minor(device));
  return read_line(link.data(), start) && std::sscanf(start.data(), "%llu", &place.start) == 1;
}

/// The map of a regular file that lies on the disk as it is read; null if it is packed, encrypted,
/// within an inode, or promised only.
const fiemap* map_file(int file) {
  answered = {};
  auto* map = reinterpret_cast<fiemap*>(answered.data());
  map->fm_length = FIEMAP_MAX_OFFSET;
  map->fm_extent_count = most_extents;
  if (::ioctl(file, FS_IOC_FIEMAP, map) != 0 || map->fm_mapped_extents == 0) return nullptr;
  constexpr unsigned harmless = FIEMAP_EXTENT_LAST | FIEMAP_EXTENT_MERGED;
  for (unsigned i = 0; i < map->fm_mapped_extents; ++i)
    if ((map->fm_extents[i].fe_flags & ~harmless) != 0) return nullptr;
  const fiemap_extent& last = map->fm_extents[map->fm_mapped_extents - 1];
  return (last.fe_flags & FIEMAP_EXTENT_LAST) != 0 ? map : nullptr;
}

}  // namespace

void tell_extents(int port, const char* path) {
  Place place;
  struct stat info {};
  const int file = open_mounted(path, O_RDONLY | O_NONBLOCK);
  const bool placed = file >= 0 && ::fstat(file, &info) == 0 && S_ISREG(info.st_mode) &&
                      find_place(info.st_dev, place);
  const fiemap* map = placed ? map_file(file) : nullptr;
  if (file >= 0) ::close(file);
  std::FILE* answer = open_answer(port);
  if (answer == nullptr) return;
  std::fprintf(answer, "extents");
  if (map != nullptr) std::fprintf(answer, " %s", place.disk.data());
  for (unsigned i = 0; map != nullptr && i < map->fm_mapped_extents; ++i) {
    const fiemap_extent& extent = map->fm_extents[i];
    std::fprintf(answer, " %llu %llu %llu", extent.fe_logical,
                 place.start * sector + extent.fe_physical, extent.fe_length);
  }
  std::fprintf(answer, "\n");
  std::fclose(answer);
}

}  // namespace imprint::appliance_init
