#include "plugins/libvirt/power_state.h"

#include <gtest/gtest.h>
#include <libvirt/libvirt.h>

namespace imprint::libvirt {
namespace {

TEST(PowerOf, SaysStoppedOnlyWhenQemuIsGone) {
  for (int state = 0; state <= VIR_DOMAIN_PMSUSPENDED; ++state)
    EXPECT_EQ(power_of(state, 0).state == PowerState::stopped, state == VIR_DOMAIN_SHUTOFF)
        << state;
}

TEST(PowerOf, NamesAPanic) {
  EXPECT_EQ(power_of(VIR_DOMAIN_CRASHED, VIR_DOMAIN_CRASHED_PANICKED).reason, "panicked");
  EXPECT_EQ(power_of(VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_CRASHED).state, PowerState::crashed);
  EXPECT_EQ(power_of(VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_CRASHED).reason, "crashed");
}

TEST(PowerOf, NamesAnIoError) {
  EXPECT_EQ(power_of(VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_IOERROR).reason, "I/O error");
}

TEST(PowerOf, IsUnknownForAStateOfALaterVersion) {
  EXPECT_EQ(power_of(99, 0).state, PowerState::unknown);
  EXPECT_EQ(power_of_event(99, 0).state, PowerState::unknown);
}

TEST(PowerOfEvent, SaysNothingOfEventsThatAreNotAboutPower) {
  EXPECT_EQ(power_of_event(VIR_DOMAIN_EVENT_DEFINED, 0).state, PowerState::unknown);
  EXPECT_EQ(power_of_event(VIR_DOMAIN_EVENT_UNDEFINED, 0).state, PowerState::unknown);
  EXPECT_EQ(power_of_event(VIR_DOMAIN_EVENT_CRASHED, VIR_DOMAIN_EVENT_CRASHED_PANICKED).reason,
            "panicked");
}

}  // namespace
}  // namespace imprint::libvirt
