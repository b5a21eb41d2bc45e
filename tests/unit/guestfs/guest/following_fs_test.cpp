#include <gtest/gtest.h>

#include "guestfs/guest/memory_fs.h"

namespace imprint::guest {
namespace {

GuestPath at(std::string_view text) {
  return GuestPath::parse(text).value();
}

std::string resolved(MemoryFs& fs, std::string_view path) {
  const auto found = FollowingFs{fs}.resolve(at(path));
  return found ? found->str() : std::string{to_string(found.error().code)};
}

TEST(FollowingFs, FollowsLinksInEveryComponent) {
  MemoryFs fs;
  fs.file("/usr/lib/os-release", "ID=debian\n")
      .link("/etc/os-release", "../usr/lib/os-release")
      .link("/lib", "usr/lib");
  EXPECT_EQ(resolved(fs, "/etc/os-release"), "/usr/lib/os-release");
  EXPECT_EQ(resolved(fs, "/lib/os-release"), "/usr/lib/os-release");
  const auto file = FollowingFs{fs}.read_text(at("/etc/os-release"));
  ASSERT_TRUE(file);
  EXPECT_EQ(file->text, "ID=debian\n");
  EXPECT_EQ(file->asked.str(), "/etc/os-release");
  EXPECT_EQ(file->found.str(), "/usr/lib/os-release");
}

TEST(FollowingFs, KeepsAbsoluteAndClimbingLinksInsideTheRoot) {
  MemoryFs fs;
  fs.file("/etc/passwd", "guest")
      .link("/abs", "/etc/passwd")
      .link("/a/b/climb", "../../../../../../etc/passwd");
  EXPECT_EQ(resolved(fs, "/abs"), "/etc/passwd");
  EXPECT_EQ(resolved(fs, "/a/b/climb"), "/etc/passwd");
}

TEST(FollowingFs, TakesTheParentOfTheTargetNotOfTheLink) {
  MemoryFs fs;
  fs.file("/data/x", "right").file("/x", "wrong").folder("/data/deep").link("/link", "/data/deep");
  fs.link("/probe", "link/../x");
  EXPECT_EQ(resolved(fs, "/probe"), "/data/x");
}

TEST(FollowingFs, GivesUpOnLoopsAndLongChains) {
  MemoryFs fs;
  fs.link("/a", "b").link("/b", "a").link("/self", "self/x").file("/end", "");
  EXPECT_EQ(resolved(fs, "/a"), "invalid");
  EXPECT_EQ(resolved(fs, "/self"), "invalid");
  for (int i = 0; i < 41; ++i)
    fs.link("/chain" + std::to_string(i), i == 40 ? "end" : "chain" + std::to_string(i + 1));
  EXPECT_EQ(resolved(fs, "/chain1"), "/end");
  EXPECT_EQ(resolved(fs, "/chain0"), "invalid");
}

TEST(FollowingFs, TellsDanglingLinksFromFilesUsedAsFolders) {
  MemoryFs fs;
  fs.link("/gone", "nowhere").file("/file", "x").link("/empty", "");
  EXPECT_EQ(resolved(fs, "/gone"), "not_found");
  EXPECT_EQ(resolved(fs, "/file/x"), "not_found");
  EXPECT_EQ(resolved(fs, "/empty"), "not_found");
  EXPECT_FALSE(FollowingFs{fs}.exists(at("/gone")).value());
  EXPECT_TRUE(FollowingFs{fs}.exists(at("/file")).value());
}

TEST(FollowingFs, ReadsOnlyRegularFiles) {
  MemoryFs fs;
  fs.special("/fifo", FileType::fifo).special("/disk", FileType::block_device).folder("/folder");
  for (const char* path : {"/fifo", "/disk", "/folder"}) {
    const auto file = FollowingFs{fs}.read_text(at(path));
    ASSERT_FALSE(file);
    EXPECT_EQ(file.error().code, Errc::invalid);
  }
}

TEST(FollowingFs, SaysWhenATextWasCut) {
  MemoryFs fs;
  fs.file("/long", "0123456789").file("/huge", "x").claimed_size("/huge", std::uint64_t{1} << 40);
  const auto cut = FollowingFs{fs}.read_text(at("/long"), 4);
  ASSERT_TRUE(cut);
  EXPECT_EQ(cut->text, "0123");
  EXPECT_TRUE(cut->cut);
  EXPECT_FALSE(FollowingFs{fs}.read_text(at("/long"), 10)->cut);
  EXPECT_TRUE(FollowingFs{fs}.read_text(at("/huge"))->cut);
}

TEST(FollowingFs, PassesOnThatTheApplianceDied) {
  MemoryFs fs;
  fs.file("/x", "").fail_with(make_error(Errc::unavailable, "appliance died"));
  const auto exists = FollowingFs{fs}.exists(at("/x"));
  ASSERT_FALSE(exists);
  EXPECT_EQ(exists.error().code, Errc::unavailable);
}

TEST(MemoryFs, NeverFollowsALink) {
  MemoryFs fs;
  fs.file("/usr/bin/sh", "").link("/bin", "usr/bin");
  EXPECT_EQ(fs.stat(at("/bin/sh")).error().code, Errc::not_found);
  EXPECT_EQ(fs.list(at("/bin")).error().code, Errc::invalid);
  EXPECT_EQ(fs.read(at("/bin"), 10).error().code, Errc::invalid);
  EXPECT_EQ(fs.read_link(at("/bin")).value(), "usr/bin");
}

TEST(MemoryFs, ListsOneLevelSorted) {
  MemoryFs fs;
  fs.file("/etc/b", "").file("/etc/a/deep", "").link("/etc/c", "b").file("/etcetera", "");
  const auto entries = fs.list(at("/etc"));
  ASSERT_TRUE(entries);
  ASSERT_EQ(entries->size(), 3U);
  EXPECT_EQ((*entries)[0].name, "a");
  EXPECT_EQ((*entries)[0].type, FileType::folder);
  EXPECT_EQ((*entries)[1].name, "b");
  EXPECT_EQ((*entries)[2].type, FileType::link);
}

TEST(MemoryFs, ReadsRangesAndKeepsAttributes) {
  MemoryFs fs;
  fs.file("/x", "0123456789").attributes("/x", "i").xattr("/x", "security.selinux", "label");
  fs.owner("/x", 1, 2).modified("/x", 7);
  EXPECT_EQ(fs.read_range(at("/x"), 8, 10).value(), "89");
  EXPECT_EQ(fs.read_range(at("/x"), 80, 10).value(), "");
  EXPECT_EQ(fs.attributes(at("/x")).value(), "i");
  EXPECT_EQ(fs.xattr(at("/x"), "security.selinux").value(), "label");
  EXPECT_EQ(fs.xattr(at("/x"), "user.none").value(), std::nullopt);
  EXPECT_EQ(fs.stat(at("/x"))->gid, 2U);
  fs.remove("/x");
  EXPECT_EQ(fs.stat(at("/x")).error().code, Errc::not_found);
}

}  // namespace
}  // namespace imprint::guest
