#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <fstream>

#include "agent/base/atomic_file.h"
#include "agent/base/digest.h"
#include "agent/base/fd.h"
#include "agent/store/image_source.h"
#include "tests/support/temp_folder.h"

namespace imprint::test {
namespace {

using testing::HasSubstr;

constexpr std::uint64_t no_limit = UINT64_MAX;

class FileSource : public testing::Test {
 protected:
  Result<Fetched> fetch(std::uint64_t limit = no_limit,
                        const std::function<bool(FetchProgress)>& progress = {}) {
    return images_.fetch(source_.string(), target_, limit, progress);
  }
  Errc refused(std::uint64_t limit = no_limit) {
    const auto fetched = fetch(limit);
    EXPECT_FALSE(fetched);
    EXPECT_FALSE(std::filesystem::exists(target_)) << "nothing is left behind";
    if (fetched) return Errc::internal;
    EXPECT_THAT(fetched.error().message, HasSubstr(source_.string()));
    return fetched.error().code;
  }
  void write_at(off_t place, const std::string& text) {
    const Fd fd{::open(source_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)};
    ASSERT_EQ(::pwrite(fd.get(), text.data(), text.size(), place),
              static_cast<ssize_t>(text.size()));
  }
  static std::uint64_t space_of(const std::filesystem::path& path) {
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0 ? static_cast<std::uint64_t>(info.st_blocks) * 512 : 0;
  }

  TempFolder folder_;
  std::filesystem::path source_ = folder_ / "source.img";
  std::filesystem::path target_ = folder_ / "target.part";
  store::LocalImageSource images_{{.program = IMPRINT_TEST_FETCH}};
};

TEST_F(FileSource, IsCopiedAndHashed) {
  std::ofstream{source_} << "some bytes";
  const auto fetched = fetch();
  ASSERT_TRUE(fetched) << fetched.error().message;
  EXPECT_EQ(fetched->size, 10U);
  EXPECT_EQ(fetched->digest.hex(), digest_of("some bytes"));
  EXPECT_EQ(read_file(target_).value(), "some bytes");
}

TEST_F(FileSource, MayLieOnAnotherFileSystem) {
  source_ = std::filesystem::path{"/dev/shm"} / ("imprint-" + JobId::generate().str());
  std::string text;
  for (int i = 0; i < 2'000'000; ++i) text += static_cast<char>(i % 251);
  std::ofstream{source_} << text;
  const auto fetched = fetch();
  std::filesystem::remove(source_);
  ASSERT_TRUE(fetched) << fetched.error().message;
  EXPECT_EQ(fetched->digest.hex(), digest_of(text));
  EXPECT_EQ(read_file(target_).value(), text);
}

TEST_F(FileSource, MayBeEmpty) {
  std::ofstream{source_};
  const auto fetched = fetch();
  ASSERT_TRUE(fetched);
  EXPECT_EQ(fetched->size, 0U);
  EXPECT_EQ(fetched->digest.hex(), digest_of(""));
}

TEST_F(FileSource, KeepsItsHoles) {
  write_at(1 << 20, "middle");
  write_at(100 << 20, "end");
  ASSERT_EQ(::truncate(source_.c_str(), 130 << 20), 0);
  const auto fetched = fetch();
  ASSERT_TRUE(fetched) << fetched.error().message;
  EXPECT_EQ(fetched->size, std::uint64_t{130} << 20);
  EXPECT_EQ(fetched->digest.hex(), digest_of_file(source_).value()) << "of all bytes, holes too";
  EXPECT_EQ(digest_of_file(target_).value(), fetched->digest.hex());
  EXPECT_LT(space_of(target_), 4U << 20);
}

TEST_F(FileSource, MustBeARegularFile) {
  EXPECT_EQ(refused(), Errc::not_found);
  ASSERT_EQ(::mkfifo(source_.c_str(), 0600), 0);
  EXPECT_EQ(refused(), Errc::invalid) << "a pipe without a writer does not hang";
  std::filesystem::remove(source_);
  std::filesystem::create_directory(source_);
  EXPECT_EQ(refused(), Errc::invalid);
  source_ = "/dev/null";
  EXPECT_EQ(refused(), Errc::invalid);
}

TEST_F(FileSource, MustNotBeASocket) {
  const Fd fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  source_.string().copy(address.sun_path, sizeof(address.sun_path) - 1);
  ASSERT_EQ(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  EXPECT_EQ(refused(), Errc::invalid);
}

TEST_F(FileSource, MustNotPassTheLimit) {
  std::ofstream{source_} << "0123456789";
  EXPECT_EQ(refused(9), Errc::exhausted);
  EXPECT_TRUE(fetch(10));
}

TEST_F(FileSource, StopsWhenItIsTold) {
  std::ofstream{source_} << std::string(3 << 20, 'x');
  const auto fetched = fetch(no_limit, [](FetchProgress) { return false; });
  ASSERT_FALSE(fetched);
  EXPECT_EQ(fetched.error().code, Errc::cancelled);
  EXPECT_FALSE(std::filesystem::exists(target_));
}

TEST_F(FileSource, IsRefusedIfItIsWrittenToMeanwhile) {
  std::ofstream{source_} << std::string(3 << 20, 'x');
  const auto fetched = fetch(no_limit, [this](FetchProgress) {
    write_at(0, "y");
    return true;
  });
  ASSERT_FALSE(fetched);
  EXPECT_THAT(fetched.error().message, HasSubstr("written to"));
  EXPECT_FALSE(std::filesystem::exists(target_));
}

TEST_F(FileSource, TellsItsSize) {
  std::ofstream{source_} << std::string(3 << 20, 'x');
  int told = 0;
  ASSERT_TRUE(fetch(no_limit, [&](FetchProgress progress) {
    ++told;
    EXPECT_EQ(progress.total, 3U << 20);
    EXPECT_LE(progress.done, progress.total);
    return true;
  }));
  EXPECT_GE(told, 1);
}

TEST_F(FileSource, NeverTouchesATargetThatIsThere) {
  std::ofstream{source_} << "new";
  std::ofstream{target_} << "old";
  const auto fetched = fetch();
  ASSERT_FALSE(fetched);
  EXPECT_EQ(fetched.error().code, Errc::conflict);
  EXPECT_EQ(read_file(target_).value(), "old");
}

TEST_F(FileSource, IsNamedByAnAbsolutePathOrAUrl) {
  for (const std::string source :
       {"", "relative/path", "~/image", "file:///etc/passwd", "ftp://127.0.0.1/x",
        "http:", "http://", "http://a b/", "gopher://127.0.0.1/", "json:{}", "nbd://127.0.0.1/"}) {
    const auto fetched = images_.fetch(source, target_, no_limit, {});
    ASSERT_FALSE(fetched) << source;
    EXPECT_EQ(fetched.error().code, Errc::invalid) << source << ": " << fetched.error().message;
    EXPECT_FALSE(std::filesystem::exists(target_)) << source;
  }
  EXPECT_EQ(images_.fetch(std::string{"/etc\0/passwd", 12}, target_, no_limit, {}).error().code,
            Errc::invalid);
}

}  // namespace
}  // namespace imprint::test
