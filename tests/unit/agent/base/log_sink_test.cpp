#include "agent/base/log_sink.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/logger.h>
#include <sys/socket.h>

#include <csignal>

#include <algorithm>
#include <chrono>
#include <memory>

#include "agent/base/fd.h"
#include "tests/support/temp_folder.h"

namespace imprint {
namespace {

using testing::EndsWith;

enum class Kind { pipe, socket };

/// A log whose reader reads when the test does.
struct LogOf : testing::TestWithParam<Kind> {
  LogOf() {
    int ends[2];
    EXPECT_EQ(GetParam() == Kind::pipe ? ::pipe2(ends, O_CLOEXEC)
                                       : ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends),
              0);
    reader = Fd{ends[0]};
    writer = Fd{ends[1]};
    sink = std::make_shared<LogSink>(writer.get(), std::chrono::milliseconds{50});
    sink->set_pattern("%l: %v");
    logger = std::make_unique<spdlog::logger>("test", sink);
  }

  std::string read_all() const {
    ::fcntl(reader.get(), F_SETFL, O_NONBLOCK);
    std::string all(16 << 20, '\0');
    std::size_t size = 0;
    for (ssize_t count = 1; count > 0; size += static_cast<std::size_t>(count)) {
      count = std::max<ssize_t>(::read(reader.get(), all.data() + size, all.size() - size), 0);
    }
    all.resize(size);
    return all;
  }

  /// Many more lines than any buffer takes; how long that took.
  std::chrono::duration<double> log_many() const {
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < 20'000; ++i) logger->info("line {:>400}", i);
    return std::chrono::steady_clock::now() - begin;
  }

  Fd reader, writer;
  std::shared_ptr<LogSink> sink;
  std::unique_ptr<spdlog::logger> logger;
};

TEST_P(LogOf, AReaderThatReadsHasEveryLine) {
  logger->info("one");
  logger->warn("two");
  EXPECT_EQ(read_all(), "info: one\nwarning: two\n");
}

TEST_P(LogOf, AReaderThatStandsStillHoldsNobodyUp) {
  EXPECT_LT(log_many(), std::chrono::seconds{5});
}

TEST_P(LogOf, AReaderThatGoesOnIsToldHowManyLinesAreMissing) {
  log_many();
  const std::string before = read_all();
  logger->info("after");
  const std::string after = read_all();

  const std::string warning = "warning: lines missing here, because nobody took them: ";
  const auto begin = after.find(warning);
  ASSERT_NE(begin, std::string::npos) << after;
  EXPECT_THAT(after, EndsWith(", continuing\ninfo: after\n"));
  const std::string taken = before + after.substr(0, begin);
  EXPECT_EQ(std::count(taken.begin(), taken.end(), '\n') +
                std::stol(after.substr(begin + warning.size())),
            20'000);
}

TEST_P(LogOf, AReaderThatGoesOnSeesOnlyWholeLines) {
  logger->info("{:>3000000}.", "more than any buffer takes");
  std::string text;
  for (int i = 0; i < 1000 && !text.ends_with("info: next\n"); ++i) {
    text += read_all();
    logger->info("next");
  }
  EXPECT_EQ(text.find('\n'), 6U + 3'000'001U);
  EXPECT_EQ(text.substr(2'999'980, 27), "more than any buffer takes.");
}

TEST_P(LogOf, AReaderThatIsGoneHoldsNobodyUpEither) {
  ::signal(SIGPIPE, SIG_IGN);
  reader.reset();
  EXPECT_LT(log_many(), std::chrono::seconds{5});
}

INSTANTIATE_TEST_SUITE_P(Descriptors, LogOf, testing::Values(Kind::pipe, Kind::socket));

TEST(LogSink, LeavesTheFlagsOfTheDescriptorAsTheyAre) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const Fd reader{ends[0]}, writer{ends[1]};
  const LogSink sink{writer.get()};
  EXPECT_EQ(::fcntl(writer.get(), F_GETFL) & O_NONBLOCK, 0);
}

TEST(LogSink, AppendsToAFile) {
  test::TempFolder folder;
  const Fd file{::open((folder / "log").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  ASSERT_EQ(::write(file.get(), "before\n", 7), 7);
  LogSink sink{file.get()};
  sink.set_pattern("%v");
  sink.log({"test", spdlog::level::info, "after"});
  char text[32];
  EXPECT_EQ(std::string(text, static_cast<std::size_t>(::pread(file.get(), text, sizeof text, 0))),
            "before\nafter\n");
}

}  // namespace
}  // namespace imprint
