#include "guestfs/appliance/state_key.h"

#include <sys/stat.h>

#include <array>
#include <cerrno>

#include "agent/base/atomic_file.h"
#include "agent/base/digest.h"
#include "guestfs/appliance/machine.h"

namespace imprint::appliance {
namespace {

constexpr int state_version = 5;  ///< grows with whatever else changes what is in a state

Result<std::string> describe_file(const std::filesystem::path& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return system_error(errno, path.string());
  return fmt::format("{} {} {}.{} {}\n", path.string(), info.st_size, info.st_mtim.tv_sec,
                     info.st_mtim.tv_nsec, info.st_ino);
}

/// The lines of the first processor that say what it can do; not those that change by the second.
std::string describe_processor(std::string_view text) {
  static constexpr std::array<std::string_view, 6> told{"vendor_id", "cpu family", "model",
                                                        "stepping",  "microcode",  "flags"};
  std::string result;
  text = text.substr(0, text.find("\n\n"));
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    for (const std::string_view name : told)
      if (line.starts_with(name)) result += std::string{line} + "\n";
  }
  return result;
}

Result<std::string> describe_host() {
  const std::string processor = TRY(read_file("/proc/cpuinfo"));
  return describe_processor(processor) + TRY(read_file("/proc/version"));
}

}  // namespace

Result<std::string> state_key(const StateParts& parts) {
  std::string text =
      fmt::format("{} {}\n{}\n", state_version, IMPRINT_VERSION, describe_machine(parts.kvm));
  for (const auto& file :
       {std::filesystem::path{qemu_program}, parts.init, parts.wrapper, parts.daemon, parts.kernel,
        parts.modules / "modules.dep", std::filesystem::path{"/etc/ld.so.cache"}})
    text += TRY(describe_file(file));
  // Programs that the host may lack; see root_tree.cpp.
  for (const char* program :
       {"/usr/sbin/lvm", "/usr/sbin/mdadm", "/usr/bin/btrfs", "/usr/bin/ntfs-3g"})
    if (const auto described = describe_file(program)) text += *described;
  if (parts.kvm) text += TRY(describe_host());
  return digest_of(text);
}

}  // namespace imprint::appliance
