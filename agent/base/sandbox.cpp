#include "agent/base/sandbox.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>

namespace imprint {
namespace {

constexpr std::uint64_t read_rights =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t write_rights =
    LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
    LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |
    LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_SYM;
// Known to newer kernels than the headers of Debian 12; landlock(7) tells which version (ABI)
// brought which.
constexpr std::uint64_t refer_right = LANDLOCK_ACCESS_FS_REFER;
constexpr std::uint64_t truncate_right = 1U << 14;
constexpr std::uint64_t tcp_bind = 1;
constexpr std::uint64_t tcp_connect = 2;
constexpr std::uint64_t abstract_sockets_and_signals = 3;
constexpr std::uint64_t never_granted =
    LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_BLOCK;
// Rights that make sense on a file that is not a directory; the kernel refuses a rule that grants
// others.
constexpr std::uint64_t file_rights = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE |
                                      LANDLOCK_ACCESS_FS_WRITE_FILE | truncate_right;

/// landlock_ruleset_attr as of ABI 6. Older kernels take the beginning of it.
struct RulesetAttributes {
  std::uint64_t files = 0;
  std::uint64_t network = 0;
  std::uint64_t scoped = 0;
};

struct Confinement {
  RulesetAttributes attributes;
  std::size_t size;  ///< of the attributes that the kernel knows
};

/// As much as the kernel can do: files always; truncation from ABI 3 (before it, no rule set can
/// forbid it), TCP from 4, signals and abstract sockets of processes outside from 6.
Confinement confinement_of(long abi, bool network) {
  RulesetAttributes attributes;
  attributes.files = read_rights | write_rights | never_granted;
  if (abi >= 2) attributes.files |= refer_right;
  if (abi >= 3) attributes.files |= truncate_right;
  if (abi >= 4) attributes.network = network ? tcp_bind : tcp_bind | tcp_connect;
  if (abi >= 6) attributes.scoped = abstract_sockets_and_signals;
  const std::size_t fields = abi >= 6 ? 3 : abi >= 4 ? 2 : 1;
  return {attributes, fields * sizeof(std::uint64_t)};
}

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

/// Lowers a limit. One that is lower already stays: a sandbox inside a sandbox may not raise it.
bool set_limit(__rlimit_resource resource, std::uint64_t value) noexcept {
  rlimit limit{};
  if (::getrlimit(resource, &limit) != 0) return false;
  limit.rlim_max = std::min<rlim_t>(limit.rlim_max, value);
  limit.rlim_cur = limit.rlim_max;
  return ::setrlimit(resource, &limit) == 0;
}

}  // namespace

Result<PreparedSandbox> PreparedSandbox::prepare(const Sandbox& sandbox) {
  PreparedSandbox prepared;
  prepared.limits_ = sandbox;
  const long abi =
      ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (abi < 0) {
    if (errno == ENOSYS || errno == EOPNOTSUPP) return prepared;
    return system_error(errno, "landlock");
  }
  const Confinement confinement = confinement_of(abi, sandbox.network);
  prepared.ruleset_ = Fd{static_cast<int>(
      ::syscall(SYS_landlock_create_ruleset, &confinement.attributes, confinement.size, 0))};
  if (!prepared.confined()) return system_error(errno, "landlock rule set");
  const int ruleset = prepared.ruleset_.get();
  const std::uint64_t all = confinement.attributes.files & ~never_granted;
  TRY(allow(ruleset, "/dev/null", LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE));
  for (const auto& path : sandbox.read) TRY(allow(ruleset, path, read_rights));
  for (const auto& path : sandbox.write) TRY(allow(ruleset, path, all));
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
