#pragma once
// The table of faults: each is planted into a healthy guest, and exactly its rule may fire.

#include <string>
#include <string_view>
#include <vector>

#include "agent/model/report.h"
#include "tests/guests/library/guests.h"

namespace imprint::guests {

struct Fault {
  std::string_view rule;   ///< the one that fires
  std::string_view guest;  ///< the healthy guest that it is planted in
  std::string_view name;   ///< what was done, in a few words; no two of a rule are alike
  Severity severity;
  void (*plant)(Guest&);
  // Where the finding points to; empty and 0: not looked at.
  std::string_view path = {};
  int line = 0;
  std::string_view profile = "generic";  ///< that it is judged by
  std::string_view also = {};            ///< a rule for which the same thing is a fault of its own
};

/// All of them, family by family. Constant.
const std::vector<Fault>& all_faults();

// Each family's own, one file each.
std::vector<Fault> boot_faults();
std::vector<Fault> boot_config_faults();
std::vector<Fault> driver_faults();
std::vector<Fault> fstab_faults();
std::vector<Fault> shadow_faults();
std::vector<Fault> release_faults();
std::vector<Fault> selinux_faults();
std::vector<Fault> system_faults();
std::vector<Fault> filesystem_faults();
std::vector<Fault> seal_faults();
std::vector<Fault> windows_faults();
std::vector<Fault> network_faults();
std::vector<Fault> agent_faults();
std::vector<Fault> platform_faults();

}  // namespace imprint::guests
