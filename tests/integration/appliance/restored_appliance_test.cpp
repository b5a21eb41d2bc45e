// A restored appliance says what a booted one says, whatever has become of its saved state.

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <future>
#include <sstream>

#include "agent/base/command.h"
#include "agent/model/json.h"
#include "guestfs/inspect/appliance_cache.h"
#include "guestfs/inspect/worker_inspector.h"
#include "tests/support/temp_folder.h"

namespace imprint::inspect {
namespace {

namespace fs = std::filesystem;

constexpr const char* boots = "the appliance boots instead of being restored: ";

struct Answer {
  std::string report;  ///< as JSON, without its timings and how the appliance came up
  ApplianceUse appliance;
  std::string log;  ///< what the worker wrote to standard error
};

Answer inspect(const fs::path& image, const fs::path& cache, bool restore) {
  Inspection inspection;
  inspection.image = image;
  inspection.restore = restore;
  testing::internal::CaptureStderr();
  WorkerInspector inspector{{IMPRINT_TEST_WORKER, cache}};
  auto report = inspector.inspect(inspection);
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(report) << report.error().message;
  if (!report) return {};
  EXPECT_EQ(inspector.appliance(), report->appliance);
  report->timings_ms = {};
  const ApplianceUse use = std::exchange(report->appliance, {});
  return {dump_json(to_json(*report), 1), use, log};
}

/// A cache folder of its own with an appliance that was made before; its states come and go.
class RestoredAppliance : public testing::Test {
 protected:
  RestoredAppliance() {
    const auto appliance = prepare_appliance(IMPRINT_TEST_CACHE);
    EXPECT_TRUE(appliance) << appliance.error().message;
    fs::create_directory(cache_);
    fs::permissions(folder_.path(), fs::perms{0755});
    link_appliance();
    Command build;
    build.arguments = {IMPRINT_BUILD_IMAGE, "faults", image_.string()};
    const auto built = run_checked(build);
    EXPECT_TRUE(built) << built.error().message;
  }

  void link_appliance() const {
    for (const auto& entry : fs::directory_iterator{IMPRINT_TEST_CACHE})
      if (!entry.path().filename().string().starts_with("state-") && entry.is_directory())
        fs::create_directory_symlink(entry.path(), cache_ / entry.path().filename());
  }

  /// The only state's file; an empty path if there is none.
  [[nodiscard]] fs::path state() const {
    for (const auto& entry : fs::directory_iterator{cache_})
      if (entry.path().filename().string().starts_with("state-") && entry.is_directory())
        return entry.path() / "state";
    return {};
  }

  void expect_restored() const {
    const Answer answer = inspect(image_, cache_, true);
    EXPECT_EQ(answer.report, booted_.report);
    EXPECT_EQ(answer.log, "");
    EXPECT_EQ(answer.appliance, (ApplianceUse{ApplianceStart::restored, ""}));
  }

  void expect_booted(const std::string& reason) const {
    const Answer answer = inspect(image_, cache_, true);
    EXPECT_EQ(answer.report, booted_.report);
    EXPECT_TRUE(answer.log.starts_with(boots)) << answer.log;
    EXPECT_NE(answer.log.find(reason), std::string::npos) << answer.log;
    EXPECT_EQ(answer.appliance.kind, ApplianceStart::booted);
    EXPECT_NE(answer.appliance.reason.find(reason), std::string::npos) << answer.appliance.reason;
  }

  test::TempFolder folder_;
  fs::path cache_ = folder_ / "cache";
  fs::path image_ = folder_ / "disk.raw";
  Answer booted_ = {};
};

void change_byte(const fs::path& file, std::uint64_t offset) {
  std::fstream stream{file, std::ios::in | std::ios::out | std::ios::binary};
  stream.seekg(static_cast<std::streamoff>(offset));
  const int byte = stream.get();
  stream.seekp(static_cast<std::streamoff>(offset));
  stream.put(static_cast<char>(byte ^ 0x10));
}

TEST_F(RestoredAppliance, SaysWhatABootedOneSaysWhateverBecameOfItsState) {
  booted_ = inspect(image_, cache_, false);
  EXPECT_EQ(state(), "");
  {
    SCOPED_TRACE("two at once make one state");
    auto other = std::async(std::launch::async, [this] {
      return WorkerInspector{{IMPRINT_TEST_WORKER, cache_}}.inspect([this] {
        Inspection inspection;
        inspection.image = image_;
        return inspection;
      }());
    });
    expect_restored();
    auto report = other.get();
    ASSERT_TRUE(report) << report.error().message;
    report->timings_ms = {};
    report->appliance = {};
    EXPECT_EQ(dump_json(to_json(*report), 1), booted_.report);
  }
  expect_restored();
  const fs::path file = state();
  ASSERT_TRUE(fs::exists(file));
  const std::uint64_t size = fs::file_size(file);
  {
    SCOPED_TRACE("a flipped bit: it is made again");
    change_byte(file, size / 2);
    expect_restored();
    EXPECT_EQ(state(), file);
  }
  {
    SCOPED_TRACE("cut short: it is made again");
    fs::resize_file(file, size / 2);
    expect_restored();
    EXPECT_GT(fs::file_size(file), size / 2);
  }
  {
    SCOPED_TRACE("another machine's key, and none can be made");
    std::string head(512, '\0');
    std::ifstream{file, std::ios::binary}.read(head.data(), 512);
    const std::size_t key = head.find("\"key\"");
    ASSERT_NE(key, std::string::npos);
    const std::size_t digit = head.find_first_of("0123456789abcdef", key + 6);
    change_byte(file, digit);
    const fs::path failure = file.parent_path().string() + ".failed";
    std::ofstream{failure} << "no QEMU today";
    expect_booted("no QEMU today");
    fs::remove(failure);
    change_byte(file, digit);
  }
  expect_restored();
  {
    SCOPED_TRACE("others may write it");
    fs::permissions(file, fs::perms{0666});
    expect_booted("can be written by other users");
    fs::permissions(file, fs::perms{0644});
  }
  if (::geteuid() == 0) {
    SCOPED_TRACE("another user's");
    ASSERT_EQ(::chown(file.c_str(), 65534, 65534), 0);
    expect_booted("belongs to the user 65534");
    ASSERT_EQ(::chown(file.c_str(), 0, 0), 0);
  }
  std::size_t left = 0;
  for (const auto& entry : fs::directory_iterator{cache_})
    left += entry.path().filename().string().starts_with("state-") ? 1U : 0U;
  EXPECT_EQ(left, 1U);
}

TEST_F(RestoredAppliance, IsBootedWhereNoStateCanBeKept) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can mount";
  // In a namespace of this process, so that nothing is left mounted.
  ASSERT_EQ(::unshare(CLONE_NEWNS), 0);
  ASSERT_EQ(::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0);
  booted_ = inspect(image_, cache_, false);
  {
    SCOPED_TRACE("a full disk");
    ASSERT_EQ(::mount("small", cache_.c_str(), "tmpfs", 0, "size=8m,mode=0755"), 0);
    link_appliance();
    expect_booted("less than 800 MB are free");
    EXPECT_EQ(state(), "");
  }
  {
    SCOPED_TRACE("a disk that cannot be written to");
    ASSERT_EQ(::mount("large", cache_.c_str(), "tmpfs", 0, "size=2g,mode=0755"), 0);
    link_appliance();
    ASSERT_EQ(::mount(nullptr, cache_.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr), 0);
    expect_booted("Read-only file system");
  }
  for (int mounts = 0; mounts < 2; ++mounts) ASSERT_EQ(::umount2(cache_.c_str(), MNT_DETACH), 0);
}

TEST_F(RestoredAppliance, SaysOfEveryTestGuestWhatABootedOneSays) {
  Command list;
  list.arguments = {IMPRINT_GUEST, "--list"};
  list.environment = {std::string{"HOME="} + std::getenv("HOME")};
  std::istringstream names{run_checked(list).value().out};
  for (std::string name; std::getline(names, name);) {
    SCOPED_TRACE(name);
    Command find;
    find.arguments = {IMPRINT_GUEST, name};
    find.environment = list.environment;
    find.time_limit = std::chrono::minutes{10};
    std::string path = run_checked(find).value().out;
    path.erase(path.find_last_not_of('\n') + 1);
    const Answer restored = inspect(path, IMPRINT_TEST_CACHE, true);
    EXPECT_EQ(restored.log, "");
    EXPECT_EQ(restored.report, inspect(path, IMPRINT_TEST_CACHE, false).report);
  }
}

}  // namespace
}  // namespace imprint::inspect
