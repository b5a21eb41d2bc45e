#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

#include "agent/base/result.h"

namespace imprint {

/// How QEMU runs a guest's instructions on this host.
struct Accelerator {
  std::string name;  ///< "kvm" or "tcg"
  std::string why;   ///< for people: why not KVM, or how it was found to work
};

/// Whether a guest kernel really runs under KVM here; otherwise TCG. That /dev/kvm opens says
/// little: where the host is itself a virtual machine, guests may hang at their first instruction.
/// So a kernel is booted once without a root file system, which ends in its panic within a second
/// or two; silence until `time_limit` means TCG.
///
/// `kernel`: a readable Linux kernel image that prints on the serial console. `cache_folder` keeps
/// the answer until the host reboots or its kernel image or QEMU changes; it is made if missing.
/// Errc::not_found: no QEMU or no such kernel. A cache that cannot be written only costs the next
/// caller a new probe. Blocks up to `time_limit`. Thread-safe.
Result<Accelerator> probe_accelerator(const std::filesystem::path& kernel,
                                      const std::filesystem::path& cache_folder,
                                      std::chrono::seconds time_limit = std::chrono::seconds{10});

/// The answer that probe_accelerator() would give without booting anything; none: it is not known
/// yet. Errc::not_found as there.
Result<std::optional<Accelerator>> known_accelerator(const std::filesystem::path& kernel,
                                                     const std::filesystem::path& cache_folder);

/// A kernel image of the host under /boot that this process can read, the newest by name; prefers
/// one for cloud machines. Errc::not_found if there is none.
Result<std::filesystem::path> find_host_kernel();

}  // namespace imprint
