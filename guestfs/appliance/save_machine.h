#pragma once

#include <filesystem>
#include <string>

#include "agent/base/result.h"

namespace imprint::appliance {

struct MachineToSave {
  bool kvm = false;
  std::filesystem::path kernel;
  std::filesystem::path initramfs;
  std::filesystem::path
      work_folder;  ///< writable; the memory's file and the console are left there
  std::string key;
};

/// Boots the appliance without any disk until it waits for them, and writes its state
/// (state_file.h). Blocks for ten seconds or so under TCG. Errc::unavailable: it does not come up,
/// with the end of its console.
Result<> save_machine(const MachineToSave& wanted, const std::filesystem::path& target);

}  // namespace imprint::appliance
