#include "guestfs/facts/source_file.h"

#include <gtest/gtest.h>

#include "guestfs/guest/memory_fs.h"

namespace imprint::facts {
namespace {

using State = SourceFile::State;

SourceFile read(guest::MemoryFs& fs, std::string_view path) {
  guest::FollowingFs following{fs};
  return read_source(following, path);
}

TEST(SourceFile, IsReadThroughItsLinks) {
  guest::MemoryFs fs;
  fs.file("/usr/lib/os-release", "ID=debian\n").link("/etc/os-release", "../usr/lib/os-release");
  const SourceFile file = read(fs, "/etc/os-release");
  EXPECT_EQ(file.state, State::read);
  EXPECT_TRUE(file.is_link);
  EXPECT_EQ(file.found, "/usr/lib/os-release");
  EXPECT_EQ(file.text, "ID=debian\n");
}

TEST(SourceFile, TellsAbsentFromDanglingAndLoop) {
  guest::MemoryFs fs;
  fs.folder("/etc").link("/etc/a", "/nowhere").link("/etc/b", "c").link("/etc/c", "b");
  EXPECT_EQ(read(fs, "/etc/x").state, State::absent);
  EXPECT_EQ(read(fs, "/none/x").state, State::absent);
  EXPECT_EQ(read(fs, "/etc/a").state, State::dangling);
  EXPECT_EQ(read(fs, "/etc/b").state, State::dangling);
  EXPECT_EQ(describe_state(read(fs, "/etc/a")),
            "'/etc/a' is a link to '/nowhere', which leads nowhere");
}

TEST(SourceFile, NeverOpensAFifoOrAFolder) {
  guest::MemoryFs fs;
  fs.special("/etc/fstab", guest::FileType::fifo).folder("/etc/shadow");
  EXPECT_EQ(read(fs, "/etc/fstab").state, State::wrong_type);
  EXPECT_EQ(describe_state(read(fs, "/etc/shadow")), "'/etc/shadow' is a folder, not a file");
}

TEST(SourceFile, IsUnreadableWhereTheApplianceDied) {
  guest::MemoryFs fs;
  fs.file("/etc/fstab", "x").fail_with(make_error(Errc::unavailable, "the appliance died"));
  const SourceFile file = read(fs, "/etc/fstab");
  EXPECT_EQ(file.state, State::unreadable);
  EXPECT_EQ(file.why, "the appliance died");
}

}  // namespace
}  // namespace imprint::facts
