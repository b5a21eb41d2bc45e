// Seeded random damage to sound images: the gate answers in bounded time and memory, and never
// crashes. Run under the sanitizers these loops are worth the most.

#include <array>
#include <chrono>
#include <random>
#include <set>

#include "guestfs/container/qcow2_tables.h"
#include "guestfs/container/rules_table.h"
#include "tests/unit/guestfs/container/images.h"

namespace imprint::container::test {
namespace {

constexpr int rounds = 4000;
constexpr std::chrono::seconds time_limit{60};

class Damage {
 public:
  explicit Damage(unsigned seed) : random_{seed} {}

  /// Between one and four bytes, words or extremes, most of them where the headers are.
  Image apply(Image image, const std::vector<std::pair<std::size_t, std::size_t>>& places) {
    for (std::size_t i = 0, count = 1 + pick(4); i < count; ++i) {
      const auto [start, length] = places[pick(places.size())];
      const std::size_t offset = start + pick(length - 8);
      switch (pick(4)) {
        case 0:
          image[offset] ^= static_cast<std::byte>(1U << pick(8));
          break;
        case 1:
          put_big<std::uint64_t>(image, offset / 8 * 8, random_());
          break;
        case 2:
          put_big<std::uint32_t>(image, offset / 4 * 4, extremes[pick(extremes.size())]);
          break;
        default:
          image[offset] = static_cast<std::byte>(pick(256));
          break;
      }
    }
    if (pick(8) == 0) image.resize(pick(image.size()));
    return image;
  }

 private:
  static constexpr std::array<std::uint32_t, 8> extremes{
      0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffffe, 65535, 512};
  std::size_t pick(std::size_t limit) { return static_cast<std::size_t>(random_() % limit); }
  std::mt19937_64 random_;
};

void survive(const Image& image, const std::vector<std::pair<std::size_t, std::size_t>>& places) {
  std::set<std::string_view> known;
  for (const RuleInfo& rule : rules_table()) known.insert(rule.id);
  const auto start = std::chrono::steady_clock::now();
  Damage damage{20240917};
  int refused = 0;
  for (int round = 0; round < rounds; ++round) {
    MemorySource source{damage.apply(image, places)};
    const auto report = judge(source, {});
    ASSERT_LE(report.findings.size(), 32U) << "round " << round;
    for (const Finding& finding : report.findings) {
      ASSERT_TRUE(known.contains(finding.rule)) << finding.rule;
      ASSERT_LT(finding.message.size(), 4096U);
    }
    refused += report.findings.empty() ? 0 : 1;
  }
  EXPECT_GT(refused, rounds / 10);
  EXPECT_LT(std::chrono::steady_clock::now() - start, time_limit);
}

TEST(Mutations, OfQcow2HeadersAndTablesAreSurvived) {
  survive(sound_qcow2(),
          {{0, 128}, {0, 128}, {112, 256}, {cluster, 64}, {l1_at, 32}, {l2_at, 256}});
}

TEST(Mutations, OfPartitionTablesAreSurvived) {
  Image image = mbr_disk(2);
  put_text(image, 512, "EFI PART");
  put_little<std::uint32_t>(image, 512 + 12, 92);
  survive(image, {{440, 80}, {440, 80}, {512, 128}, {1024, 256}});
}

TEST(Mutations, OfSmallClustersWithSnapshotsAreSurvived) {
  const TempFolder folder;
  const std::string path = folder / "small.qcow2";
  run({"qemu-img", "create", "-q", "-f", "qcow2", "-o", "cluster_size=512", path, "256K"});
  run({"qemu-img", "snapshot", "-c", "s", path});
  const Image image = read_image(path);
  survive(image, {{0, 128}, {0, image.size()}});
}

TEST(Mutations, OfEveryOtherFormatAreSurvived) {
  for (const auto& [format, options, places] : std::vector<
           std::tuple<std::string, std::string, std::vector<std::pair<std::size_t, std::size_t>>>>{
           {"vmdk", "", {{0, 96}, {512, 512}, {0x2a00, 8192}}},
           {"vmdk", "subformat=streamOptimized", {{0, 96}, {512, 512}, {0x2a00, 8192}}},
           {"vpc", "subformat=dynamic", {{0, 512}, {512, 1024}, {1536, 64}}},
           {"vdi", "", {{64, 448}, {512, 64}}}}) {
    SCOPED_TRACE(format);
    survive(made_by_qemu(format, options), places);
  }
}

TEST(Mutations, OfBytesWithoutAnyOrderAreSurvived) {
  constexpr std::array<std::string_view, 8> heads{
      "KDMV",     "vhdxfile",     "conectix", "QFI\xfb",
      "cxsparse", "LUKS\xba\xbe", "COWD",     "# Disk DescriptorFile\n"};
  std::mt19937_64 random{7};
  for (int round = 0; round < 2000; ++round) {
    Image image(512 + random() % 70'000);
    for (std::size_t i = 0; i + 8 <= image.size(); i += 8) put_little(image, i, random());
    put_text(image, 0, heads[random() % heads.size()]);
    EXPECT_LE(judged(std::move(image)).findings.size(), 32U);
  }
}

}  // namespace
}  // namespace imprint::container::test
