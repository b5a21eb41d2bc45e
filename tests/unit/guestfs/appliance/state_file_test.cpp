#include "guestfs/appliance/state_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "guestfs/appliance/state_header.h"
#include "tests/support/temp_folder.h"

namespace imprint::appliance {
namespace {

constexpr std::size_t pages = 16;

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

std::string content_of(const Fd& fd) {
  std::string bytes(1 << 20, '\0');
  const ssize_t count = ::pread(fd.get(), bytes.data(), bytes.size(), 0);
  bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  return bytes;
}

/// A state with three pages in two runs.
class StateFile : public testing::Test {
 protected:
  StateFile() {
    memory_.replace(page_size, 5, "first");
    memory_.replace(2 * page_size + 7, 6, "second");
    memory_.replace(15 * page_size, 4, "last");
    std::ofstream{folder_ / "memory", std::ios::binary} << memory_;
    EXPECT_TRUE(write_state(path_, "key1", "devices", folder_ / "memory"));
  }

  Errc refusal() {
    const auto state = load_state(path_, "key1");
    EXPECT_FALSE(state);
    return state ? Errc::internal : state.error().code;
  }

  test::TempFolder folder_;
  std::filesystem::path path_ = folder_ / "state";
  std::string memory_ = std::string(pages * page_size, '\0');
};

TEST_F(StateFile, GivesBackWhatWasSaved) {
  const auto state = load_state(path_, "key1");
  ASSERT_TRUE(state) << state.error().message;
  EXPECT_EQ(content_of(state->memory), memory_);
  EXPECT_EQ(content_of(state->devices), "devices");
}

TEST_F(StateFile, LeavesOutPagesOfZeros) {
  EXPECT_EQ(std::filesystem::file_size(path_), header_size + 7 + 2 * 16 + 3 * page_size);
}

TEST_F(StateFile, CannotBeChangedOnceLoaded) {
  const auto state = load_state(path_, "key1");
  ASSERT_TRUE(state);
  EXPECT_EQ(::pwrite(state->memory.get(), "x", 1, 0), -1);
  EXPECT_EQ(::ftruncate(state->devices.get(), 0), -1);
}

TEST_F(StateFile, OfAnotherMachineIsRefused) {
  EXPECT_EQ(load_state(path_, "key2").error().code, Errc::conflict);
}

TEST_F(StateFile, ThatIsCutShortIsRefusedWhereverItEnds) {
  const auto size = std::filesystem::file_size(path_);
  for (const std::uintmax_t end :
       {size - 1, size - page_size, std::uintmax_t{header_size + 3}, std::uintmax_t{header_size},
        std::uintmax_t{100}, std::uintmax_t{0}}) {
    std::filesystem::resize_file(path_, end);
    EXPECT_EQ(refusal(), Errc::corrupt) << end;
  }
}

TEST_F(StateFile, ThatIsTooLongIsRefused) {
  std::filesystem::resize_file(path_, std::filesystem::file_size(path_) + 1);
  EXPECT_EQ(refusal(), Errc::corrupt);
}

/// Each bit of the header, of the runs and of the devices, and some of every page.
TEST_F(StateFile, WithAFlippedBitNeverGivesAnotherState) {
  const std::string good = content_of(path_);
  for (std::size_t at = 0; at < good.size(); at += at < header_size + 64 ? 1 : 61) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ (1 << (at % 8)));
    std::ofstream{path_, std::ios::binary} << bad;
    const auto state = load_state(path_, "key1");
    // Spaces between the header's members carry nothing.
    if (state) {
      EXPECT_EQ(content_of(state->memory), memory_) << at;
    }
    if (at >= header_size) {
      EXPECT_FALSE(state) << at;
    }
  }
}

TEST_F(StateFile, ThatOthersMayWriteIsRefused) {
  ASSERT_EQ(::chmod(path_.c_str(), 0666), 0);
  EXPECT_EQ(refusal(), Errc::denied);
}

TEST_F(StateFile, OfAnotherUserIsRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  ASSERT_EQ(::chown(path_.c_str(), 12345, 12345), 0);
  EXPECT_EQ(refusal(), Errc::denied);
}

TEST_F(StateFile, BehindALinkIsRefused) {
  std::filesystem::create_symlink(path_, folder_ / "link");
  EXPECT_FALSE(load_state(folder_ / "link", "key1"));
}

}  // namespace
}  // namespace imprint::appliance
