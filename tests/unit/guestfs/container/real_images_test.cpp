// What qemu-img and the usual tools make today: every container that it writes, accepted or refused
// by its name.

#include "guestfs/container/qemu_img.h"
#include "tests/unit/guestfs/container/images.h"

namespace imprint::container::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class RealImages : public testing::Test {
 protected:
  [[nodiscard]] std::string file(const std::string& name) const { return folder_ / name; }

  /// A raw disk with a partition table and some content.
  std::string raw_disk() {
    Image image = mbr_disk(8);
    for (std::size_t i = 1 << 20; i < image.size() / 2; ++i)
      image[i] = static_cast<std::byte>(i * 2654435761U >> 13);
    write_file(file("disk.raw"), image);
    return file("disk.raw");
  }

  std::string convert(const std::string& format, const std::string& options = "",
                      std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"qemu-img", "convert", "-f", "raw", "-O", format};
    if (!options.empty()) arguments.insert(arguments.end(), {"-o", options});
    arguments.insert(arguments.end(), more.begin(), more.end());
    arguments.insert(arguments.end(), {raw_disk(), file("disk." + format)});
    run(arguments);
    return file("disk." + format);
  }

  TempFolder folder_;
};

TEST_F(RealImages, AcceptsEveryShapeOfQcow2) {
  for (const char* options :
       {"compat=1.1", "compat=0.10", "cluster_size=512", "cluster_size=2M", "lazy_refcounts=on",
        "refcount_bits=1", "refcount_bits=64", "preallocation=metadata", "preallocation=falloc",
        "preallocation=full", "compression_type=zstd"}) {
    const auto report = judged_file(convert("qcow2", options), "qcow2");
    EXPECT_THAT(answers(report), IsEmpty()) << options;
    EXPECT_EQ(report.container.format, "qcow2");
    EXPECT_EQ(report.container.virtual_size, 8U << 20) << options;
  }
}

TEST_F(RealImages, AcceptsCompressedQcow2) {
  for (const char* options : {"compression_type=zlib", "compression_type=zstd", "compat=0.10",
                              "cluster_size=2M", "cluster_size=512"})
    EXPECT_THAT(answers(judged_file(convert("qcow2", options, {"-c"}))), IsEmpty()) << options;
}

TEST_F(RealImages, RefusesCutCompressedQcow2) {
  const std::string path = convert("qcow2", "", {"-c"});
  std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
  EXPECT_THAT(answers(judged_file(path)), ElementsAre("disk.truncated:error"));
}

TEST_F(RealImages, WarnsOfExtendedL2) {
  EXPECT_THAT(answers(judged_file(convert("qcow2", "extended_l2=on,cluster_size=128k"))),
              ElementsAre("disk.qcow2-unknown-features:warning"));
}

TEST_F(RealImages, RefusesAnOverlayAndItsExternalData) {
  const std::string base = convert("qcow2");
  run({"qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", base, file("top.qcow2")});
  const auto overlay = judged_file(file("top.qcow2"));
  EXPECT_THAT(answers(overlay), testing::Contains("disk.qcow2-backing-file:error"));
  EXPECT_THAT(message_of(overlay, "disk.qcow2-backing-file"), HasSubstr(base));
  EXPECT_THAT(answers(judged_file(convert("qcow2", "data_file=" + file("data.raw")))),
              ElementsAre("disk.qcow2-data-file:error", "disk.qcow2-data-file:error"));
}

TEST_F(RealImages, RefusesAnEncryptedQcow2) {
  run({"qemu-img", "create", "-q", "-f", "qcow2", "--object", "secret,id=s,data=abc", "-o",
       "encrypt.format=luks,encrypt.key-secret=s,encrypt.iter-time=1000", file("luks.qcow2"),
       "8M"});
  EXPECT_THAT(answers(judged_file(file("luks.qcow2"))),
              testing::Contains("disk.qcow2-encrypted:error"));
}

TEST_F(RealImages, WarnsOfInternalSnapshots) {
  const std::string path = convert("qcow2");
  run({"qemu-img", "snapshot", "-c", "before", path});
  run({"qemu-img", "snapshot", "-c", "after", path});
  const auto report = judged_file(path);
  EXPECT_THAT(answers(report), ElementsAre("disk.qcow2-internal-snapshots:warning"));
  EXPECT_THAT(message_of(report, "disk.qcow2-internal-snapshots"), HasSubstr("2 internal"));
}

TEST_F(RealImages, AcceptsEveryOneFileFormatAndAgreesWithQemu) {
  for (const auto& [qemu, options] : {std::pair{"vmdk", "subformat=monolithicSparse"},
                                      {"vmdk", "subformat=streamOptimized"},
                                      {"vmdk", "subformat=monolithicSparse,zeroed_grain=on"},
                                      {"vpc", "subformat=fixed"},
                                      {"vpc", "subformat=dynamic"},
                                      {"vpc", "subformat=fixed,force_size=on"},
                                      {"vpc", "subformat=dynamic,force_size=on"},
                                      {"vhdx", "subformat=dynamic"},
                                      {"vhdx", "subformat=fixed"},
                                      {"vhdx", "block_size=1M"},
                                      {"vdi", "static=off"},
                                      {"vdi", "static=on"}}) {
    const std::string path = convert(qemu, options);
    const auto report = judged_file(path);
    EXPECT_THAT(answers(report), testing::Each("disk.vhd-size:info")) << qemu << " " << options;
    EXPECT_EQ(qemu_name(report.container.format), qemu);
    const auto info = qemu_img_info(path, qemu);
    ASSERT_TRUE(info) << info.error().message;
    EXPECT_THAT(answers(compare_with_qemu(report.container, *info)), IsEmpty())
        << qemu << " " << options;
  }
}

TEST_F(RealImages, RefusesWhatIsNotOneFile) {
  for (const char* options : {"subformat=monolithicFlat", "subformat=twoGbMaxExtentSparse",
                              "subformat=twoGbMaxExtentFlat"}) {
    const auto report = judged_file(convert("vmdk", options));
    EXPECT_EQ(report.container.format, "vmdk") << options;
    EXPECT_THAT(answers(report), ElementsAre("disk.vmdk-subformat:error")) << options;
  }
}

TEST_F(RealImages, RefusesDisksThatContinueAnother) {
  const std::string base = convert("vmdk");
  run({"qemu-img", "create", "-q", "-f", "vmdk", "-F", "vmdk", "-b", base, file("top.vmdk")});
  const auto report = judged_file(file("top.vmdk"));
  EXPECT_THAT(answers(report), ElementsAre("disk.differencing:error"));
}

TEST_F(RealImages, RefusesAbandonedFormatsByName) {
  EXPECT_THAT(answers(judged_file(convert("qcow"))), ElementsAre("disk.format-unsupported:error"));
  EXPECT_THAT(answers(judged_file(convert("parallels"))),
              ElementsAre("disk.format-unsupported:error"));
  EXPECT_THAT(answers(judged_file(convert("qed"))), ElementsAre("disk.qed:error"));
}

TEST_F(RealImages, RefusesAWholeDiskInLuks) {
  run({"qemu-img", "create", "-q", "-f", "luks", "--object", "secret,id=s,data=abc", "-o",
       "key-secret=s,iter-time=1000", file("disk.luks"), "8M"});
  EXPECT_THAT(answers(judged_file(file("disk.luks"))), ElementsAre("disk.luks-container:error"));
}

TEST_F(RealImages, AcceptsFileSystemsAsTheToolsMakeThem) {
  for (const auto& command : std::vector<std::vector<std::string>>{
           {"mkfs.ext4", "-q", "-F"}, {"mkfs.fat", "-F", "32"}, {"mkfs.btrfs", "-q", "-f"}}) {
    run({"truncate", "-s", "0", file("fs")});
    run({"truncate", "-s", "200M", file("fs")});
    auto arguments = command;
    arguments.push_back(file("fs"));
    run(arguments);
    EXPECT_THAT(answers(judged_file(file("fs"))), IsEmpty()) << command[0];
  }
}

}  // namespace
}  // namespace imprint::container::test
