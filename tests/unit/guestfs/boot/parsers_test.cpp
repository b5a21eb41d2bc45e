#include <gtest/gtest.h>

#include "guestfs/facts/extlinux.h"
#include "guestfs/facts/grub_legacy.h"
#include "guestfs/facts/grubenv.h"
#include "guestfs/facts/kernel_image.h"
#include "guestfs/facts/unified_kernel.h"
#include "tests/guests/library/guests.h"

namespace imprint::facts {
namespace {

TEST(Grubenv, ReadsASoundBlock) {
  const GrubEnvironment block = parse_grubenv(guests::grubenv("a=b=c\nd=e\\\\f\n"));
  EXPECT_EQ(block.fault, "");
  EXPECT_EQ(block.variables.at("a"), "b=c");
  EXPECT_EQ(block.variables.at("d"), "e\\f");
}

TEST(Grubenv, TellsWhatIsWrong) {
  EXPECT_FALSE(parse_grubenv("").loadable);
  EXPECT_FALSE(parse_grubenv("saved_entry=0\n").loadable);
  const GrubEnvironment shorter = parse_grubenv("# GRUB Environment Block\nsaved_entry=0\n");
  EXPECT_TRUE(shorter.loadable);
  EXPECT_NE(shorter.fault, "");
  EXPECT_EQ(shorter.variables.at("saved_entry"), "0");
  std::string ends_in_line_feed = guests::grubenv("");
  ends_in_line_feed.back() = '\n';
  EXPECT_NE(parse_grubenv(ends_in_line_feed).fault, "");
}

TEST(GrubLegacy, ReadsSettingsAndEntries) {
  const GrubLegacyMenu menu = parse_grub_legacy(
      "default=1\ntimeout 5\r\n# no\ntitle A b\n root (hd0,0)\n kernel /k \\\n a=b\ntitle B\nbogus "
      "x\n",
      "/m");
  ASSERT_EQ(menu.entries.size(), 2U);
  EXPECT_EQ(menu.setting("default")->argument, "1");
  EXPECT_EQ(menu.setting("timeout")->argument, "5");
  EXPECT_EQ(menu.entries[0].title, "A b");
  EXPECT_EQ(menu.entries[0].lines[1].argument, "/k  a=b");
  EXPECT_EQ(menu.entries[0].lines[1].place.line, 6);
  EXPECT_EQ(menu.entries[1].place.line, 8);
  EXPECT_FALSE(menu.entries[1].lines[0].known);
}

TEST(Extlinux, ReadsLabels) {
  ExtlinuxMenu menu;
  parse_extlinux(
      "default a\nAPPEND all\nMENU INCLUDE more.conf\nlabel a\n menu label ^One\n kernel k\n "
      "initrd i,j\n"
      "label b\n text help\n kernel no\n endtext\n linux l\n append initrd=x root=y\nlabel c\n "
      "localboot 0\n",
      "/x", menu);
  ASSERT_EQ(menu.labels.size(), 3U);
  EXPECT_EQ(menu.default_label->text, "a");
  EXPECT_EQ(menu.labels[0].title, "One");
  EXPECT_EQ(menu.labels[0].initrds.size(), 2U);
  EXPECT_EQ(menu.labels[1].kernel->text, "l");
  EXPECT_EQ(menu.labels[1].kernel->place.line, 12);
  EXPECT_TRUE(menu.labels[2].hands_over);
  EXPECT_EQ(menu.includes.size(), 1U);
}

TEST(Extlinux, KeepsNamesWithBlanksWhole) {
  ExtlinuxMenu menu;
  parse_extlinux("default Fedora 20 (b)\nlabel Fedora 19 (a)\nlabel Fedora 20 (b)\n", "/x", menu);
  EXPECT_EQ(menu.default_label->text, "Fedora 20 (b)");
  EXPECT_EQ(menu.labels[1].name, "Fedora 20 (b)");
}

Result<UnifiedKernel> read_image(const std::string& bytes) {
  guest::MemoryFs fs;
  fs.file("/x.efi", bytes);
  guest::FollowingFs following{fs};
  return read_pe(following, guest::GuestPath::parse("/x.efi").value());
}

TEST(UnifiedKernel, ReadsItsSections) {
  const auto image =
      read_image(guests::pe_image({{".cmdline", std::string{"root=x\n\0", 8}}, {".linux", "k"}}));
  ASSERT_TRUE(image);
  EXPECT_EQ(image->cmdline, "root=x");
  EXPECT_TRUE(image->has(".linux"));
  EXPECT_FALSE(image->has(".initrd"));
}

TEST(UnifiedKernel, TakesTheFirstProfile) {
  const auto image = read_image(guests::pe_image({{".cmdline", "base"},
                                                  {".linux", "k"},
                                                  {".profile", "ID=main"},
                                                  {".cmdline", "first"},
                                                  {".profile", "ID=reset"},
                                                  {".cmdline", "second"}}));
  ASSERT_TRUE(image);
  EXPECT_EQ(image->cmdline, "first");
}

TEST(UnifiedKernel, RefusesWhatLies) {
  EXPECT_FALSE(read_image(""));
  EXPECT_FALSE(read_image("MZ"));
  std::string image = guests::pe_image({{".cmdline", "root=x"}});
  EXPECT_FALSE(read_image(image.substr(0, image.size() - 1)));
  std::string many = image;
  many[0x86] = '\xff';
  many[0x87] = '\xff';
  EXPECT_FALSE(read_image(many));
  std::string far = image;
  far[0x3f] = '\x7f';
  EXPECT_FALSE(read_image(far));
}

TEST(KernelImage, TellsItsVersion) {
  guest::MemoryFs fs;
  fs.file("/k", guests::kernel_image("6.1.0-18-amd64 (debian-kernel@lists.debian.org)"));
  guest::FollowingFs following{fs};
  const auto image = read_kernel_image(following, guest::GuestPath::parse("/k").value());
  ASSERT_TRUE(image);
  EXPECT_EQ(image->version, "6.1.0-18-amd64");
  EXPECT_EQ(image->fault, "");
}

}  // namespace
}  // namespace imprint::facts
