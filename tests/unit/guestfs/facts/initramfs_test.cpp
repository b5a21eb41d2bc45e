#include "guestfs/facts/initramfs.h"

#include <gmock/gmock.h>

#include <random>

#include "guestfs/guest/memory_fs.h"
#include "tests/unit/guestfs/facts/cpio_archives.h"

namespace imprint::facts {
namespace {

using test::ArchiveEntry;
using test::cpio_archive;
using test::cpio_entry;
using test::filtered;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using State = InitramfsFile::State;

constexpr const char* version = "6.1.0-18-amd64";

struct Walked {
  InitramfsFile file;
  InitramfsContent content;
  std::uint64_t bytes_read = 0;
};

Walked walk(const std::string& bytes, const InitramfsBudget& budget = {}) {
  Walked walked;
  const InitramfsSource source{[&](std::uint64_t offset, std::size_t size) -> Result<std::string> {
                                 const std::string piece =
                                     offset < bytes.size() ? bytes.substr(offset, size) : "";
                                 walked.bytes_read += piece.size();
                                 return piece;
                               },
                               bytes.size()};
  walked.file = walk_initramfs(source, budget, walked.content);
  return walked;
}

/// What a real one is made of: the drivers, some of them packed, and what else rules look at.
std::vector<ArchiveEntry> system_entries() {
  const std::string folder = std::string{"usr/lib/modules/"} + version;
  return {{"usr", "", 040755},
          {folder, "", 040755},
          {folder + "/kernel/drivers/block/virtio_blk.ko.xz", std::string(5000, 'x')},
          {folder + "/kernel/drivers/md/dm-mod.ko", std::string(3001, 'y')},
          {folder + "/modules.builtin", "kernel/fs/ext4/ext4.ko\n"},
          {"conf/modules", "virtio_blk\n"},
          {"etc/modprobe.d/no.conf", "blacklist nouveau\n"},
          {"init", "#!/bin/sh\n", 0100755},
          {"bin/sh", "busybox", 0120777}};
}

std::string microcode() {
  return cpio_archive({{"kernel/x86/microcode/GenuineIntel.bin", std::string(70000, 'm')}});
}

void expect_system(const Walked& walked) {
  EXPECT_EQ(walked.file.state, State::whole) << walked.file.why;
  EXPECT_TRUE(walked.content.has_module(version, "virtio_blk"));
  EXPECT_TRUE(walked.content.has_module(version, "dm_mod"));
  EXPECT_FALSE(walked.content.has_module(version, "xfs"));
  EXPECT_FALSE(walked.content.has_module("5.0", "dm_mod"));
  EXPECT_THAT(walked.content.versions, ElementsAre(version));
  EXPECT_EQ(walked.content.texts.at("conf/modules"), "virtio_blk\n");
  EXPECT_TRUE(walked.content.paths.contains("etc/modprobe.d/no.conf"));
}

TEST(Initramfs, IsReadWhateverTheKernelCanUnpack) {
  const std::string archive = cpio_archive(system_entries());
  expect_system(walk(archive));
  expect_system(walk(cpio_archive(system_entries(), "070702")));
  for (const auto& [filter, name] :
       std::vector<std::pair<std::string, std::string>>{{"gzip -9n", "gzip"},
                                                        {"xz --check=crc32", "xz"},
                                                        {"xz --format=lzma", "lzma"},
                                                        {"zstd -q -19", "zstd"},
                                                        {"lz4 -l -q", "lz4"},
                                                        {"bzip2", "bzip2"}}) {
    const std::string packed = filtered(archive, filter);
    const Walked alone = walk(packed);
    expect_system(alone);
    EXPECT_THAT(alone.file.packings, ElementsAre(name));
    EXPECT_TRUE(alone.file.trailer) << name;
    expect_system(walk(microcode() + packed));
    const Walked padded = walk(microcode() + microcode() + packed + std::string(512, '\0'));
    expect_system(padded);
    EXPECT_FALSE(padded.file.junk) << name;
    EXPECT_EQ(padded.file.entries, 11U) << name;
  }
}

TEST(Initramfs, MayBeMadeOfSeveralPackedParts) {
  const std::string drivers = cpio_archive(system_entries());
  const std::string rest = cpio_archive({{"etc/crypttab", "x y none\n"}});
  for (const char* first : {"gzip -n", "xz --check=crc32", "zstd -q", "bzip2"}) {
    const Walked walked = walk(filtered(drivers, first) + filtered(rest, "gzip -n"));
    expect_system(walked);
    EXPECT_TRUE(walked.content.texts.contains("etc/crypttab")) << first;
    EXPECT_THAT(walked.file.packings, testing::SizeIs(2));
  }
  const Walked joined = walk(filtered(drivers, "lz4 -l -q") + filtered(rest, "lz4 -l -q"));
  expect_system(joined);
  EXPECT_TRUE(joined.content.texts.contains("etc/crypttab"));
  const Walked last_plain = walk(filtered(drivers, "zstd -q") + std::string(3, '\0') + rest);
  EXPECT_TRUE(last_plain.file.state == State::whole);
}

TEST(Initramfs, MadeByCpioIsRead) {
  const std::string archive =
      filtered("",
               "d=$(mktemp -d) && cd $d && mkdir -p lib/modules/6.1.0/kernel && "
               "echo x >lib/modules/6.1.0/kernel/virtio-blk.ko.zst && ln -s lib usr && find . | "
               "cpio -o -H newc --quiet; rm -r $d");
  const Walked walked = walk(filtered(archive, "zstd -q"));
  EXPECT_EQ(walked.file.state, State::whole) << walked.file.why;
  EXPECT_TRUE(walked.content.has_module("6.1.0", "virtio_blk"));
}

TEST(Initramfs, ContentsOfPlainArchivesArePassedOver) {
  std::string archive =
      cpio_archive({{"kernel/x86/microcode/AuthenticAMD.bin", std::string(20 << 20, 'm')}});
  const Walked walked = walk(archive + filtered(cpio_archive(system_entries()), "gzip -n"));
  expect_system(walked);
  EXPECT_LT(walked.bytes_read, 1U << 20U);
}

TEST(Initramfs, CutShortIsDamaged) {
  const std::string archive = cpio_archive(system_entries());
  for (const char* filter : {"cat", "gzip -n", "xz --check=crc32", "xz --format=lzma", "zstd -q",
                             "lz4 -l -q", "bzip2"}) {
    const std::string whole = filtered(archive, filter);
    const std::string half = whole.substr(0, whole.size() / 2);
    EXPECT_EQ(walk(half).file.state, State::damaged) << filter;
    EXPECT_EQ(walk(microcode() + half).file.state, State::damaged) << filter;
    EXPECT_THAT(walk(half).file.why, HasSubstr("cut short")) << filter;
  }
}

TEST(Initramfs, WithFlippedBytesIsDamaged) {
  const std::string archive = cpio_archive(system_entries());
  for (const char* filter : {"gzip -n", "xz --check=crc32", "bzip2"}) {
    std::string bytes = filtered(archive, filter);
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x55);
    EXPECT_EQ(walk(bytes).file.state, State::damaged) << filter;
  }
  std::string plain = archive;
  plain[plain.find("070701", 200)] = 'x';
  EXPECT_EQ(walk(plain).file.state, State::damaged);
}

TEST(Initramfs, OfNothingKnownIsDamaged) {
  for (const std::string& bytes :
       {std::string{"#!/bin/sh\n"}, std::string(4096, '\0'),
        std::string{"070707"} + std::string(200, '0'), filtered("#!/bin/sh\necho\n", "gzip -n"),
        filtered(cpio_archive(system_entries()), "lz4 -q")}) {
    const Walked walked = walk(bytes);
    EXPECT_EQ(walked.file.state, State::damaged);
    EXPECT_THAT(walked.file.why, testing::Not(IsEmpty()));
  }
}

TEST(Initramfs, WithJunkBehindItsArchivesIsWhole) {
  const Walked walked = walk(filtered(cpio_archive(system_entries()), "gzip -n") + "junk");
  expect_system(walked);
  EXPECT_TRUE(walked.file.junk);
}

TEST(Initramfs, MayCarryABootConfiguration) {
  const std::string settings = "kernel.quiet\n";
  std::string bytes = filtered(cpio_archive(system_entries()), "gzip -n") + settings;
  bytes += std::string{static_cast<char>(settings.size()), 0, 0, 0, 1, 2, 3, 4} + "#BOOTCONFIG\n";
  const Walked walked = walk(bytes);
  expect_system(walked);
  EXPECT_FALSE(walked.file.junk);
}

TEST(Initramfs, WithoutATrailerIsWhole) {
  std::string bytes;
  for (const ArchiveEntry& entry : system_entries()) bytes += cpio_entry(entry);
  const Walked walked = walk(bytes);
  expect_system(walked);
  EXPECT_FALSE(walked.file.trailer);
}

TEST(Initramfs, ThatHidesAFileSystemIsNotKnown) {
  auto entries = system_entries();
  entries.push_back({"squashfs-root.img", std::string(8192, 's')});
  InitramfsFacts facts;
  facts.files.push_back(walk(filtered(cpio_archive(entries), "gzip -n")).file);
  facts.content = walk(cpio_archive(entries)).content;
  EXPECT_THAT(facts.content.payloads, ElementsAre("squashfs-root.img"));
  EXPECT_FALSE(facts.is_known());
  EXPECT_FALSE(facts.is_damaged());
  EXPECT_THAT(facts.why_unknown(), HasSubstr("squashfs-root.img"));
}

TEST(Initramfs, OfTheKindBeforeInitramfsIsNotKnown) {
  std::string ramdisk(4096, '\0');
  ramdisk.replace(0x438, 2, "\x53\xef");
  ramdisk[0] = 'x';
  EXPECT_EQ(walk(ramdisk).file.state, State::unknown);
  EXPECT_EQ(walk(filtered(std::string{"hsqs"} + std::string(4096, 'x'), "gzip -n")).file.state,
            State::unknown);
}

TEST(Initramfs, PackedWithLzoIsNotKnown) {
  const Walked walked = walk(filtered(cpio_archive(system_entries()), "lzop"));
  EXPECT_EQ(walked.file.state, State::unknown);
  EXPECT_THAT(walked.file.why, HasSubstr("lzo"));
}

TEST(Initramfs, ThatIsABombEndsAtTheBudget) {
  InitramfsBudget budget;
  budget.output = std::uint64_t{16} << 20;
  const std::string bomb = filtered("", "head -c 200M /dev/zero | gzip -n");
  EXPECT_EQ(walk(bomb, budget).file.state, State::unknown);
  const std::string one_file = filtered(cpio_entry({"big", "", 0100644}).replace(54, 8, "FFFFFFFF"),
                                        "(cat; head -c 200M /dev/zero) | zstd -q");
  EXPECT_EQ(walk(one_file, budget).file.state, State::unknown);
  std::string many;
  for (int i = 0; i < 2000; ++i) many += cpio_entry({"a" + std::to_string(i), ""});
  budget.entries = 1000;
  EXPECT_EQ(walk(many, budget).file.state, State::unknown);
  EXPECT_EQ(walk(filtered(many, "gzip -n"), budget).file.state, State::unknown);
  budget = {};
  budget.input = 1024;
  EXPECT_EQ(walk(std::string(64 << 20, '\0'), budget).file.state, State::unknown);
}

TEST(Initramfs, OfAnyBytesEnds) {
  std::mt19937 random{7};
  const std::string archive = cpio_archive(system_entries());
  std::vector<std::string> seeds{archive, microcode().substr(0, 400) + archive};
  for (const char* filter :
       {"gzip -n", "xz --check=crc32", "xz --format=lzma", "zstd -q", "lz4 -l -q", "bzip2"})
    seeds.push_back(filtered(archive, filter));
  InitramfsBudget budget;
  budget.output = 1 << 20;
  for (const std::string& seed : seeds) {
    for (int round = 0; round < 150; ++round) {
      std::string bytes = seed;
      for (int i = 0; i <= round % 5; ++i)
        bytes[random() % bytes.size()] = static_cast<char>(random());
      bytes.resize(random() % (bytes.size() + 1));
      walk(bytes, budget);
    }
  }
  for (int round = 0; round < 200; ++round) {
    std::string bytes(random() % 5000, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    walk(bytes, budget);
  }
}

TEST(Initramfs, WhoseFileCannotBeReadIsNotKnown) {
  InitramfsContent content;
  const InitramfsSource source{[](std::uint64_t, std::size_t) -> Result<std::string> {
                                 return make_error(Errc::corrupt, "bad sector");
                               },
                               100};
  const InitramfsFile file = walk_initramfs(source, {}, content);
  EXPECT_EQ(file.state, State::unknown);
  EXPECT_THAT(file.why, HasSubstr("bad sector"));
}

TEST(Initramfs, FilesOfTheDefaultEntryAreReadThroughLinks) {
  guest::MemoryFs fs;
  fs.file("/boot/initrd.img-6.1", filtered(cpio_archive(system_entries()), "gzip -n"))
      .file("/boot/ucode.img", microcode())
      .link("/initrd.img", "boot/initrd.img-6.1");
  Boot boot;
  BootEntry entry;
  entry.kernel = BootFile{"/vmlinuz", {}, guest::Match::found, "/vmlinuz", 10, {}};
  entry.initrds = {BootFile{"/u", {}, guest::Match::found, "/boot/ucode.img", 10, {}},
                   BootFile{"/initrd.img",
                            {"/boot/grub/grub.cfg", 7, {}},
                            guest::Match::found,
                            "/initrd.img",
                            10,
                            {}},
                   BootFile{"/gone", {}, guest::Match::absent, "", 0, {}}};
  boot.entries.push_back(entry);
  boot.default_entry = 0;
  guest::FollowingFs following{fs};
  const InitramfsFacts facts = read_initramfs(following, boot);
  ASSERT_EQ(facts.files.size(), 2U);
  EXPECT_EQ(facts.files[1].place.line, 7);
  EXPECT_TRUE(facts.is_known());
  EXPECT_TRUE(facts.content.has_module(version, "virtio_blk"));
}

TEST(ModuleName, IsTheFileNameWithoutItsSuffixes) {
  EXPECT_EQ(module_name("kernel/drivers/md/dm-mod.ko.zst"), "dm_mod");
  EXPECT_EQ(module_name("virtio_blk.ko"), "virtio_blk");
  EXPECT_EQ(module_name("a/b.ko.gz"), "b");
  EXPECT_EQ(module_name("a/b.ko.bak"), "");
  EXPECT_EQ(module_name(".ko"), "");
  EXPECT_EQ(module_name(""), "");
}

}  // namespace
}  // namespace imprint::facts
