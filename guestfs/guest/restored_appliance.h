#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "agent/base/fd.h"
#include "guestfs/guest/appliance.h"

namespace imprint::guest {

/// A saved state that was checked before the sandbox was made (appliance/state_file.h).
struct SavedMachine {
  std::string key;
  std::filesystem::path wrapper;   ///< imprint-appliance-qemu
  std::filesystem::path features;  ///< what libguestfs learned of QEMU; see learn_features()
  Fd memory;
  Fd devices;
};

/// Has libguestfs ask QEMU what it can do and keep the answers below `folder`, which it otherwise
/// does at each start. Errc::unavailable: it learned nothing.
Result<> learn_features(const std::filesystem::path& folder, const std::filesystem::path& appliance,
                        const std::filesystem::path& wrapper);

}  // namespace imprint::guest
