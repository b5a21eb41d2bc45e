#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "guestfs/appliance/control_words.h"
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

/// 0, or errno.
int mount_now(const Request& request) {
  unsigned long value = 0;
  std::array<char, 1024> data{};
  if (!split(request.options, value, data)) return E2BIG;
  return ::mount(request.device, request.folder, request.type, value, data.data()) == 0 ? 0 : errno;
}

bool is_for_a_program(const Request& request) {
  return std::string_view{request.type} == "ntfs";
}

}  // namespace

int run_mount(int count, char** arguments) {
  const Request request = parse(count, arguments);
  if (request.folder == nullptr) return mount_failed;
  if (is_for_a_program(request)) {
    ::execl("/usr/bin/ntfs-3g", "ntfs-3g", "-o", request.options, request.device, request.folder,
            nullptr);
    std::fprintf(stderr, "mount: ntfs-3g: %s\n", std::strerror(errno));
    return mount_failed;
  }
  const int failure = mount_now(request);
  if (failure == 0) return 0;
  std::fprintf(stderr, "mount: %s on %s: %s\n", request.device, request.folder,
               std::strerror(failure));
  return mount_failed;
}

void mount_volume(int port, const char* line) {
  std::array<char, 128> options{};
  std::array<char, 32> type{};
  std::array<char, 128> device{};
  std::array<char, 32> name{};
  std::array<char, 64> folder{};
  bool mounted = false;
  if (std::sscanf(line, "%127s %31s %127s /%31[a-z0-9]", options.data(), type.data(), device.data(),
                  name.data()) == 4) {
    std::snprintf(folder.data(), folder.size(), "%s/%s", mounts_folder, name.data());
    const Request request{options.data(), type.data(), device.data(), folder.data()};
    const bool made = !is_for_a_program(request) && ::mkdir(folder.data(), 0777) == 0;
    mounted = made && mount_now(request) == 0;
    if (made && !mounted) ::rmdir(folder.data());
  }
  ::dprintf(port, mounted ? "mounted\n" : "not mounted\n");
}

}  // namespace imprint::appliance_init
