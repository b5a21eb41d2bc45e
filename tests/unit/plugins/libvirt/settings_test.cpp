#include "plugins/libvirt/settings.h"

#include <gtest/gtest.h>

namespace imprint::libvirt {
namespace {

TEST(LibvirtSettings, HasDefaultsForAll) {
  const auto settings = parse_settings({});
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->uri, "qemu:///system");
  EXPECT_EQ(settings->accelerator, AcceleratorChoice::automatic);
}

TEST(LibvirtSettings, ReadsEachKey) {
  const auto settings = parse_settings({{"uri", "test:///default"},
                                        {"accelerator", "kvm"},
                                        {"emulator", "/usr/bin/qemu"},
                                        {"uefi_code", "/a"},
                                        {"uefi_variables", "/b"},
                                        {"state_folder", "/c"}});
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(settings->uri, "test:///default");
  EXPECT_EQ(settings->accelerator, AcceleratorChoice::kvm);
  EXPECT_EQ(settings->emulator, "/usr/bin/qemu");
  EXPECT_EQ(settings->uefi_variables, "/b");
  EXPECT_EQ(settings->state_folder, "/c");
}

TEST(LibvirtSettings, RefusesWhatItDoesNotKnow) {
  for (const PluginSettings& wrong :
       {PluginSettings{{"url", "x"}}, PluginSettings{{"accelerator", "fast"}},
        PluginSettings{{"uri", ""}}, PluginSettings{{"emulator", "qemu"}}}) {
    const auto settings = parse_settings(wrong);
    ASSERT_FALSE(settings) << wrong.begin()->first;
    EXPECT_EQ(settings.error().code, Errc::invalid);
    EXPECT_NE(settings.error().message.find(wrong.begin()->first), std::string::npos);
  }
}

}  // namespace
}  // namespace imprint::libvirt
