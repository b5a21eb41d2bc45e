#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/model/json.h"
#include "agent/policy/deletion.h"
#include "agent/policy/firmware.h"
#include "agent/policy/image_choice.h"
#include "agent/policy/image_use.h"
#include "agent/policy/import.h"
#include "agent/policy/reimage.h"
#include "agent/policy/sizes.h"
#include "tests/unit/agent/policy/samples.h"

namespace imprint::policy {
namespace {

using testing::HasSubstr;
using testing::Not;

Use use_of(const std::string& account = "uid:1000") {
  return {account, "r1", "x86_64", gibibyte};
}

Errc code_of(const Result<>& result) {
  return result ? Errc::internal : result.error().code;
}

TEST(ImageChoice, BareNameIsTheNewestVersionAndOthersArePinned) {
  const std::vector<Image> images{image_of("app", 2), image_of("app", 10), image_of("app", 1),
                                  image_of("other")};
  EXPECT_EQ(choose_image(images, "app")->version, 10);
  EXPECT_EQ(choose_image(images, "app@1")->version, 1);
  EXPECT_EQ(choose_image(images, images[0].id.str())->version, 2);
  EXPECT_EQ(choose_image(images, "app@3").error().code, Errc::not_found);
  EXPECT_EQ(choose_image(images, "none").error().code, Errc::not_found);
  EXPECT_EQ(choose_image(images, "app@x").error().code, Errc::invalid);
  EXPECT_EQ(newer_version(images, images[0])->version, 10);
  EXPECT_FALSE(newer_version(images, images[1]));
  EXPECT_FALSE(newer_version(images, images[3]));
}

TEST(ImageUse, NeedsAnAcceptedVerdict) {
  Image image = image_of("app");
  EXPECT_TRUE(may_use_image(image, use_of()));
  image.verdict = Verdict::undetermined;
  EXPECT_EQ(code_of(may_use_image(image, use_of())), Errc::denied);
  image.verdict = Verdict::rejected;
  EXPECT_EQ(code_of(may_use_image(image, use_of())), Errc::denied);
}

TEST(ImageUse, NeedsTheRegionOfTheImage) {
  Image image = image_of("app");
  image.region = "r2";
  const auto refused = may_use_image(image, use_of());
  EXPECT_EQ(code_of(refused), Errc::denied);
  EXPECT_THAT(refused.error().message, HasSubstr("'r2', not 'r1'"));
}

TEST(ImageUse, CustomImagesAreForTheirOwner) {
  Image image = image_of("app");
  EXPECT_EQ(code_of(may_use_image(image, use_of("uid:1001"))), Errc::denied);
  EXPECT_TRUE(may_use_image(image, use_of("uid:0")));
  image.kind = ImageKind::public_image;
  EXPECT_TRUE(may_use_image(image, use_of("uid:1001")));
}

TEST(ImageUse, WindowsNeedsAGibibyteOfMemory) {
  Image image = image_of("win");
  image.guest.type = "windows";
  Use use = use_of();
  EXPECT_TRUE(may_use_image(image, use));
  use.memory = gibibyte - 1;
  EXPECT_EQ(code_of(may_use_image(image, use)), Errc::invalid);
  image.guest.name = "Windows Server, version 1709";
  EXPECT_TRUE(may_use_image(image, use));
  image.guest = {};
  EXPECT_TRUE(may_use_image(image, use));
}

TEST(ImageUse, NeedsTheArchitectureOfTheNode) {
  Image image = image_of("app");
  image.guest.arch = "aarch64";
  EXPECT_EQ(code_of(may_use_image(image, use_of())), Errc::invalid);
  image.guest.arch = "i686";
  EXPECT_TRUE(may_use_image(image, use_of()));
}

TEST(Sizes, ADiskIsNeverSmallerThanItsImage) {
  const Image image = image_of("app");
  EXPECT_EQ(*system_disk_size(image, std::nullopt), 2 * gibibyte);
  EXPECT_EQ(*system_disk_size(image, 5 * gibibyte), 5 * gibibyte);
  EXPECT_EQ(system_disk_size(image, gibibyte).error().code, Errc::invalid);
  EXPECT_EQ(*reimaged_disk_size(7 * gibibyte, image, std::nullopt), 7 * gibibyte);
  EXPECT_EQ(*reimaged_disk_size(gibibyte, image, std::nullopt), 2 * gibibyte);
  EXPECT_EQ(*reimaged_disk_size(7 * gibibyte, image, 3 * gibibyte), 3 * gibibyte);
}

TEST(Sizes, SpaceNeedsHeadroomAndDoesNotOverflow) {
  EXPECT_TRUE(require_space(gibibyte, 0, gibibyte));
  EXPECT_FALSE(require_space(gibibyte - 1, 0, gibibyte));
  EXPECT_FALSE(require_space(gibibyte, UINT64_MAX, 1));
  EXPECT_EQ(require_space(0, 0, 1).error().code, Errc::exhausted);
}

TEST(FirmwareChoice, IsBiosUnlessTheImageIsForUefiOnly) {
  Image image = image_of("app");
  EXPECT_EQ(*choose_firmware(image, std::nullopt), Firmware::bios);
  image.guest.firmware = {"uefi"};
  EXPECT_EQ(*choose_firmware(image, std::nullopt), Firmware::uefi);
  EXPECT_EQ(choose_firmware(image, Firmware::bios).error().code, Errc::invalid);
  image.guest.firmware = {"uefi", "bios"};
  EXPECT_EQ(*choose_firmware(image, std::nullopt), Firmware::bios);
  EXPECT_EQ(*choose_firmware(image, Firmware::uefi), Firmware::uefi);
}

TEST(Deletion, NamesTheInstancesThatUseTheImage) {
  const Image used = image_of("app");
  const Image unused = image_of("other");
  Instance instance = instance_of(used);
  const auto refused = may_delete_image({instance}, used, false);
  EXPECT_EQ(code_of(refused), Errc::conflict);
  EXPECT_THAT(refused.error().message, HasSubstr("'web'"));
  EXPECT_TRUE(may_delete_image({instance}, used, true));
  EXPECT_TRUE(may_delete_image({instance}, unused, false));
  instance.retained = RetainedSystem{system_of(unused, "/s0"), "2027-01-01T00:00:00Z"};
  EXPECT_FALSE(may_delete_image({instance}, unused, false)) << "a revert still needs it";
}

TEST(Import, SourcesAreAbsolutePathsAndUrlsWithoutCredentials) {
  EXPECT_TRUE(may_fetch("/images/x.qcow2"));
  EXPECT_TRUE(may_fetch("https://host/x@1.qcow2"));
  for (const char* source : {"x.qcow2", "ftp://host/x", "http://", "https:///x", ""})
    EXPECT_FALSE(may_fetch(source));
  const auto refused = may_fetch("https://me:canary@host/x");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, Not(HasSubstr("canary")));
  EXPECT_EQ(public_source("https://host/x?token=canary#a"), "https://host/x");
  EXPECT_EQ(public_source("/x?y"), "/x?y");
}

TEST(Import, OnlyAnAcceptedReportOfTheSameBytesLetsAnImageIn) {
  ImageReport report;
  report.sha256 = digest.hex();
  report.verdict = Verdict::accepted;
  EXPECT_TRUE(may_import(report, digest));
  EXPECT_EQ(code_of(may_import(report, *Sha256::parse(std::string(64, 'b')))), Errc::corrupt);
  report.verdict = Verdict::undetermined;
  report.undetermined = {{"boot.default", "the file is cut short"}};
  EXPECT_EQ(code_of(may_import(report, digest)), Errc::denied);
  EXPECT_THAT(may_import(report, digest).error().message,
              HasSubstr("the file is cut short [boot.default]"));
}

TEST(Reimaging, SaysWhatIsLostAndKept) {
  const Image image = image_of("app");
  Instance instance = instance_of(image);
  instance.data_disks.resize(1);
  instance.data_disks[0].serial = "data-1";
  EXPECT_EQ(code_of(require_acceptance(instance, false)), Errc::invalid);
  EXPECT_TRUE(require_acceptance(instance, true));
  EXPECT_THAT(lost_by_reimage(instance).at(0), HasSubstr("serial-of-/s1"));
  EXPECT_THAT(kept_by_reimage(instance, "").at(0), HasSubstr("data-1"));
  EXPECT_THAT(kept_by_reimage(instance, "2027-01-01T00:00:00Z").back(),
              HasSubstr("2027-01-01T00:00:00Z"));
}

TEST(Reimaging, GuardsDataDisksByRolePathAndSerial) {
  std::vector<Disk> data(1);
  data[0].path = "/d1";
  data[0].serial = "d1";
  Disk disk;
  disk.role = DiskRole::system;
  disk.path = "/s1";
  disk.serial = "s1";
  EXPECT_TRUE(refuse_data_disk(disk, data));
  disk.serial = "d1";
  EXPECT_EQ(code_of(refuse_data_disk(disk, data)), Errc::denied);
  disk.serial = "s1";
  disk.path = "/d1";
  EXPECT_FALSE(refuse_data_disk(disk, data));
  EXPECT_FALSE(refuse_data_disk(data[0], {}));
}

}  // namespace
}  // namespace imprint::policy
