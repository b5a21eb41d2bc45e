// Real images, made by build-image, through the real worker and appliance.

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <tuple>

#include "agent/base/command.h"
#include "agent/model/json.h"
#include "guestfs/inspect/appliance_cache.h"
#include "guestfs/inspect/worker_inspector.h"
#include "tests/support/temp_folder.h"

namespace imprint::inspect {
namespace {

/// What is expected of one kind of image. `rule`: a finding that must be there; empty: no error at
/// all.
struct Expectation {
  const char* kind;
  Verdict verdict;
  const char* rule;
  const char* path;
  int line;
};

std::ostream& operator<<(std::ostream& out, const Expectation& expected) {
  return out << expected.kind;
}

std::string text_of(const ImageReport& report) {
  return dump_json(to_json(report), 1);
}

/// The appliance's folder, for the guestfish that build-image runs.
std::filesystem::path appliance() {
  return prepare_appliance(IMPRINT_TEST_CACHE).value();
}

void build(const std::string& kind, const std::filesystem::path& image) {
  Command command;
  command.arguments = {IMPRINT_BUILD_IMAGE, kind, image.string()};
  command.environment = {"LIBGUESTFS_PATH=" + appliance().string(), "LIBGUESTFS_BACKEND=direct",
                         "LIBGUESTFS_BACKEND_SETTINGS=force_tcg",
                         "TMPDIR=" + image.parent_path().string(),
                         "LIBGUESTFS_CACHEDIR=" + image.parent_path().string()};
  command.time_limit = std::chrono::minutes{10};
  const auto built = run_checked(command);
  ASSERT_TRUE(built) << built.error().message;
}

ImageReport inspect(const std::filesystem::path& image, std::optional<std::string> format) {
  WorkerInspector inspector{{IMPRINT_TEST_WORKER, IMPRINT_TEST_CACHE}};
  Inspection inspection;
  inspection.image = image;
  inspection.declared_format = std::move(format);
  inspection.time_limit = std::chrono::minutes{10};
  auto report = inspector.inspect(inspection);
  EXPECT_TRUE(report) << report.error().message;
  return report ? *std::move(report) : ImageReport{};
}

const Finding* find(const ImageReport& report, const Expectation& expected) {
  const auto found =
      std::find_if(report.findings.begin(), report.findings.end(), [&](const Finding& finding) {
        return finding.rule == expected.rule && finding.path == expected.path &&
               finding.line.value_or(0) == expected.line;
      });
  return found == report.findings.end() ? nullptr : &*found;
}

class InspectImage : public testing::TestWithParam<Expectation> {};

TEST_P(InspectImage, GivesTheVerdictAndItsPlace) {
  const Expectation& expected = GetParam();
  const test::TempFolder folder;
  const auto image = folder / "disk.raw";
  build(expected.kind, image);
  const ImageReport report = inspect(image, "raw");
  EXPECT_EQ(report.verdict, expected.verdict) << text_of(report);
  EXPECT_TRUE(*expected.rule == '\0' || find(report, expected) != nullptr) << text_of(report);
  EXPECT_EQ(report.sha256.size(), 64U);
  EXPECT_EQ(report.path, image.string());
}

INSTANTIATE_TEST_SUITE_P(
    Images, InspectImage,
    testing::Values(
        Expectation{"healthy", Verdict::accepted, "", "", 0},
        Expectation{"faults", Verdict::rejected, "fstab.device-not-in-image", "/etc/fstab", 3},
        Expectation{"empty-fstab", Verdict::rejected, "fstab.root-missing", "/etc/fstab", 0},
        Expectation{"huge-fstab", Verdict::rejected, "fstab.syntax", "/etc/fstab", 3},
        Expectation{"fifo-fstab", Verdict::rejected, "fstab.root-missing", "/etc/fstab", 0},
        Expectation{"hostile-links", Verdict::rejected, "release.symlink-broken", "/etc/os-release",
                    0},
        Expectation{"binary", Verdict::rejected, "fstab.syntax", "/etc/fstab", 1},
        Expectation{"no-system", Verdict::rejected, "os.none-found", "", 0},
        Expectation{"composefs", Verdict::undetermined, "", "", 0},
        Expectation{"installer", Verdict::rejected, "os.not-installed", "", 0},
        Expectation{"two-systems", Verdict::accepted, "os.multi-boot", "", 0},
        Expectation{"lvm", Verdict::accepted, "fs.lvm-root", "", 0}),
    [](const auto& item) {
      std::string name = item.param.kind;
      std::replace(name.begin(), name.end(), '-', '_');
      return name;
    });

void run(std::vector<std::string> arguments) {
  Command command;
  command.arguments = std::move(arguments);
  command.time_limit = std::chrono::minutes{5};
  const auto output = run_checked(command);
  ASSERT_TRUE(output) << output.error().message;
}

TEST(InspectContainers, ReadsTheSystemInEveryFormatAndPacking) {
  const test::TempFolder folder;
  const std::string raw = folder / "disk.raw";
  build("healthy", raw);
  const std::vector<std::tuple<std::string, std::string, std::string>> made{
      {"vmdk", "subformat=streamOptimized", "vmdk"},
      {"vpc", "force_size=on", "vhd"},
      {"vhdx", "subformat=dynamic", "vhdx"},
      {"vdi", "static=off", "vdi"}};
  for (const auto& [qemu, options, ours] : made) {
    const std::string path = folder / ("disk." + qemu);
    run({"qemu-img", "convert", "-f", "raw", "-O", qemu, "-o", options, raw, path});
    const ImageReport report = inspect(path, std::nullopt);
    EXPECT_EQ(report.verdict, Verdict::accepted) << text_of(report);
    EXPECT_EQ(report.container.format, ours);
    EXPECT_EQ(report.guest.type, "linux") << qemu;
  }
  run({"gzip", "-1", "-k", raw});
  const ImageReport report = inspect(raw + ".gz", "raw");
  EXPECT_EQ(report.verdict, Verdict::accepted) << text_of(report);
  EXPECT_EQ(report.path, raw + ".gz");
}

}  // namespace
}  // namespace imprint::inspect
