// What becomes of the report when the worker does not do its work, and what the sandbox keeps from
// it. The workers here are shell scripts; the appliance is the real one, since it is made before
// any worker starts.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "agent/base/command.h"
#include "agent/base/digest.h"
#include "guestfs/inspect/worker_inspector.h"
#include "tests/support/temp_folder.h"

namespace imprint::inspect {
namespace {

using std::chrono::seconds;

class WorkerInspecting : public testing::Test {
 protected:
  WorkerInspecting() {
    std::ofstream{image_} << std::string(1 << 16, 'x');
    std::ofstream{folder_ / "secret"} << "of the host";
  }

  /// Inspects with a worker that is this shell script.
  Result<ImageReport> run(const std::string& script, seconds limit = seconds{60}) {
    const auto worker = folder_ / "worker";
    std::ofstream{worker} << "#!/bin/sh\n" << script;
    std::filesystem::permissions(worker, std::filesystem::perms::owner_all);
    inspection_.time_limit = limit;
    return WorkerInspector{{worker, IMPRINT_TEST_CACHE}}.inspect(inspection_);
  }

  void expect_undetermined(const Result<ImageReport>& report, const std::string& reason) {
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->verdict, Verdict::undetermined);
    ASSERT_EQ(report->undetermined.size(), 1U);
    EXPECT_NE(report->undetermined[0].reason.find(reason), std::string::npos)
        << report->undetermined[0].reason;
  }

  static Inspection inspection_of(const std::filesystem::path& image) {
    Inspection inspection;
    inspection.image = image;
    inspection.declared_format = "raw";
    inspection.time_limit = seconds{60};
    return inspection;
  }

  test::TempFolder folder_;
  std::filesystem::path image_ = folder_ / "disk.raw";
  Inspection inspection_ = inspection_of(image_);
};

TEST_F(WorkerInspecting, IsUndeterminedWhenTheWorkerPrintsNonsense) {
  expect_undetermined(run("echo hello"), "printed no report");
  expect_undetermined(run("echo '{\"verdict\": \"accepted\"}'"), "printed no report");
  expect_undetermined(run("true"), "printed no report");
}

TEST_F(WorkerInspecting, IsUndeterminedWhenTheWorkerDies) {
  expect_undetermined(run("kill -SEGV $$"), "ended with status 139");
  expect_undetermined(run("echo broken >&2; exit 3"), "status 3: broken");
}

TEST_F(WorkerInspecting, LetsNoRemarkOfTheWorkerSpeakToTheTerminal) {
  testing::internal::CaptureStderr();
  static_cast<void>(run("printf 'a\\033[2J\\nb\\n' >&2"));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "a\\x1b[2J\nb\n");
}

TEST_F(WorkerInspecting, TellsTheWorkerWhichLanguageToSpeak) {
  const std::string tell = "echo \"$@\" >&2; exit 3";
  expect_undetermined(run(tell), "--lang en ");
  inspection_.language = "zh";
  expect_undetermined(run(tell), "--lang zh ");
}

TEST_F(WorkerInspecting, IsUndeterminedWhenNothingGetsOnForTheTimeLimit) {
  expect_undetermined(run("sleep 600 & sleep 600", seconds{1}), "made no progress for 1 s");
}

TEST_F(WorkerInspecting, IsUndeterminedWhenItUsesTheTimeLimitUp) {
  expect_undetermined(run("while :; do :; done", seconds{1}), "more than 1 s of processor time");
}

TEST_F(WorkerInspecting, IsNotEndedForBeingSlow) {
  const std::string slowly =
      "for i in 1 2 3 4 5 6; do j=0; while [ $j -lt 9000 ]; do j=$((j + 1)); done; sleep 0.4; "
      "done; echo came to its end >&2; exit 3";
  expect_undetermined(run(slowly, seconds{1}), "came to its end");
}

/// Whether any process was started with this text among its arguments.
bool is_running_with(const std::string& text) {
  for (const auto& process : std::filesystem::directory_iterator{"/proc"}) {
    std::ifstream file{process.path() / "cmdline"};
    const std::string arguments{std::istreambuf_iterator<char>{file}, {}};
    if (arguments.find(text) != std::string::npos) return true;
  }
  return false;
}

TEST_F(WorkerInspecting, LeavesNothingBehindOfAWorkerThatIsKilledWithItsAppliance) {
  std::filesystem::resize_file(image_, std::uintmax_t{16} << 20);
  Command format;
  format.arguments = {"mke2fs", "-q", "-F", image_.string()};
  ASSERT_TRUE(run_checked(format));
  const auto temp = folder_ / "temp";
  std::filesystem::create_directory(temp);
  ::setenv("TMPDIR", temp.c_str(), 1);
  inspection_.time_limit = seconds{3};
  inspection_.restore = false;  // a restored machine would have ended by then
  const auto report =
      WorkerInspector{{IMPRINT_TEST_WORKER, IMPRINT_TEST_CACHE}}.inspect(inspection_);
  ::unsetenv("TMPDIR");
  expect_undetermined(report, "more than 3 s of processor time");
  EXPECT_FALSE(is_running_with(temp.string()));
  EXPECT_TRUE(std::filesystem::is_empty(temp));
}

TEST_F(WorkerInspecting, StopsWhenCancelled) {
  inspection_.cancelled = [] { return true; };
  const auto report = run("sleep 600");
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Errc::cancelled);
}

TEST_F(WorkerInspecting, KeepsTheHostFromTheWorker) {
  const std::string secret = (folder_ / "secret").string();
  expect_undetermined(run("cat " + secret + " >&2 || exit 9"), "status 9");
  expect_undetermined(run("cat /etc/passwd >/dev/null 2>&1 || exit 9"), "status 9");
  expect_undetermined(run("ls /proc /root /home /var >/dev/null 2>&1 || exit 9"), "status 9");
  expect_undetermined(run("echo x >>" + image_.string() + " 2>/dev/null || exit 9"), "status 9");
  expect_undetermined(run("cat " + image_.string() + " >/dev/null && echo x >$TMPDIR/x && exit 8"),
                      "status 8");
}

class Unpacker : public WorkerInspecting {
 protected:
  Unpacker() {
    Command command;
    command.arguments = {"gzip", "-k", image_.string()};
    EXPECT_TRUE(run_checked(command));
  }
  Result<std::optional<Unpacked>> unpack(const std::filesystem::path& source, std::uint64_t limit) {
    return WorkerInspector{{IMPRINT_TEST_WORKER, IMPRINT_TEST_CACHE}}.unpack(
        {.source = source, .target = target_, .data_limit = limit, .cancelled = {}});
  }
  std::filesystem::path packed_ = folder_ / "disk.raw.gz";
  std::filesystem::path target_ = folder_ / "content";
};

TEST_F(Unpacker, WritesTheContentAndTellsItsDigest) {
  const auto unpacked = unpack(packed_, 1 << 20);
  ASSERT_TRUE(unpacked) << unpacked.error().message;
  ASSERT_TRUE(*unpacked);
  EXPECT_EQ((*unpacked)->size, 1U << 16);
  EXPECT_EQ((*unpacked)->digest.hex(), digest_of_file(image_).value());
}

TEST_F(Unpacker, MakesNothingOfWhatIsNotPacked) {
  const auto unpacked = unpack(image_, 1 << 20);
  ASSERT_TRUE(unpacked);
  EXPECT_FALSE(*unpacked);
  EXPECT_FALSE(std::filesystem::exists(target_));
}

TEST_F(Unpacker, LeavesNothingOfABombOrOfDamage) {
  EXPECT_EQ(unpack(packed_, 1000).error().code, Errc::exhausted);
  EXPECT_FALSE(std::filesystem::exists(target_));
  std::filesystem::resize_file(packed_, std::filesystem::file_size(packed_) / 2);
  EXPECT_EQ(unpack(packed_, 1 << 20).error().code, Errc::corrupt);
  EXPECT_FALSE(std::filesystem::exists(target_));
}

TEST_F(WorkerInspecting, RefusesWhatIsNoFile) {
  ASSERT_EQ(::mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  std::filesystem::create_symlink(folder_ / "none", folder_ / "link");
  for (const std::filesystem::path& path : {folder_.path(), folder_ / "pipe", folder_ / "link",
                                            folder_ / "none", std::filesystem::path{"/dev/zero"}}) {
    inspection_.image = path;
    expect_undetermined(run("exit 7"), "image '" + path.string() + "'");
  }
}

TEST_F(WorkerInspecting, PreparesNothingForWhatTheGateRefuses) {
  std::ofstream{folder_ / "empty"};
  inspection_.declared_format.reset();
  const WorkerSettings settings{IMPRINT_TEST_WORKER, folder_ / "cache"};
  for (const std::filesystem::path& path : {folder_ / "empty", image_}) {
    inspection_.image = path;
    const auto report = WorkerInspector{settings}.inspect(inspection_);
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->verdict, Verdict::rejected);
    EXPECT_EQ(report->findings[0].rule, "disk.blank");
  }
  const auto reports =
      WorkerInspector{settings}.inspect_together(inspection_, {folder_ / "empty", image_});
  ASSERT_TRUE(reports[0] && reports[1]);
  EXPECT_EQ(reports[1]->findings[0].rule, "disk.blank");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "cache"));
}

TEST_F(WorkerInspecting, NamesWhatIsMissing) {
  inspection_.profile = "no-such-profile";
  EXPECT_EQ(run("true").error().code, Errc::not_found);
  inspection_.profile = "generic";
  const auto report =
      WorkerInspector{{folder_ / "no-worker", IMPRINT_TEST_CACHE}}.inspect(inspection_);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Errc::unavailable);
}

}  // namespace
}  // namespace imprint::inspect
