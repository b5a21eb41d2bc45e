#include "tests/guests/library/faults.h"

namespace imprint::guests {

const std::vector<Fault>& all_faults() {
  static const std::vector<Fault> faults = [] {
    std::vector<Fault> all;
    for (const auto family :
         {system_faults, filesystem_faults, release_faults, boot_faults, driver_faults,
          fstab_faults, shadow_faults, selinux_faults, network_faults, agent_faults,
          platform_faults, seal_faults, windows_faults}) {
      const std::vector<Fault> some = family();
      all.insert(all.end(), some.begin(), some.end());
    }
    return all;
  }();
  return faults;
}

}  // namespace imprint::guests
