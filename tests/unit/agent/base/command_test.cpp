#include "agent/base/command.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "agent/base/fd.h"
#include "tests/support/temp_folder.h"

namespace imprint {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

Command shell(const std::string& script) {
  Command command;
  command.arguments = {"sh", "-c", script};
  return command;
}

std::chrono::steady_clock::duration time_of(const Command& command, Errc expected) {
  const auto start = std::chrono::steady_clock::now();
  const auto output = run_command(command);
  EXPECT_FALSE(output);
  if (!output) {
    EXPECT_EQ(output.error().code, expected) << output.error().message;
  }
  return std::chrono::steady_clock::now() - start;
}

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator names{"/proc/self/fd"};
  return static_cast<std::size_t>(std::distance(begin(names), end(names)));
}

TEST(Command, CollectsOutputErrorsAndStatus) {
  const auto output = run_command(shell("echo out; echo err >&2; exit 3"));
  ASSERT_TRUE(output) << output.error().message;
  EXPECT_EQ(output->status, 3);
  EXPECT_EQ(output->out, "out\n");
  EXPECT_EQ(output->err, "err\n");
}

TEST(Command, TellsASignalAsTheShellDoes) {
  EXPECT_EQ(run_command(shell("kill -9 $$"))->status, 137);
}

TEST(Command, PassesArgumentsWithoutAShell) {
  Command command;
  command.arguments = {"printf", "%s|", "$HOME `id`", "", "a b"};
  EXPECT_EQ(run_command(command)->out, "$HOME `id`||a b|");
}

TEST(Command, GivesACleanEnvironment) {
  ::setenv("IMPRINT_LEAK", "1", 1);
  Command command;
  command.arguments = {"env"};
  command.environment = {"MINE=yes"};
  const auto output = run_command(command);
  ::unsetenv("IMPRINT_LEAK");
  EXPECT_THAT(output->out, HasSubstr("MINE=yes\n"));
  EXPECT_THAT(output->out, testing::Not(HasSubstr("IMPRINT_LEAK")));
}

TEST(Command, FeedsMoreInputThanAPipeHolds) {
  Command command;
  command.arguments = {"cat"};
  command.input = std::string(5 << 20, 'i');
  EXPECT_EQ(run_command(command)->out, command.input);
}

TEST(Command, SurvivesAReaderThatLeavesItsInput) {
  ASSERT_NE(::signal(SIGPIPE, SIG_DFL), SIG_ERR);
  Command command = shell("exec <&-; sleep 0.2; echo done");
  command.input = std::string(5 << 20, 'i');
  const auto output = run_command(command);
  ASSERT_TRUE(output) << output.error().message;
  EXPECT_EQ(output->out, "done\n");
}

TEST(Command, EndsWhatMakesNoProgressAndNotWhatIsOnlySlow) {
  Command stalled = shell("echo begun; sleep 30");
  stalled.stall_limit = 300ms;
  const auto began = std::chrono::steady_clock::now();
  const auto ended = run_command(stalled);
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, Errc::unavailable);
  EXPECT_THAT(ended.error().message, HasSubstr("no progress"));
  EXPECT_LT(std::chrono::steady_clock::now() - began, 10s);

  Command slow = shell("for i in 1 2 3 4 5 6 7 8; do sleep 0.2; echo $i; done");
  slow.stall_limit = 1500ms;
  EXPECT_TRUE(run_command(slow));
  Command silent = shell("sleep 1.5");
  silent.stall_limit = 400ms;
  std::uint64_t at = 0;
  silent.progress = [&at] { return ++at; };
  EXPECT_TRUE(run_command(silent));
}

TEST(Command, EndsWhatUsesMoreProcessorTimeThanItMay) {
  for (const char* script : {"while :; do :; done", "(while :; do :; done) & wait"}) {
    Command busy = shell(script);
    busy.processor_limit = 700ms;
    const auto ended = run_command(busy);
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().code, Errc::unavailable);
    EXPECT_THAT(ended.error().message, HasSubstr("processor time"));
  }
}

TEST(Command, TakesProcessorTimeForProgress) {
  Command busy = shell("i=0; while [ $i -lt 400000 ]; do i=$((i + 1)); done");
  busy.processor_limit = 60s;
  busy.stall_limit = 400ms;
  EXPECT_TRUE(run_command(busy));

  Command idle = shell("sleep 30");
  idle.processor_limit = 60s;
  idle.stall_limit = 400ms;
  const auto ended = run_command(idle);
  ASSERT_FALSE(ended);
  EXPECT_THAT(ended.error().message, HasSubstr("no progress"));
}

TEST(Command, NamesAProgramThatIsNotThere) {
  Command command;
  command.arguments = {"no-such-program"};
  EXPECT_EQ(run_command(command).error().code, Errc::not_found);
  command.arguments = {"/no/such/program"};
  EXPECT_EQ(run_command(command).error().code, Errc::not_found);
  EXPECT_THAT(run_command(command).error().message, HasSubstr("'/no/such/program'"));
}

TEST(Command, RefusesArgumentsThatTheSystemWouldCutShort) {
  Command command;
  EXPECT_EQ(run_command(command).error().code, Errc::invalid);
  using namespace std::string_literals;
  command.arguments = {"cat", "/etc/hostname\0.txt"s};
  EXPECT_EQ(run_command(command).error().code, Errc::invalid);
}

TEST(Command, KillsTheWholeGroupAtTheTimeLimit) {
  const test::TempFolder folder;
  Command command = shell("(sleep 2; echo late > " + (folder / "late").string() + ") & sleep 60");
  command.time_limit = 300ms;
  EXPECT_LT(time_of(command, Errc::unavailable), 2s);
  std::this_thread::sleep_for(2500ms);
  EXPECT_FALSE(std::filesystem::exists(folder / "late"));
}

TEST(Command, EndsWithItsProcessThoughAnotherHoldsTheStreams) {
  Command command = shell("sleep 60 & echo done");
  command.time_limit = 30s;
  const auto start = std::chrono::steady_clock::now();
  const auto output = run_command(command);
  ASSERT_TRUE(output) << output.error().message;
  EXPECT_EQ(output->out, "done\n");
  EXPECT_LT(std::chrono::steady_clock::now() - start, 20s);
}

TEST(Command, EndsThoughAProcessThatLeftTheGroupHoldsTheStreams) {
  Command command = shell("setsid sleep 5 & sleep 0.3; echo done");
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(run_command(command)->out, "done\n");
  EXPECT_LT(std::chrono::steady_clock::now() - start, 4s);
}

TEST(Command, StopsAProgramThatPrintsWithoutEnd) {
  Command command;
  command.arguments = {"yes"};
  command.output_limit = 100'000;
  EXPECT_LT(time_of(command, Errc::exhausted), 20s);
}

TEST(Command, KeepsOnlyTheTailOfErrors) {
  const auto output = run_command(shell("yes error | head -c 1000000 >&2; echo last >&2"));
  EXPECT_LE(output->err.size(), 64U << 10);
  EXPECT_TRUE(output->err.ends_with("last\n"));
}

TEST(Command, StopsWhenItIsCancelled) {
  Command command = shell("sleep 60");
  command.cancelled = [] { return true; };
  EXPECT_LT(time_of(command, Errc::cancelled), 20s);
}

TEST(Command, TellsOutputAsItComes) {
  Command command = shell("echo one; echo two");
  std::string heard;
  command.on_output = [&](std::string_view chunk) { heard += chunk; };
  EXPECT_EQ(run_command(command)->out, heard);
  EXPECT_EQ(heard, "one\ntwo\n");
}

TEST(Command, HandsNoDescriptorOfOursOn) {
  const Fd leak{::open("/etc/passwd", O_RDONLY)};  // as a careless library does: without O_CLOEXEC
  const auto output = run_command(shell("ls /proc/self/fd | wc -l"));
  EXPECT_EQ(output->out, "4\n");  // 0, 1, 2 and that of ls itself
}

TEST(Command, LeaksNoDescriptorHoweverItEnds) {
  const std::size_t before = open_descriptors();
  Command slow = shell("sleep 60");
  slow.time_limit = 10ms;
  Command missing;
  missing.arguments = {"/no/such/program"};
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(run_command(shell("true")));
    EXPECT_FALSE(run_command(slow));
    EXPECT_FALSE(run_command(missing));
  }
  EXPECT_EQ(open_descriptors(), before);
}

TEST(RunChecked, TurnsAStatusIntoAnErrorWithTheFirstLine) {
  const auto output = run_checked(shell("echo 'it broke' >&2; echo more >&2; exit 4"));
  ASSERT_FALSE(output);
  EXPECT_EQ(output.error().code, Errc::unavailable);
  EXPECT_EQ(output.error().message, "'sh' failed with status 4: it broke");
}

}  // namespace
}  // namespace imprint
