#include "guestfs/facts/architecture.h"

#include <gtest/gtest.h>

#include "guestfs/guest/memory_fs.h"

namespace imprint::facts {
namespace {

std::string elf(char wide, char order, char low, char high) {
  std::string bytes(64, '\0');
  bytes.replace(0, 4,
                "\x7f"
                "ELF");
  bytes[4] = wide;
  bytes[5] = order;
  bytes[18] = low;
  bytes[19] = high;
  return bytes;
}

TEST(Architecture, IsReadFromTheElfHeader) {
  EXPECT_EQ(elf_architecture(elf(2, 1, 62, 0)), "x86_64");
  EXPECT_EQ(elf_architecture(elf(2, 1, static_cast<char>(183), 0)), "aarch64");
  EXPECT_EQ(elf_architecture(elf(2, 2, 0, 22)), "s390x");
  EXPECT_EQ(elf_architecture(elf(1, 1, 3, 0)), "i686");
}

TEST(Architecture, IsEmptyForWhatIsNoProgram) {
  EXPECT_EQ(elf_architecture(""), "");
  EXPECT_EQ(elf_architecture("\x7f"
                             "ELF"),
            "");
  EXPECT_EQ(elf_architecture(std::string(64, '#')), "");
  EXPECT_EQ(elf_architecture(elf(2, 1, 99, 99)), "");
}

TEST(Architecture, IsThatOfTheFirstProgramThatTells) {
  guest::MemoryFs fs;
  fs.link("/bin", "usr/bin").file("/usr/bin/sh", "#!/bin/busybox\n").link("/sbin/init", "/gone");
  fs.file("/usr/bin/bash", elf(2, 1, 62, 0));
  guest::FollowingFs following{fs};
  EXPECT_EQ(detect_architecture(following), "x86_64");
}

}  // namespace
}  // namespace imprint::facts
