#include "agent/base/sandbox.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <cerrno>

namespace imprint {
namespace {

constexpr std::uint64_t read_rights =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t write_rights =
    LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
    LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |
    LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_SYM;
constexpr std::uint64_t never_granted =
    LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_BLOCK;
// Rights that make sense on a file that is not a directory; the kernel refuses a rule that grants
// others.
constexpr std::uint64_t file_rights =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE;

Result<> allow(int ruleset, const std::filesystem::path& path, std::uint64_t rights) {
  const Fd target{::open(path.c_str(), O_PATH | O_CLOEXEC)};
  if (!target.valid()) {
    if (errno == ENOENT || errno == ENOTDIR) return {};
    return system_error(errno, "sandbox path '" + path.string() + "'");
  }
  struct stat info {};
  if (::fstat(target.get(), &info) != 0) return system_error(errno, path.string());
  landlock_path_beneath_attr rule{};
  rule.allowed_access = S_ISDIR(info.st_mode) ? rights : (rights & file_rights);
  rule.parent_fd = target.get();
  if (::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
    return system_error(errno, "landlock rule for '" + path.string() + "'");
  return {};
}

bool set_limit(__rlimit_resource resource, std::uint64_t value) noexcept {
  const rlimit limit{value, value};
  return ::setrlimit(resource, &limit) == 0;
}

}  // namespace

Result<PreparedSandbox> PreparedSandbox::prepare(const Sandbox& sandbox) {
  PreparedSandbox prepared;
  prepared.limits_ = sandbox;
  landlock_ruleset_attr attributes{};
  attributes.handled_access_fs = read_rights | write_rights | never_granted;
  const long ruleset = ::syscall(SYS_landlock_create_ruleset, &attributes, sizeof(attributes), 0);
  if (ruleset < 0) {
    if (errno == ENOSYS || errno == EOPNOTSUPP) return prepared;
    return system_error(errno, "landlock rule set");
  }
  prepared.ruleset_ = Fd{static_cast<int>(ruleset)};
  for (const auto& path : sandbox.read) TRY(allow(prepared.ruleset_.get(), path, read_rights));
  for (const auto& path : sandbox.write)
    TRY(allow(prepared.ruleset_.get(), path, read_rights | write_rights));
  return prepared;
}

int PreparedSandbox::enter() const noexcept {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
  if (!set_limit(RLIMIT_CORE, 0)) return errno;
  if (!set_limit(RLIMIT_NOFILE, limits_.open_files)) return errno;
  if (limits_.memory_limit != 0 && !set_limit(RLIMIT_AS, limits_.memory_limit)) return errno;
  if (limits_.cpu_seconds != 0 && !set_limit(RLIMIT_CPU, limits_.cpu_seconds)) return errno;
  if (confined() && ::syscall(SYS_landlock_restrict_self, ruleset_.get(), 0) != 0) return errno;
  return 0;
}

std::vector<std::filesystem::path> system_read_paths() {
  return {"/usr",
          "/bin",
          "/sbin",
          "/lib",
          "/lib32",
          "/lib64",
          "/etc/ld.so.cache",
          "/etc/alternatives",
          "/dev/zero",
          "/dev/random",
          "/dev/urandom"};
}

}  // namespace imprint
