#include "agent/store/state_folder.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "tests/support/temp_folder.h"

namespace imprint::test {
namespace {

using store::StateFolder;
using store::StatePaths;
using testing::HasSubstr;

unsigned mode_of(const std::filesystem::path& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 07777U : 0;
}

TEST(StatePathsOf, AreAbsoluteAndBelowTheFolder) {
  const StatePaths paths{"/var/lib/imprint/"};
  const auto instance = InstanceId::parse("i-0123456789ab").value();
  const auto job = JobId::parse("job-0123456789ab").value();
  const auto digest = Sha256::parse(std::string(64, 'a')).value();
  EXPECT_EQ(paths.store(), "/var/lib/imprint/state.db");
  EXPECT_EQ(paths.journal(), "/var/lib/imprint/journal.db");
  EXPECT_EQ(paths.image(digest),
            "/var/lib/imprint/images/sha256-" + std::string(64, 'a') + ".qcow2");
  EXPECT_EQ(paths.incoming(job), "/var/lib/imprint/incoming/job-0123456789ab.part");
  EXPECT_EQ(paths.system_disk(instance, 2),
            "/var/lib/imprint/instances/i-0123456789ab/system-2.qcow2");
  EXPECT_EQ(paths.data_disk(instance, 1), "/var/lib/imprint/instances/i-0123456789ab/data-1.qcow2");
  EXPECT_EQ(paths.seed(instance, 1), "/var/lib/imprint/instances/i-0123456789ab/seed-1.iso");
  EXPECT_TRUE(StatePaths{"somewhere"}.store().is_absolute());
}

TEST(StateFolderOf, IsMadeWithItsModes) {
  const TempFolder temp;
  const StatePaths paths{temp / "a/b/state"};
  const auto folder = StateFolder::open(paths);
  ASSERT_TRUE(folder) << folder.error().message;
  EXPECT_FALSE(folder->is_read_only());
  ASSERT_TRUE(folder->prepare());
  EXPECT_EQ(mode_of(paths.root()), 0711U);
  EXPECT_EQ(mode_of(paths.images()), 0711U);
  EXPECT_EQ(mode_of(paths.instances()), 0711U);
  EXPECT_EQ(mode_of(paths.incoming()), 0700U);
}

TEST(StateFolderOf, RefusesASecondDaemonAndNamesTheFirst) {
  const TempFolder temp;
  const StatePaths paths{temp / "state"};
  {
    const auto first = StateFolder::open(paths);
    ASSERT_TRUE(first);
    const auto second = StateFolder::open(paths);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Errc::conflict);
    EXPECT_THAT(second.error().message, HasSubstr("second instance of the daemon"));
    EXPECT_THAT(second.error().message, HasSubstr(paths.root().string()));
    EXPECT_THAT(second.error().message, HasSubstr("process " + std::to_string(::getpid())));
  }
  EXPECT_TRUE(StateFolder::open(paths)) << "the lock ends with its holder";
}

TEST(StateFolderOf, RefusesASecondDaemonThoughTheLockFileIsGone) {
  const TempFolder temp;
  const StatePaths paths{temp / "state"};
  const auto first = StateFolder::open(paths);
  ASSERT_TRUE(first);
  std::filesystem::remove(paths.lock());
  const auto second = StateFolder::open(paths);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::conflict);
}

TEST(StateFolderOf, RemovesWhatACrashLeft) {
  const TempFolder temp;
  const StatePaths paths{temp / "state"};
  const auto instance = paths.instance(InstanceId::generate());
  std::filesystem::create_directories(instance);
  std::ofstream{instance / "system-1.qcow2.tmp"};
  std::ofstream{instance / "data-1.qcow2"};
  const auto folder = StateFolder::open(paths);
  ASSERT_TRUE(folder);
  EXPECT_TRUE(std::filesystem::exists(instance / "system-1.qcow2.tmp")) << "it is only held";
  ASSERT_TRUE(folder->prepare());
  EXPECT_FALSE(std::filesystem::exists(instance / "system-1.qcow2.tmp"));
  EXPECT_TRUE(std::filesystem::exists(instance / "data-1.qcow2"));
}

TEST(StateFolderOf, NamesAFileThatStandsInItsPlace) {
  const TempFolder temp;
  std::ofstream{temp / "state"};
  const auto folder = StateFolder::open(StatePaths{temp / "state"});
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().code, Errc::invalid);
  EXPECT_THAT(folder.error().message, HasSubstr((temp / "state").string()));
}

}  // namespace
}  // namespace imprint::test
