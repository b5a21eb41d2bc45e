#pragma once

#include <filesystem>
#include <string>

#include "agent/base/result.h"

namespace imprint::appliance {

/// The files that a state is made of, beside the programs of the host.
struct StateParts {
  std::filesystem::path init;     ///< imprint-appliance-init
  std::filesystem::path wrapper;  ///< imprint-appliance-qemu
  std::filesystem::path daemon;   ///< libguestfs's daemon.tar.gz
  std::filesystem::path kernel;
  std::filesystem::path modules;  ///< /lib/modules/VERSION
  bool kvm = false;
};

/// The name of the one state that fits: a digest of everything that must be the same, or at least
/// as new: our version and format, the machine's devices, QEMU, kernel, modules, guestfsd, init,
/// the host's libraries; under KVM also the host's CPU and kernel, whose registers the state holds.
/// Files count by path, size, time and inode. Errc::not_found: one of the files is missing.
Result<std::string> state_key(const StateParts& parts);

}  // namespace imprint::appliance
