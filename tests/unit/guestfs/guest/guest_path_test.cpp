#include "guestfs/guest/guest_path.h"

#include <gtest/gtest.h>

namespace imprint::guest {
namespace {

std::string canonical(std::string_view text) {
  const auto path = GuestPath::parse(text);
  return path ? path->str() : "error: " + path.error().message;
}

TEST(GuestPath, IsCanonical) {
  EXPECT_EQ(canonical("/"), "/");
  EXPECT_EQ(canonical("//etc//./fstab/"), "/etc/fstab");
  EXPECT_EQ(canonical("/etc/../boot"), "/boot");
}

TEST(GuestPath, StaysBelowTheRoot) {
  EXPECT_EQ(canonical("/../../etc/shadow"), "/etc/shadow");
  EXPECT_EQ(canonical("/a/../../.."), "/");
  EXPECT_EQ((GuestPath{} / "../../x").str(), "/x");
}

TEST(GuestPath, RefusesWhatIsNoPath) {
  for (const std::string& text :
       {std::string{}, std::string{"etc"}, std::string{"/a\0b", 4}, "/" + std::string(5000, 'x')}) {
    const auto path = GuestPath::parse(text);
    ASSERT_FALSE(path);
    EXPECT_EQ(path.error().code, Errc::invalid);
  }
}

TEST(GuestPath, HasParentNameAndComponents) {
  const GuestPath path = GuestPath{} / "boot/grub/grub.cfg";
  EXPECT_EQ(path.parent().str(), "/boot/grub");
  EXPECT_EQ(path.name(), "grub.cfg");
  EXPECT_EQ(path.components(), (std::vector<std::string_view>{"boot", "grub", "grub.cfg"}));
  EXPECT_EQ(GuestPath{}.parent().str(), "/");
  const GuestPath root;
  EXPECT_EQ(root.name(), "");
  EXPECT_TRUE(root.components().empty());
}

TEST(GuestPath, KnowsWhatIsBelowIt) {
  const GuestPath boot = GuestPath{} / "boot";
  EXPECT_TRUE((boot / "grub").is_below(boot));
  EXPECT_TRUE(boot.is_below(boot));
  EXPECT_TRUE(boot.is_below(GuestPath{}));
  EXPECT_FALSE((GuestPath{} / "bootx").is_below(boot));
}

}  // namespace
}  // namespace imprint::guest
