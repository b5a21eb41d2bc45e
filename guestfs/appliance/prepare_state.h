#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "agent/base/result.h"
#include "guestfs/appliance/state_file.h"

namespace imprint::appliance {

struct StateSettings {
  std::filesystem::path cache_folder;
  /// A second one that is only read: where the packages' installation puts its state.
  std::filesystem::path system_cache = "/var/cache/imprint";
  std::filesystem::path kernel;    ///< the appliance's, with its modules in /lib/modules
  std::filesystem::path daemon;    ///< libguestfs's daemon.tar.gz
  std::filesystem::path programs;  ///< folder of imprint-appliance-init and -qemu
  std::filesystem::path worker;    ///< imprint-inspect
  bool kvm = false;
};

struct PreparedState {
  std::string key;
  std::filesystem::path folder;   ///< what libguestfs learned of QEMU lies there
  std::filesystem::path wrapper;  ///< imprint-appliance-qemu
  LoadedState state;
};

/// The checked state of the appliance, made first if none fits. Callers at the same time, in any
/// process, wait for one build; it appears by rename. States of other versions are removed. A
/// damaged one is made again; one that another user owns is left alone (denied). A build that
/// failed is not tried again for an hour: its reason is told (unavailable). exhausted: less than
/// 800 MB are free. Others of the files. Takes tens of milliseconds, or a dozen seconds when it is
/// made.
Result<PreparedState> prepare_state(const StateSettings& settings);

/// The state that prepare_state() would find; none: it would have to make one. Makes nothing.
/// Errors as there.
Result<std::optional<PreparedState>> find_state(const StateSettings& settings);

}  // namespace imprint::appliance
