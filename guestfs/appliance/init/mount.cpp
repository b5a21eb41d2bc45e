#include <sys/mount.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "guestfs/appliance/init/init.h"

namespace imprint::appliance_init {
namespace {

constexpr int mount_failed = 32;  // mount(8)

struct Flag {
  std::string_view name;
  unsigned long value;
};

constexpr std::array<Flag, 6> flags{{{"ro", MS_RDONLY},
                                     {"rw", 0},
                                     {"nodev", MS_NODEV},
                                     {"nosuid", MS_NOSUID},
                                     {"noexec", MS_NOEXEC},
                                     {"noatime", MS_NOATIME}}};

struct Request {
  const char* options = "";
  const char* type = "";
  const char* device = nullptr;
  const char* folder = nullptr;
};

Request parse(int count, char** arguments) {
  Request request;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = arguments[i];
    if (word == "-o" && i + 1 < count)
      request.options = arguments[++i];
    else if (word == "-t" && i + 1 < count)
      request.type = arguments[++i];
    else if (request.device == nullptr)
      request.device = arguments[i];
    else
      request.folder = arguments[i];
  }
  return request;
}

/// The options that the kernel takes as flags; the others are the file system's own and go to
/// `data`, separated by commas. False if they do not fit.
bool split(std::string_view options, unsigned long& value, std::array<char, 1024>& data) {
  std::size_t used = 0;
  while (!options.empty()) {
    const std::size_t comma = options.find(',');
    const std::string_view option = options.substr(0, comma);
    options = comma == std::string_view::npos ? std::string_view{} : options.substr(comma + 1);
    bool is_flag = option.empty();
    for (const Flag& flag : flags) {
      if (flag.name != option) continue;
      value |= flag.value;
      is_flag = true;
    }
    if (is_flag) continue;
    if (used + option.size() + 2 > data.size()) return false;
    if (used != 0) data[used++] = ',';
    std::memcpy(data.data() + used, option.data(), option.size());
    used += option.size();
    data[used] = '\0';
  }
  return true;
}

}  // namespace

int run_mount(int count, char** arguments) {
  const Request request = parse(count, arguments);
  if (request.folder == nullptr) return mount_failed;
  if (std::string_view{request.type} == "ntfs") {
    ::execl("/usr/bin/ntfs-3g", "ntfs-3g", "-o", request.options, request.device, request.folder,
            nullptr);
    std::fprintf(stderr, "mount: ntfs-3g: %s\n", std::strerror(errno));
    return mount_failed;
  }
  unsigned long value = 0;
  std::array<char, 1024> data{};
  if (!split(request.options, value, data)) return mount_failed;
  if (::mount(request.device, request.folder, request.type, value, data.data()) == 0) return 0;
  std::fprintf(stderr, "mount: %s on %s: %s\n", request.device, request.folder,
               std::strerror(errno));
  return mount_failed;
}

}  // namespace imprint::appliance_init
