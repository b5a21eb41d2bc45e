// Repairs of real disks through the real workers, looked at afterwards by other programs: debugfs
// and e2fsck.

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "agent/base/command.h"
#include "agent/base/digest.h"
#include "guestfs/repair/worker_repairer.h"
#include "tests/support/temp_folder.h"

namespace imprint::repair {
namespace {

using testing::HasSubstr;
using testing::Not;

namespace fs = std::filesystem;

std::string run(const std::vector<std::string>& arguments) {
  Command command;
  command.arguments = arguments;
  command.time_limit = std::chrono::minutes{5};
  const auto output = run_command(command);
  EXPECT_TRUE(output) << output.error().message;
  return output ? output->out + output->err : "";
}

struct RepairedDisk : testing::Test {
  void build(const std::string& kind) {
    Command command;
    command.arguments = {IMPRINT_BUILD_IMAGE, kind, image.string()};
    command.time_limit = std::chrono::minutes{5};
    const auto built = run_checked(command);
    ASSERT_TRUE(built) << built.error().message;
    digest = digest_of_file(image).value();
  }

  Result<RepairedImage> repair(const fs::path& disk, const fs::path& copy, bool dry_run = false) {
    WorkerRepairer repairer{{IMPRINT_TEST_WORKER, IMPRINT_TEST_CACHE}};
    RepairOrder order;
    order.inspection.image = disk;
    order.inspection.time_limit = std::chrono::minutes{10};
    order.output = copy;
    order.dry_run = dry_run;
    return repairer.repair(order);
  }

  /// The root file system of a disk, which begins at 1 MiB and has 32 MiB.
  fs::path partition_of(const fs::path& disk) {
    fs::path file = folder / (disk.filename().string() + ".ext4");
    run({"dd", "if=" + disk.string(), "of=" + file.string(), "bs=1M", "skip=1", "count=32",
         "status=none"});
    return file;
  }

  static std::string ask(const fs::path& filesystem, const std::string& request) {
    return run({"debugfs", "-R", request, filesystem.string()});
  }

  std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator{folder.path()})
      found.push_back(entry.path().filename().string());
    return found;
  }

  test::TempFolder folder;
  fs::path image = folder / "disk.raw";
  fs::path output = folder / "fixed.raw";
  std::string digest;
};

TEST_F(RepairedDisk, IsAcceptedAndKeepsWhatWasNoFault) {
  ASSERT_NO_FATAL_FAILURE(build("repairable"));
  const auto repaired = repair(image, output);
  ASSERT_TRUE(repaired) << repaired.error().message;
  EXPECT_EQ(repaired->repair.before.verdict, Verdict::rejected);
  EXPECT_EQ(repaired->repair.after, Verdict::accepted);
  EXPECT_EQ(repaired->report.verdict, Verdict::accepted);
  EXPECT_TRUE(repaired->repair.done);
  EXPECT_EQ(digest_of_file(image).value(), digest);
  EXPECT_EQ(repaired->report.sha256, digest_of_file(output).value());

  struct stat before {};
  struct stat after {};
  ASSERT_EQ(::stat(image.c_str(), &before), 0);
  ASSERT_EQ(::stat(output.c_str(), &after), 0);
  EXPECT_EQ(before.st_size, after.st_size);
  EXPECT_LE(after.st_blocks, before.st_blocks + 2048) << "holes were filled";
  EXPECT_THAT(names(), testing::UnorderedElementsAre("disk.raw", "fixed.raw"));

  const fs::path root = partition_of(output);
  EXPECT_THAT(run({"e2fsck", "-fn", root.string()}), HasSubstr("Pass 5"));
  EXPECT_THAT(run({"e2fsck", "-fn", root.string()}), Not(HasSubstr("WARNING")));
  const std::string stat = ask(root, "stat /etc/fstab");
  EXPECT_THAT(stat, HasSubstr("Mode:  0604"));
  EXPECT_THAT(stat, HasSubstr("Flags: 0x80050"));
  EXPECT_THAT(ask(root, "ea_get /etc/fstab security.selinux"), HasSubstr("etc_t:s0"));
  EXPECT_EQ(ask(root, "ea_get -x /etc/fstab security.capability"),
            ask(partition_of(image), "ea_get -x /etc/fstab security.capability"));
  const std::string fstab = ask(root, "cat /etc/fstab");
  EXPECT_THAT(fstab, HasSubstr("\n# Made a comment by imprint: no machine of this image has the "
                               "device.\n#UUID=dead0000-0000-4000-8000-00000000beef /data ext4 "
                               "defaults 0 2debugfs"));
  EXPECT_THAT(ask(root, "stat /etc/shadow"), HasSubstr("Flags: 0x80000"));
  EXPECT_THAT(ask(root, "stat /etc/machine-id"), HasSubstr("Size: 0"));
  EXPECT_THAT(ask(root, "ea_get /etc/machine-id security.selinux"), HasSubstr("machineid_t:s0"));
  EXPECT_THAT(ask(root, "stat /var/log/syslog"), HasSubstr("Size: 0"));
  EXPECT_THAT(ask(root, "cat /etc/passwd"), HasSubstr("root:x:0:0"));
  for (const char* gone : {"/etc/nologin", "/var/lib/dbus/machine-id", "/root/.bash_history",
                           "/var/log/syslog.1", "/var/log/journal/0a/system.journal", "/tmp/folder",
                           "/etc/udev/rules.d/70-persistent-net.rules"})
    EXPECT_THAT(ask(root, std::string{"stat "} + gone), HasSubstr("not found")) << gone;

  const auto second = repair(output, folder / "again.raw", true);
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_TRUE(second->repair.changes.empty()) << second->repair.changes.front().path;
  EXPECT_FALSE(second->repair.done);
  EXPECT_FALSE(fs::exists(folder / "again.raw"));
}

TEST_F(RepairedDisk, IsNotLedAstrayByLinks) {
  ASSERT_NO_FATAL_FAILURE(build("hostile-repair"));
  const fs::path before = partition_of(image);
  const auto repaired = repair(image, output);
  ASSERT_TRUE(repaired) << repaired.error().message;
  ASSERT_TRUE(repaired->repair.done) << repaired->repair.refusal;
  const fs::path after = partition_of(output);
  for (const char* file : {"/etc/passwd", "/etc/shadow", "/etc/group", "/etc/issue"})
    EXPECT_EQ(ask(after, std::string{"cat "} + file), ask(before, std::string{"cat "} + file));
  EXPECT_THAT(ask(after, "stat /etc/nologin"), HasSubstr("not found"));
  EXPECT_THAT(ask(after, "stat /etc/fstab"), HasSubstr("Type: FIFO"));
  EXPECT_EQ(digest_of_file(image).value(), digest);
}

TEST_F(RepairedDisk, OverwritesNothing) {
  std::ofstream{image} << std::string(1 << 20, 'x');
  std::ofstream{output} << "mine";
  const auto repaired = repair(image, output);
  ASSERT_FALSE(repaired);
  EXPECT_EQ(repaired.error().code, Errc::conflict);
  EXPECT_EQ(fs::file_size(output), 4U);
}

/// The whole program, as somebody ends it in the middle of the copy.
TEST_F(RepairedDisk, LeavesNothingBehindWhenItIsEnded) {
  ASSERT_NO_FATAL_FAILURE(build("repairable"));
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::setenv("IMPRINT_INSPECT", IMPRINT_TEST_WORKER, 1);
    ::setenv("CACHE_DIRECTORY", IMPRINT_TEST_CACHE, 1);
    ::execl(IMPRINT_TEST_PROGRAM, "imprintctl", "check", image.c_str(), "--repair", output.c_str(),
            static_cast<char*>(nullptr));
    ::_exit(127);
  }
  const auto is_copying = [&] {
    for (const std::string& name : names())
      if (name.starts_with(".imprint-repair-")) return true;
    return false;
  };
  for (int i = 0; i < 6000 && !is_copying(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
  ASSERT_TRUE(is_copying());
  ::kill(child, SIGTERM);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM) << status;
  EXPECT_THAT(names(), testing::ElementsAre("disk.raw"));
  EXPECT_EQ(digest_of_file(image).value(), digest);
}

}  // namespace
}  // namespace imprint::repair
