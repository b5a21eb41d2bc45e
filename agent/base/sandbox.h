#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "agent/base/fd.h"
#include "agent/base/result.h"

namespace imprint {

/// What a child process may reach: Landlock for files (the kernel's own access control, no
/// privilege needed; see landlock(7)), resource limits, no_new_privs. Needs no user namespace, so
/// it also works inside a hardened unit.
struct Sandbox {
  std::vector<std::filesystem::path> read;  ///< files or trees that may be read, and executed
  std::vector<std::filesystem::path>
      write;                       ///< files or trees that may also be created, written and removed
  std::uint64_t memory_limit = 0;  ///< RLIMIT_AS in bytes; 0: none
  std::uint64_t cpu_seconds = 0;   ///< RLIMIT_CPU; 0: none
  std::uint64_t open_files = 256;  ///< RLIMIT_NOFILE
  bool network = false;            ///< whether it may connect by TCP, where the kernel can tell
};

/// A Landlock rule set made ready before fork, so that the child needs only async-signal-safe
/// calls.
class PreparedSandbox {
 public:
  /// Paths that do not exist are passed over (a distribution without /lib64 is fine). On a kernel
  /// without Landlock the limits still hold and `confined()` is false. Errc::unavailable: the
  /// kernel refused the rule set.
  static Result<PreparedSandbox> prepare(const Sandbox& sandbox);

  /// Whether files are confined; false only on a kernel without Landlock.
  [[nodiscard]] bool confined() const noexcept { return ruleset_.valid(); }

  /// In the child, between fork and exec. Returns 0 or an errno. Async-signal-safe.
  [[nodiscard]] int enter() const noexcept;

 private:
  Fd ruleset_;
  Sandbox limits_;
};

/// The read-only paths that every program of the system needs: /usr, /lib*, /bin, /etc/ld.so.cache,
/// /dev/null and such.
std::vector<std::filesystem::path> system_read_paths();

}  // namespace imprint
