#include <gmock/gmock.h>
#include <sys/mount.h>

#include <chrono>
#include <thread>

#include "agent/base/atomic_file.h"
#include "agent/model/json.h"
#include "tests/unit/agent/store/disk_fixture.h"

namespace imprint::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20;

class Volumes : public DiskFixture {};

TEST_F(Volumes, MakeASystemDiskOverItsImage) {
  const Image image = adopted_image();
  const auto disk = volumes_.create_system_disk(instance_, 3, image, 20 * mebibyte);
  ASSERT_TRUE(disk) << disk.error().message;
  EXPECT_EQ(disk->role, DiskRole::system);
  EXPECT_EQ(disk->path, paths_.system_disk(instance_, 3).string());
  EXPECT_EQ(disk->format, DiskFormat::qcow2);
  EXPECT_EQ(disk->size, 20 * mebibyte);
  EXPECT_EQ(disk->base_path, volumes_.image_path(image.digest).string());
  EXPECT_EQ(disk->base_digest, image.digest);
  EXPECT_LE(disk->serial.size(), 20U);
  const Json header = info(disk->path);
  EXPECT_EQ(header["virtual-size"], 20 * mebibyte);
  EXPECT_EQ(header["backing-filename"], *disk->base_path);
  EXPECT_EQ(header["backing-filename-format"], "qcow2");
  EXPECT_TRUE(reads_guest_data(disk->path, "7")) << "the image's content is seen through it";
  EXPECT_THAT(names_in(paths_.instance(instance_)), ElementsAre("system-3.qcow2"));
}

TEST_F(Volumes, LeaveTheImageAsItIsWhenASystemDiskIsWritten) {
  const Image image = adopted_image();
  const auto disk = volumes_.create_system_disk(instance_, 1, image, image.virtual_size);
  ASSERT_TRUE(disk);
  write_guest_data(disk->path, "9");
  EXPECT_TRUE(volumes_.verify_image(image.digest, {}));
}

TEST_F(Volumes, RefuseASystemDiskThatIsTooSmallOrWithoutImage) {
  Image image = adopted_image();
  EXPECT_EQ(volumes_.create_system_disk(instance_, 1, image, image.virtual_size - 1).error().code,
            Errc::invalid);
  EXPECT_EQ(volumes_.create_system_disk(instance_, 0, image, image.virtual_size).error().code,
            Errc::invalid);
  ASSERT_TRUE(volumes_.remove_image(image.digest));
  EXPECT_EQ(volumes_.create_system_disk(instance_, 1, image, image.virtual_size).error().code,
            Errc::corrupt);
  EXPECT_FALSE(std::filesystem::exists(paths_.system_disk(instance_, 1)));
}

TEST_F(Volumes, AnswerTheSameForADiskThatIsThere) {
  const Image image = adopted_image();
  const auto first = volumes_.create_system_disk(instance_, 1, image, 20 * mebibyte);
  ASSERT_TRUE(first);
  write_guest_data(first->path, "9");
  const auto again = volumes_.create_system_disk(instance_, 1, image, 20 * mebibyte);
  ASSERT_TRUE(again);
  EXPECT_EQ(to_json(*again), to_json(*first));
  EXPECT_TRUE(reads_guest_data(first->path, "9"));
  EXPECT_EQ(volumes_.create_system_disk(instance_, 1, image, 30 * mebibyte).error().code,
            Errc::conflict);
}

TEST_F(Volumes, MakeADataDiskThatTakesNoSpace) {
  const auto disk = volumes_.create_data_disk(instance_, 1, std::uint64_t{1} << 40);
  ASSERT_TRUE(disk) << disk.error().message;
  EXPECT_EQ(disk->role, DiskRole::data);
  EXPECT_EQ(disk->serial, instance_.str() + "-d1");
  EXPECT_EQ(disk->base_path, std::nullopt);
  EXPECT_EQ(info(disk->path)["virtual-size"], std::uint64_t{1} << 40);
  EXPECT_LT(std::filesystem::file_size(disk->path), 2 * mebibyte);
  const auto odd = volumes_.create_data_disk(instance_, 2, mebibyte + 1);
  ASSERT_TRUE(odd);
  EXPECT_EQ(odd->size, mebibyte + 512) << "whole sectors";
  EXPECT_EQ(volumes_.create_data_disk(instance_, 3, 0).error().code, Errc::invalid);
  EXPECT_EQ(volumes_.create_data_disk(instance_, 3, UINT64_MAX).error().code, Errc::invalid);
  EXPECT_EQ(volumes_.create_data_disk(instance_, 0, mebibyte).error().code, Errc::invalid);
}

TEST_F(Volumes, NeverWriteToADataDiskThatIsThere) {
  const auto disk = volumes_.create_data_disk(instance_, 1, 16 * mebibyte);
  ASSERT_TRUE(disk);
  write_guest_data(disk->path, "9");
  const auto before = read_file(disk->path).value();
  EXPECT_TRUE(volumes_.create_data_disk(instance_, 1, 16 * mebibyte));
  EXPECT_EQ(volumes_.create_data_disk(instance_, 1, 17 * mebibyte).error().code, Errc::conflict);
  EXPECT_EQ(read_file(disk->path).value(), before);
  std::ofstream{disk->path} << "somebody overwrote it";
  EXPECT_EQ(volumes_.create_data_disk(instance_, 1, 16 * mebibyte).error().code, Errc::corrupt);
  EXPECT_EQ(read_file(disk->path).value(), "somebody overwrote it");
}

TEST_F(Volumes, FollowNoLinkInPlaceOfADisk) {
  const auto victim = temp_ / "victim";
  std::ofstream{victim} << "precious";
  std::filesystem::create_directories(paths_.instance(instance_));
  std::filesystem::create_symlink(victim, paths_.data_disk(instance_, 1));
  EXPECT_EQ(volumes_.create_data_disk(instance_, 1, mebibyte).error().code, Errc::invalid);
  std::filesystem::create_symlink(victim, paths_.data_disk(instance_, 2).string() + ".tmp");
  EXPECT_TRUE(volumes_.create_data_disk(instance_, 2, mebibyte));
  EXPECT_EQ(read_file(victim).value(), "precious");
}

TEST_F(Volumes, ReplaceWhatACrashLeft) {
  std::filesystem::create_directories(paths_.instance(instance_));
  std::ofstream{paths_.data_disk(instance_, 1).string() + ".tmp"} << "half";
  EXPECT_TRUE(volumes_.create_data_disk(instance_, 1, mebibyte));
  EXPECT_THAT(names_in(paths_.instance(instance_)), ElementsAre("data-1.qcow2"));
}

TEST_F(Volumes, RemoveSystemDisksAndSeedsOnly) {
  const Image image = adopted_image();
  const auto system = volumes_.create_system_disk(instance_, 1, image, image.virtual_size);
  auto data = volumes_.create_data_disk(instance_, 1, mebibyte);
  ASSERT_TRUE(system);
  ASSERT_TRUE(data);
  EXPECT_TRUE(volumes_.remove_disk(*system));
  EXPECT_TRUE(volumes_.remove_disk(*system)) << "nothing there is fine";
  EXPECT_EQ(volumes_.remove_disk(*data).error().code, Errc::denied);
  data->role = DiskRole::system;
  EXPECT_EQ(volumes_.remove_disk(*data).error().code, Errc::denied) << "the name tells what it is";
  EXPECT_TRUE(std::filesystem::exists(data->path));
}

TEST_F(Volumes, RemoveASystemDiskWithItsFirmwaresVariablesAndWhatIsHalfMade) {
  const auto kept = volumes_.create_system_disk(instance_, 1, adopted_image(), 20 * mebibyte);
  ASSERT_TRUE(kept);
  Disk disk;
  disk.role = DiskRole::system;
  disk.path = volumes_.system_files(instance_, 2).disk;
  for (const std::string& of : {kept->path, disk.path})
    ASSERT_TRUE(write_file_atomically(firmware_variables(of), "variables", 0600));
  ASSERT_TRUE(write_file_atomically(store::StatePaths::temporary(disk.path), "half", 0600));
  EXPECT_TRUE(volumes_.remove_disk(disk));
  EXPECT_THAT(names_in(paths_.instance(instance_)),
              ElementsAre("system-1.qcow2", "system-1.qcow2.nvram"));
}

TEST_F(Volumes, TellWhereASystemsFilesAreBeforeTheyAreMade) {
  const auto files = volumes_.system_files(instance_, 3);
  EXPECT_EQ(files.disk,
            volumes_.create_system_disk(instance_, 3, adopted_image(), 20 * mebibyte)->path);
  EXPECT_EQ(files.seed, volumes_.create_seed(instance_, 3, {})->path);
}

TEST_F(Volumes, TellTheHighestNumberOfASystemThatHasFiles) {
  EXPECT_EQ(*volumes_.newest_system(instance_), 0);
  ASSERT_TRUE(volumes_.create_system_disk(instance_, 2, adopted_image(), 20 * mebibyte));
  ASSERT_TRUE(volumes_.create_data_disk(instance_, 7, mebibyte));
  EXPECT_EQ(*volumes_.newest_system(instance_), 2);
  ASSERT_TRUE(volumes_.create_seed(instance_, 3, {}));
  EXPECT_EQ(*volumes_.newest_system(instance_), 3);
  const auto half_made = store::StatePaths::temporary(volumes_.system_files(instance_, 10).disk);
  ASSERT_TRUE(write_file_atomically(half_made, "half", 0600));
  EXPECT_EQ(*volumes_.newest_system(instance_), 10);
}

TEST_F(Volumes, RemoveNothingOutsideAnInstance) {
  const Image image = adopted_image();
  const std::string folder = paths_.instance(instance_).string();
  for (const std::string& path :
       {volumes_.image_path(image.digest).string(), std::string{"/etc/passwd"},
        folder + "/../../state.db", folder + "/../" + instance_.str() + "/system-1.qcow2",
        folder + "/secrets.json", paths_.instances().string() + "/other/system-1.qcow2",
        std::string{}, std::string{"system-1.qcow2"}}) {
    Disk disk;
    disk.role = DiskRole::system;
    disk.path = path;
    const auto removed = volumes_.remove_disk(disk);
    ASSERT_FALSE(removed) << path;
    EXPECT_EQ(removed.error().code, Errc::denied);
  }
  EXPECT_TRUE(volumes_.probe_image(image.digest, image.file_size));
}

TEST_F(Volumes, RemoveAnInstanceWithAllItHas) {
  const InstanceId other = InstanceId::generate();
  ASSERT_TRUE(volumes_.create_data_disk(instance_, 1, mebibyte));
  ASSERT_TRUE(volumes_.create_data_disk(other, 1, mebibyte));
  EXPECT_TRUE(volumes_.remove_instance(instance_));
  EXPECT_TRUE(volumes_.remove_instance(instance_)) << "nothing there is fine";
  EXPECT_THAT(names_in(paths_.instances()), ElementsAre(other.str()));
}

TEST_F(Volumes, KeepSecretsToThemselves) {
  EXPECT_TRUE(volumes_.load_secrets(instance_)->user_data.empty());
  ASSERT_TRUE(volumes_.save_secrets(instance_, Secret{"#cloud-config\n\tü"}, Secret{"$6$x$y"}));
  const auto secrets = volumes_.load_secrets(instance_);
  ASSERT_TRUE(secrets);
  EXPECT_EQ(secrets->user_data.reveal(), "#cloud-config\n\tü");
  EXPECT_EQ(secrets->password_hash.reveal(), "$6$x$y");
  EXPECT_EQ(std::filesystem::status(paths_.secrets(instance_)).permissions(),
            std::filesystem::perms{0600});
  EXPECT_EQ(volumes_.save_secrets(instance_, Secret{"\xff"}, Secret{}).error().code, Errc::invalid);
  EXPECT_EQ(volumes_.load_secrets(instance_)->password_hash.reveal(), "$6$x$y")
      << "the refused ones changed nothing";
}

TEST_F(Volumes, SayThatSecretsAreDamagedWithoutShowingThem) {
  ASSERT_TRUE(volumes_.save_secrets(instance_, Secret{"hidden-word"}, Secret{}));
  std::ofstream{paths_.secrets(instance_), std::ios::app} << "hidden-word";
  const auto secrets = volumes_.load_secrets(instance_);
  ASSERT_FALSE(secrets);
  EXPECT_EQ(secrets.error().code, Errc::corrupt);
  EXPECT_THAT(secrets.error().message, testing::Not(HasSubstr("hidden-word")));
}

TEST_F(Volumes, PrepareAConsoleThatKeepsItsLog) {
  const auto console = volumes_.prepare_console(instance_);
  ASSERT_TRUE(console);
  EXPECT_EQ(*console, paths_.console(instance_));
  EXPECT_EQ(std::filesystem::status(*console).permissions(), std::filesystem::perms{0640});
  std::ofstream{*console} << "booted";
  EXPECT_TRUE(volumes_.prepare_console(instance_));
  EXPECT_EQ(read_file(*console).value(), "booted");
}

TEST_F(Volumes, KnowTheirSpace) {
  const auto space = volumes_.space();
  ASSERT_TRUE(space);
  EXPECT_GT(space->free, 0U);
  EXPECT_GE(space->total, space->free);
}

/// A file system of 1 MiB; needs the right to mount.
class FullVolumes : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directory(root_);
    if (::mount("tmpfs", root_.c_str(), "tmpfs", 0, "size=1m") != 0)
      GTEST_SKIP() << "mounting is not allowed here";
    mounted_ = true;
  }
  void TearDown() override {
    if (mounted_) ::umount2(root_.c_str(), MNT_DETACH);
  }

  TempFolder temp_;
  std::filesystem::path root_ = temp_ / "small";
  bool mounted_ = false;
};

TEST_F(FullVolumes, SayThatThereIsNoSpaceAndLeaveNothing) {
  const store::StatePaths paths{root_ / "state"};
  const auto folder = store::StateFolder::open(paths);
  ASSERT_TRUE(folder) << folder.error().message;
  ASSERT_TRUE(folder->prepare());
  store::LocalVolumes volumes{paths};
  const JobId job = JobId::generate();
  const auto raw = volumes.prepare_incoming(job).value();
  std::ofstream{raw} << std::string(700'000, 'x');
  const auto stored = volumes.adopt_image(raw, ImageFormat::raw, {}, {});
  ASSERT_FALSE(stored);
  EXPECT_EQ(stored.error().code, Errc::exhausted) << stored.error().message;
  EXPECT_TRUE(std::filesystem::is_empty(paths.images()));
  // What the ended qemu-img held may come free a moment later.
  for (int i = 0; i < 10 || volumes.space().value().free > 0; ++i) {
    std::ofstream{root_ / "filler", std::ios::app} << std::string(2'000'000, 'x');
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  const auto disk = volumes.create_data_disk(InstanceId::generate(), 1, mebibyte);
  ASSERT_FALSE(disk);
  EXPECT_EQ(disk.error().code, Errc::exhausted) << disk.error().message;
  for (const auto& file : std::filesystem::recursive_directory_iterator{root_ / "state"})
    EXPECT_NE(file.path().extension(), ".tmp") << file.path();
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator{paths.incoming()}, {}), 1);
}

}  // namespace
}  // namespace imprint::test
