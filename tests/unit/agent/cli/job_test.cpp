#include <gmock/gmock.h>

#include "agent/model/json.h"
#include "tests/unit/agent/cli/command_line.h"

namespace imprint::cli {
namespace {

using testing::HasSubstr;

struct JobCommand : testing::Test {
  static Job job(JobState state, StepState last) {
    Job made = test::sample_job(JobKind::reimage_instance, state);
    made.steps.back().state = last;
    return made;
  }
  CommandLine line;
};

TEST_F(JobCommand, ShowsEachStepThatEndsAndThenTheEnd) {
  line.service.play({job(JobState::running, StepState::running),
                     job(JobState::running, StepState::running),
                     job(JobState::succeeded, StepState::done)});
  const Ended ended = line.run({"instance", "start", "web1"});
  EXPECT_EQ(ended.status, 0);
  EXPECT_EQ(ended.err, "[1/2] prepare the disk: done\n[2/2] swap the system disk: done\n");
  EXPECT_EQ(ended.out, "job-0123456789ab: instance.reimage succeeded: i-0123456789ab\n");
}

TEST_F(JobCommand, DrawsTheRunningStepOnATerminal) {
  line.terminal = true;
  line.service.play(
      {job(JobState::running, StepState::running), job(JobState::succeeded, StepState::done)});
  EXPECT_THAT(line.run({"job", "wait", "job-0123456789ab"}).err,
              HasSubstr("[2/2] swap the system disk  50 %"));
}

TEST_F(JobCommand, EndsWithAStatusForEachEnd) {
  const std::vector<std::pair<JobState, int>> table = {{JobState::succeeded, 0},
                                                       {JobState::failed, 1},
                                                       {JobState::rolled_back, 3},
                                                       {JobState::cancelled, 130},
                                                       {JobState::needs_attention, 4}};
  for (const auto& [state, status] : table) {
    Job ended_job = job(state, StepState::undone);
    ended_job.error = make_error(Errc::unavailable, "the guest panicked");
    line.service.play({ended_job});
    const Ended ended = line.run({"job", "wait", "job-0123456789ab"});
    EXPECT_EQ(ended.status, status);
    if (status != 0) {
      EXPECT_THAT(ended.err, HasSubstr("the guest panicked"));
    }
  }
}

TEST_F(JobCommand, CancelsAndCallsItSuccessIfTheJobWasCancelled) {
  Job cancelled = job(JobState::cancelled, StepState::undone);
  cancelled.error = make_error(Errc::cancelled, "cancelled by uid:0; nothing of it remains");
  line.service.play({job(JobState::running, StepState::running), cancelled});
  const Ended ended = line.run({"job", "cancel", "job-0123456789ab"});
  EXPECT_EQ(ended.status, 0);
  EXPECT_THAT(ended.err, HasSubstr("nothing of it remains"));
  line.service.play(
      {job(JobState::running, StepState::running), job(JobState::succeeded, StepState::done)});
  EXPECT_EQ(line.run({"job", "cancel", "job-0123456789ab"}).status, 1) << "it came too late";
}

TEST_F(JobCommand, OnlyOrdersWithNoWait) {
  line.service.play({job(JobState::queued, StepState::pending)});
  const Ended ended = line.run({"instance", "start", "web1", "--no-wait"});
  EXPECT_EQ(ended.status, 0);
  EXPECT_EQ(ended.out, "job-0123456789ab\n");
  EXPECT_EQ(line.service.calls().size(), 1U);
  const Ended json = line.run({"instance", "start", "web1", "--no-wait", "--json"});
  EXPECT_EQ(parse_json(json.out).value()["state"], "queued");
}

TEST_F(JobCommand, PrintsTheJobsEndAsJson) {
  line.service.play(
      {job(JobState::running, StepState::running), job(JobState::failed, StepState::failed)});
  const Ended ended = line.run({"job", "wait", "job-0123456789ab", "--json"});
  EXPECT_EQ(ended.status, 1);
  EXPECT_EQ(parse_json(ended.out).value()["state"], "failed");
}

TEST_F(JobCommand, OrdersUnderTheSameKeyAgainAndUnderNewOnesOtherwise) {
  line.run({"instance", "start", "web1", "--no-wait", "--idempotency-key", "k"});
  line.run({"instance", "start", "web1", "--no-wait"});
  line.run({"instance", "start", "web1", "--no-wait"});
  const auto calls = line.service.calls();
  EXPECT_THAT(calls[0], HasSubstr("key k "));
  EXPECT_NE(calls[1], calls[2]);
}

TEST_F(JobCommand, OrdersOnlyForTheGenerationThatWasSeen) {
  line.run({"instance", "start", "web1", "--no-wait", "--expect-generation", "7"});
  EXPECT_THAT(line.service.calls().back(), HasSubstr(" expecting 7 "));
}

TEST_F(JobCommand, TellsTheKeyWhenTheAnswerWasLost) {
  line.service.fail_with(make_error(Errc::unavailable, "the answer was lost"));
  const Ended ended = line.run({"instance", "start", "web1", "--idempotency-key", "k-7"});
  EXPECT_EQ(ended.status, 69);
  EXPECT_THAT(ended.err, HasSubstr("--idempotency-key k-7"));
}

TEST_F(JobCommand, ListsAndShows) {
  EXPECT_EQ(parse_json(line.run({"job", "list", "--json"}).out).value()[0]["state"], "succeeded");
  EXPECT_THAT(line.run({"job", "list"}).out, HasSubstr("job-0123456789ab"));
  EXPECT_THAT(line.run({"job", "show", "job-0123456789ab"}).out, HasSubstr("swap the system disk"));
  EXPECT_EQ(line.run({"job", "show", "nonsense"}).status, 65);
}

}  // namespace
}  // namespace imprint::cli
