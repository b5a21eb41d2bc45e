#include "guestfs/container/qemu_img.h"

#include "tests/unit/guestfs/container/images.h"

namespace imprint::container::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

TEST(QemuImg, AgreesWithTheGateOnSoundImages) {
  const TempFolder folder;
  write_file(folder / "hand.qcow2", sound_qcow2());
  Image odd = mbr_disk();
  odd.resize(odd.size() + 100);
  write_file(folder / "odd.raw", odd);
  for (const char* name : {"hand.qcow2", "odd.raw"}) {
    const auto report = judged_file(folder / name);
    const auto info = qemu_img_info(folder / name, report.container.format);
    ASSERT_TRUE(info) << info.error().message;
    EXPECT_THAT(answers(compare_with_qemu(report.container, *info)), IsEmpty()) << *info;
  }
}

TEST(QemuImg, TakesANameWithAColonOrACommaForAFile) {
  const TempFolder folder;
  write_file(folder / "nbd:host,x=y.qcow2", sound_qcow2());
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  const auto info = qemu_img_info("nbd:host,x=y.qcow2", "qcow2");
  std::filesystem::current_path(before);
  EXPECT_TRUE(info) << info.error().message;
}

TEST(QemuImg, SaysThatAnImageIsRefused) {
  const TempFolder folder;
  Image image = sound_qcow2();
  put_big<std::uint32_t>(image, 20, 40);
  write_file(folder / "bad.qcow2", image);
  const auto info = qemu_img_info(folder / "bad.qcow2", "qcow2");
  ASSERT_FALSE(info);
  EXPECT_EQ(info.error().code, Errc::corrupt);
  EXPECT_THAT(info.error().message, HasSubstr("bad.qcow2"));
  EXPECT_EQ(qemu_img_info(folder / "none.qcow2", "qcow2").error().code, Errc::not_found);
}

/// What the sandbox is for: an image that names another file gets nothing from it, whoever asks.
class QemuImgSandbox : public testing::Test {
 protected:
  void SetUp() override {
    if (!PreparedSandbox::prepare({})->confined()) GTEST_SKIP() << "this kernel has no Landlock";
    write_file(folder_ / "secret", Image(1 << 20, std::byte{'s'}));
    const std::string top = folder_ / "top.qcow2";
    run({"qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", folder_ / "secret", top});
    write_file(folder_ / "copy", {});
  }

  /// qemu-img reads the overlay through its backing file; `readable`: the files that the sandbox
  /// opens for it.
  Result<CommandOutput> read_through(std::vector<std::string> readable) {
    Command command;
    command.arguments = {"qemu-img",        "compare", "-U",  "-f",
                         "qcow2",           "-F",      "raw", folder_ / "top.qcow2",
                         folder_ / "secret"};
    command.sandbox = Sandbox{};
    command.sandbox->read = system_read_paths();
    for (auto& path : readable) command.sandbox->read.emplace_back(path);
    return run_command(command);
  }

  TempFolder folder_;
};

TEST_F(QemuImgSandbox, ReadsABackingFileOnlyIfItWasAllowed) {
  const auto allowed = read_through({folder_ / "top.qcow2", folder_ / "secret"});
  ASSERT_TRUE(allowed) << allowed.error().message;
  EXPECT_EQ(allowed->status, 0) << allowed->err;
  const auto denied = read_through({folder_ / "top.qcow2"});
  ASSERT_TRUE(denied) << denied.error().message;
  EXPECT_NE(denied->status, 0);
  EXPECT_THAT(denied->err, HasSubstr("Permission denied"));
}

TEST_F(QemuImgSandbox, KeepsEtcShadowFromAnImageThatNamesIt) {
  const std::string top = folder_ / "shadow.qcow2";
  run({"qemu-img", "create", "-q", "-u", "-f", "qcow2", "-F", "raw", "-b", "/etc/shadow", top,
       "1M"});
  Command command;
  command.arguments = {"qemu-img", "convert", "-U", "-f",           "qcow2",
                       "-O",       "raw",     top,  folder_ / "out"};
  command.sandbox = Sandbox{};
  command.sandbox->read = system_read_paths();
  command.sandbox->read.emplace_back(top);
  command.sandbox->write = {folder_.path()};
  const auto output = run_command(command);
  ASSERT_TRUE(output) << output.error().message;
  EXPECT_NE(output->status, 0);
  EXPECT_THAT(output->err, HasSubstr("'/etc/shadow': Permission denied"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out"));
}

}  // namespace
}  // namespace imprint::container::test
