#include <chrono>

#include "guestfs/container/limits.h"
#include "tests/unit/guestfs/container/images.h"

namespace imprint::container::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(Qcow2Tables, RefusesAFileCutAnywhereBehindTheHeader) {
  const Image image = sound_qcow2();
  for (const std::size_t size : {cluster, cluster + 8, l1_at, l1_at + 8, l2_at, l2_at + 8, data_at,
                                 data_at + 1, 6 * cluster - 1}) {
    Image cut = image;
    cut.resize(size);
    EXPECT_THAT(answers(judged(cut)), ElementsAre("disk.truncated:error")) << size;
  }
}

TEST(Qcow2Tables, SaysWhichGuestByteIsMissing) {
  Image image = sound_qcow2();
  put_big<std::uint64_t>(image, l2_at + 8, 100 * cluster);
  EXPECT_THAT(
      message_of(judged(image), "disk.truncated"),
      HasSubstr("guest byte 65536: its cluster covers bytes 6553600 to 6619136, but the file "
                "has 393216 bytes"));
}

TEST(Qcow2Tables, CountsFaultsInsteadOfListingThem) {
  Image image = sound_qcow2();
  for (std::size_t i = 1; i < 8192; ++i)
    put_big<std::uint64_t>(image, l2_at + 8 * i, 100 * cluster);
  const auto report = judged(image);
  EXPECT_THAT(answers(report), ElementsAre("disk.truncated:error"));
  EXPECT_THAT(message_of(report, "disk.truncated"), HasSubstr("(and 8190 more)"));
}

TEST(Qcow2Tables, LetsTheLastClusterOfTheDiskBeCut) {
  Image image = sound_qcow2();
  put_big<std::uint64_t>(image, 24, 512);
  image.resize(data_at + 512);
  EXPECT_THAT(answers(judged(image)), IsEmpty());
}

TEST(Qcow2Tables, FindsACompressedClusterBehindTheEndOrOverATable) {
  Image image = sound_qcow2();
  const std::uint64_t sectors = std::uint64_t{3} << 54;
  const std::uint64_t flag = std::uint64_t{1} << 62;
  put_big<std::uint64_t>(image, l2_at, data_at);  // not written in place, so it may be shared
  put_big<std::uint64_t>(image, l2_at + 8, flag | sectors | (data_at + 1024));
  EXPECT_THAT(answers(judged(image)), IsEmpty());
  put_big<std::uint64_t>(image, l2_at + 8, flag | sectors | (6 * cluster - 100));
  EXPECT_THAT(message_of(judged(image), "disk.truncated"), HasSubstr("compressed"));
  put_big<std::uint64_t>(image, l2_at + 8, flag | (l2_at + 512));
  EXPECT_THAT(message_of(judged(image), "disk.qcow2-corrupt-or-dirty"),
              HasSubstr("lies over a table"));
}

/// The first entry of the L2 table with 32 subclusters, and their bitmap.
std::vector<std::string> answers_with_subclusters(std::uint64_t place, std::uint64_t bitmap) {
  constexpr std::size_t virtual_size_at = 24;
  constexpr std::size_t features_at = 72;
  Image image = sound_qcow2();
  put_big<std::uint64_t>(image, virtual_size_at, 4 * cluster);
  put_big<std::uint64_t>(image, features_at, 16);
  put_big<std::uint64_t>(image, l2_at, place);
  put_big<std::uint64_t>(image, l2_at + 8, bitmap);
  return answers(judged(image));
}

TEST(Qcow2Tables, RefusesBitmapsOfSubclustersThatQemuDoesNotRead) {
  const char* const feature = "disk.qcow2-unknown-features:warning";
  const char* const corrupt = "disk.qcow2-corrupt-or-dirty:error";
  EXPECT_THAT(answers_with_subclusters(data_at, 0x00000002'00000001), ElementsAre(feature));
  EXPECT_THAT(answers_with_subclusters(data_at, 0x00000001'00000001), Contains(corrupt));
  EXPECT_THAT(answers_with_subclusters(0, 0x00000000'00000001), Contains(corrupt));
  EXPECT_THAT(answers_with_subclusters(0, 0x00000001'00000000), Not(Contains(corrupt)));
}

TEST(Qcow2Tables, RefusesEntriesThatPointInsideAClusterAndSharedTables) {
  Image image = sound_qcow2();
  put_big<std::uint64_t>(image, l2_at + 8, data_at + 512);
  EXPECT_THAT(answers(judged(image)), ElementsAre("disk.qcow2-corrupt-or-dirty:error"));
  image = sound_qcow2();
  put_big<std::uint64_t>(image, l1_at + 8, l2_at);
  EXPECT_THAT(message_of(judged(image), "disk.qcow2-corrupt-or-dirty"),
              HasSubstr("share the L2 table at byte 262144"));
}

TEST(Qcow2Tables, RefusesTablesAndDataThatLieOverTables) {
  // Byte 0 is "not there" in both tables, so the header itself cannot be named.
  for (const std::uint64_t table :
       {std::uint64_t{cluster}, 2 * std::uint64_t{cluster}, std::uint64_t{l1_at}}) {
    Image image = sound_qcow2();
    put_big<std::uint64_t>(image, l1_at + 8, table);
    EXPECT_THAT(message_of(judged(image), "disk.qcow2-corrupt-or-dirty"),
                HasSubstr("L1 entry 1: its L2 table"))
        << table;
    image = sound_qcow2();
    put_big<std::uint64_t>(image, l2_at + 8, table);
    EXPECT_THAT(message_of(judged(image), "disk.qcow2-corrupt-or-dirty"),
                HasSubstr("guest byte 65536: its cluster"))
        << table;
  }
  Image image = sound_qcow2();
  put_big<std::uint64_t>(image, l2_at + 8, l2_at);
  EXPECT_THAT(answers(judged(image)), ElementsAre("disk.qcow2-corrupt-or-dirty:error"));
}

TEST(Qcow2Tables, RefusesWhatIsInUseAndNotCounted) {
  for (std::size_t used = 0; used < 6; ++used) {
    Image image = sound_qcow2();
    put_big<std::uint16_t>(image, 2 * cluster + 2 * used, 0);
    EXPECT_THAT(answers(judged(image)), ElementsAre("disk.qcow2-corrupt-or-dirty:error"));
    EXPECT_THAT(message_of(judged(image), "disk.qcow2-corrupt-or-dirty"),
                HasSubstr(fmt::format("the cluster at byte {} is in use", used * cluster)));
  }
  Image image = sound_qcow2();
  put_big<std::uint64_t>(image, cluster, 0);
  EXPECT_THAT(message_of(judged(image), "disk.qcow2-corrupt-or-dirty"),
              HasSubstr("at byte 0 is in use, but its refcount is 0: the next write overwrites it "
                        "(and 4 more)"));
}

TEST(Qcow2Tables, TakesNoCountsFromAnImageThatWasNotClosed) {
  Image image = sound_qcow2();
  put_big<std::uint64_t>(image, 72, 1);
  put_big<std::uint16_t>(image, 2 * cluster + 10, 0);
  EXPECT_THAT(answers(judged(image)), ElementsAre(testing::StartsWith("disk.qcow2-corrupt")));
  EXPECT_THAT(message_of(judged(image), "disk.qcow2-corrupt-or-dirty"),
              testing::Not(HasSubstr("refcount is 0")));
}

TEST(Qcow2Tables, RefusesAClusterThatIsWrittenInPlaceForTwo) {
  const std::uint64_t copied = std::uint64_t{1} << 63;
  Image image = sound_qcow2();
  put_big<std::uint64_t>(image, l2_at + 8, copied | data_at);
  EXPECT_THAT(message_of(judged(image), "disk.qcow2-corrupt-or-dirty"),
              HasSubstr("guest byte 65536: its cluster at byte 327680 holds other bytes"));
  put_big<std::uint64_t>(image, l2_at, data_at);
  EXPECT_THAT(answers(judged(image)), ElementsAre("disk.qcow2-corrupt-or-dirty:error"));
  // QEMU copies such clusters before it writes to them.
  put_big<std::uint64_t>(image, l2_at + 8, data_at);
  EXPECT_THAT(answers(judged(image)), IsEmpty());
}

TEST(Qcow2Tables, MasksReservedBitsAsQemuDoes) {
  Image image = sound_qcow2();
  put_big<std::uint64_t>(image, l1_at, std::uint64_t{0xff} << 56 | l2_at | 0x1ff);
  put_big<std::uint64_t>(image, l2_at, std::uint64_t{0xbf} << 56 | data_at | 0x1fe);
  EXPECT_THAT(answers(judged(image)), IsEmpty());
}

TEST(Qcow2Tables, RefusesADiskWithoutData) {
  Image image = sound_qcow2();
  put_big<std::uint64_t>(image, l2_at, 0);
  EXPECT_THAT(answers(judged(image)), ElementsAre("disk.blank:error"));
}

TEST(Qcow2Tables, DoesNotCallAnOverlayThatNobodyHasWrittenToBlank) {
  Image image = sound_qcow2();
  put_big<std::uint64_t>(image, l2_at, 0);
  put_big<std::uint64_t>(image, 8, 512);
  put_big<std::uint32_t>(image, 16, 4);
  put_text(image, 512, "base");
  EXPECT_THAT(answers(judged(image)), ElementsAre("disk.qcow2-backing-file:error"));
}

TEST(Qcow2Tables, ReadsNoMoreThanTheBudgetOfAHugeTable) {
  // 16384 L1 entries (1 GiB of L2 tables), each with an L2 table of its own in a file that is all
  // hole.
  Image image = sound_qcow2();
  const std::uint32_t entries = 16384;
  put_big<std::uint32_t>(image, 36, entries);
  image.resize(l1_at + std::size_t{entries} * 8);
  for (std::size_t i = 0; i < entries; ++i)
    put_big<std::uint64_t>(image, l1_at + 8 * i, (1000 + i) * cluster);
  put_big<std::uint64_t>(image, cluster, 0);
  MemorySource source{std::move(image), std::uint64_t{1} << 40};
  const auto report = judge(source, {});
  EXPECT_THAT(answers(report), Contains("disk.truncated:warning"));
  EXPECT_LE(source.bytes_read(), table_bytes_budget + (64U << 20));
}

TEST(Qcow2Snapshots, WarnsOfSnapshotsAndRefusesLyingOnes) {
  Image image = sound_qcow2();
  image.resize(7 * cluster);
  const std::size_t table = 6 * cluster;
  put_big<std::uint32_t>(image, 60, 1);
  put_big<std::uint64_t>(image, 64, table);
  put_big<std::uint64_t>(image, table, l1_at);
  put_big<std::uint32_t>(image, table + 8, 2);
  EXPECT_THAT(answers(judged(image)), ElementsAre("disk.qcow2-internal-snapshots:warning"));
  put_big<std::uint32_t>(image, table + 8, 0x7fffffff);
  EXPECT_THAT(answers(judged(image)), Contains("disk.qcow2-header-bomb:error"));
  put_big<std::uint32_t>(image, table + 8, 2);
  put_big<std::uint32_t>(image, table + 36, 4096);
  EXPECT_THAT(answers(judged(image)), Contains("disk.qcow2-header-bomb:error"));
  put_big<std::uint32_t>(image, table + 36, 0);
  put_big<std::uint32_t>(image, 60, 60000);
  put_big<std::uint64_t>(image, 64, 7 * cluster);
  EXPECT_THAT(answers(judged(image)), Contains("disk.truncated:error"));
}

TEST(Qcow2Tables, JudgesASparse100GiBImageInUnderASecond) {
  const TempFolder folder;
  const std::string path = folder / "large.qcow2";
  run({"qemu-img", "create", "-q", "-f", "qcow2", "-o", "preallocation=metadata", path, "100G"});
  const auto start = std::chrono::steady_clock::now();
  const auto report = judged_file(path);
  const auto taken = std::chrono::steady_clock::now() - start;
  EXPECT_THAT(answers(report), IsEmpty());
  EXPECT_LT(taken, std::chrono::seconds{1});
}

}  // namespace
}  // namespace imprint::container::test
