#pragma once
// The sentences of agent/ports/journal.h as tests. A program includes this in one source file and
// names its journals, as with tests/support/store_conformance.h.

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "agent/ports/journal.h"

namespace imprint::test {

/// The place where one journal lives. Opened again after the first Journal is gone, it shows the
/// same content.
class JournalPlace {
 public:
  virtual ~JournalPlace() = default;
  virtual std::unique_ptr<Journal> open() = 0;
};

struct JournalKind {
  std::string name;
  std::function<std::unique_ptr<JournalPlace>()> make;
};

inline std::string name_of_journal(const testing::TestParamInfo<JournalKind>& info) {
  return info.param.name;
}

/// A queued job with two steps.
inline Job sample_job(const std::string& key, const std::string& subject = "i-000000000001") {
  return {.id = JobId::generate(),
          .kind = JobKind::reimage_instance,
          .subject = subject,
          .idempotency_key = key,
          .request_digest = "digest of " + key,
          .caller = "uid:0",
          .cancelled_by = "",
          .request = {{"image", "debian@2"}},
          .context = nullptr,
          .steps = {{"fetch", "fetch the image", StepState::pending, "", ""},
                    {"swap", "swap the disk", StepState::pending, "", ""}},
          .state = JobState::queued,
          .progress = 0,
          .note = "",
          .result = nullptr,
          .error = std::nullopt,
          .created = "2026-01-01T00:00:00Z",
          .ended = ""};
}

class JournalConformance : public testing::TestWithParam<JournalKind> {
 protected:
  void SetUp() override {
    place_ = GetParam().make();
    journal_ = place_->open();
    ASSERT_NE(journal_, nullptr);
  }
  void reopen() {
    journal_.reset();
    journal_ = place_->open();
    ASSERT_NE(journal_, nullptr);
  }
  Job submit(const Job& job) {
    auto submitted = journal_->submit(job);
    EXPECT_TRUE(submitted) << (submitted ? "" : submitted.error().message);
    return submitted ? submitted->job : job;
  }
  Job find(const JobId& id) {
    auto job = journal_->find(id);
    EXPECT_TRUE(job) << (job ? "" : job.error().message);
    return job ? *job : sample_job("absent");
  }
  void finish(const JobId& id, JobState state = JobState::succeeded) {
    EXPECT_TRUE(journal_->finish(id, state, nullptr, std::nullopt));
  }
  static std::vector<std::string> ids(const Result<std::vector<Job>>& jobs) {
    std::vector<std::string> ids;
    EXPECT_TRUE(jobs) << (jobs ? "" : jobs.error().message);
    if (jobs)
      for (const Job& job : *jobs) ids.push_back(job.id.str());
    return ids;
  }

  std::unique_ptr<JournalPlace> place_;
  std::unique_ptr<Journal> journal_;
};

TEST_P(JournalConformance, RecordsAJobAsItIs) {
  Job job = sample_job("k1");
  job.context = {{"deep", {{"list", {1, 2.5, nullptr, true}}}}};
  const auto submitted = journal_->submit(job);
  ASSERT_TRUE(submitted);
  EXPECT_FALSE(submitted->repeated);
  reopen();
  EXPECT_EQ(to_json(find(job.id)), to_json(job));
}

TEST_P(JournalConformance, KnowsARepeatByItsKeyAndDigest) {
  const Job first = submit(sample_job("k1"));
  Job again = sample_job("k1");
  auto submitted = journal_->submit(again);
  ASSERT_TRUE(submitted);
  EXPECT_TRUE(submitted->repeated);
  EXPECT_EQ(submitted->job.id, first.id);
  finish(first.id);
  reopen();
  submitted = journal_->submit(again);
  ASSERT_TRUE(submitted) << "also after it ended";
  EXPECT_TRUE(submitted->repeated);
  EXPECT_EQ(submitted->job.state, JobState::succeeded);
  EXPECT_EQ(journal_->list(10)->size(), 1U);
}

TEST_P(JournalConformance, FindsAJobByItsKeyAlsoAfterItsEnd) {
  const Job job = sample_job("k1");
  EXPECT_FALSE(journal_->find_key("k1")->has_value());
  ASSERT_TRUE(journal_->submit(job));
  EXPECT_EQ(journal_->find_key("k1").value()->id, job.id);
  ASSERT_TRUE(journal_->finish(job.id, JobState::failed, nullptr, std::nullopt));
  EXPECT_EQ(journal_->find_key("k1").value()->state, JobState::failed);
  EXPECT_FALSE(journal_->find_key("k")->has_value());
}

TEST_P(JournalConformance, ForgetsTheOldestEndedJobsAndFreesTheirKeys) {
  const std::string later = "2200-01-01T00:00:00Z";
  std::vector<Job> jobs;
  for (const char* key : {"k1", "k2", "k3", "k4"}) {
    jobs.push_back(submit(sample_job(key)));
    finish(jobs.back().id);
  }
  EXPECT_EQ(*journal_->forget_ended("2026-01-01T00:00:00Z", 0, 9), 0U) << "they ended later";
  EXPECT_EQ(*journal_->forget_ended(later, 4, 9), 0U) << "the newest stay";
  EXPECT_EQ(*journal_->forget_ended(later, 1, 2), 2U) << "no more than that at once";
  EXPECT_EQ(*journal_->forget_ended(later, 1, 2), 1U);
  reopen();
  EXPECT_EQ(ids(journal_->list(9)), std::vector{jobs[3].id.str()});
  EXPECT_FALSE(submit(sample_job("k1")).id == jobs[0].id);
}

TEST_P(JournalConformance, ForgetsNoJobThatIsOpenOrNeedsAttention) {
  const Job open = submit(sample_job("k1"));
  const Job unattended = submit(sample_job("k2", "i-000000000002"));
  finish(unattended.id, JobState::needs_attention);
  finish(submit(sample_job("k3", "i-000000000003")).id);
  EXPECT_EQ(*journal_->forget_ended("2200-01-01T00:00:00Z", 0, 9), 1U);
  EXPECT_EQ(ids(journal_->list(9)), (std::vector{unattended.id.str(), open.id.str()}));
}

TEST_P(JournalConformance, RefusesTheSameKeyForAnotherRequest) {
  const Job first = submit(sample_job("k1"));
  Job other = sample_job("k1", "i-000000000002");
  other.request_digest = "another";
  const auto submitted = journal_->submit(other);
  ASSERT_FALSE(submitted);
  EXPECT_EQ(submitted.error().code, Errc::conflict);
  EXPECT_NE(submitted.error().message.find("k1"), std::string::npos);
}

TEST_P(JournalConformance, TakesOneOpenJobOfASubject) {
  const Job first = submit(sample_job("k1"));
  const auto second = journal_->submit(sample_job("k2"));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::conflict);
  EXPECT_NE(second.error().message.find(first.id.str()), std::string::npos)
      << second.error().message;
  EXPECT_TRUE(journal_->submit(sample_job("k3", "i-000000000002")));
  finish(first.id, JobState::failed);
  EXPECT_TRUE(journal_->submit(sample_job("k2")));
}

TEST_P(JournalConformance, RefusesAJobWithoutKeyOrThatIsNotNew) {
  EXPECT_EQ(journal_->submit(sample_job("")).error().code, Errc::invalid);
  Job job = sample_job("k1");
  job.state = JobState::running;
  EXPECT_EQ(journal_->submit(job).error().code, Errc::invalid);
  EXPECT_TRUE(journal_->list(10)->empty());
}

TEST_P(JournalConformance, RecordsEachStepBeforeAndAfter) {
  const Job job = submit(sample_job("k1"));
  ASSERT_TRUE(journal_->entering(job.id, 0));
  reopen();
  Job now = find(job.id);
  EXPECT_EQ(now.state, JobState::running);
  EXPECT_EQ(now.steps[0].state, StepState::running);
  EXPECT_FALSE(now.steps[0].started.empty());
  EXPECT_EQ(now.steps[1].state, StepState::pending);
  ASSERT_TRUE(journal_->left(job.id, 0, StepState::done));
  ASSERT_TRUE(journal_->entering(job.id, 1));
  ASSERT_TRUE(journal_->left(job.id, 1, StepState::failed));
  ASSERT_TRUE(journal_->entering(job.id, 0));  // its undo
  ASSERT_TRUE(journal_->left(job.id, 0, StepState::undone));
  reopen();
  now = find(job.id);
  EXPECT_EQ(now.steps[0].state, StepState::undone);
  EXPECT_EQ(now.steps[1].state, StepState::failed);
  EXPECT_FALSE(now.steps[1].ended.empty());
}

TEST_P(JournalConformance, RefusesStepsThatDoNotExist) {
  const Job job = submit(sample_job("k1"));
  EXPECT_EQ(journal_->entering(job.id, 2).error().code, Errc::invalid);
  EXPECT_EQ(journal_->left(job.id, 9, StepState::done).error().code, Errc::invalid);
  EXPECT_EQ(journal_->left(job.id, 0, StepState::pending).error().code, Errc::invalid);
}

TEST_P(JournalConformance, KeepsTheContext) {
  const Job job = submit(sample_job("k1"));
  ASSERT_TRUE(journal_->save_context(job.id, {{"old_disk", "/x/system-1.qcow2"}}));
  reopen();
  EXPECT_EQ(find(job.id).context, (Json{{"old_disk", "/x/system-1.qcow2"}}));
}

TEST_P(JournalConformance, ShowsProgressUntilTheNextStep) {
  const Job job = submit(sample_job("k1"));
  ASSERT_TRUE(journal_->entering(job.id, 0));
  ASSERT_TRUE(journal_->report(job.id, 0.5, "half"));
  EXPECT_EQ(find(job.id).progress, 0.5);
  EXPECT_EQ(find(job.id).note, "half");
  ASSERT_TRUE(journal_->report(job.id, 7, "too much"));
  EXPECT_EQ(find(job.id).progress, 1.0);
  ASSERT_TRUE(journal_->entering(job.id, 1));
  EXPECT_EQ(find(job.id).progress, 0.0);
}

TEST_P(JournalConformance, EndsAJobForGood) {
  const Job job = submit(sample_job("k1"));
  EXPECT_EQ(journal_->finish(job.id, JobState::running, nullptr, {}).error().code, Errc::invalid);
  ASSERT_TRUE(journal_->finish(job.id, JobState::rolled_back, {{"kept", "old"}},
                               Error{Errc::unavailable, "the guest did not come up"}));
  reopen();
  const Job ended = find(job.id);
  EXPECT_EQ(ended.state, JobState::rolled_back);
  EXPECT_EQ(ended.result, (Json{{"kept", "old"}}));
  ASSERT_TRUE(ended.error);
  EXPECT_EQ(ended.error->code, Errc::unavailable);
  EXPECT_FALSE(ended.ended.empty());
  EXPECT_EQ(journal_->finish(job.id, JobState::failed, nullptr, {}).error().code, Errc::conflict);
  EXPECT_EQ(journal_->entering(job.id, 0).error().code, Errc::conflict);
  EXPECT_EQ(journal_->save_context(job.id, nullptr).error().code, Errc::conflict);
  EXPECT_EQ(journal_->report(job.id, 0, "").error().code, Errc::conflict);
}

TEST_P(JournalConformance, SaysThatAJobIsNotThere) {
  const JobId id = JobId::generate();
  EXPECT_EQ(journal_->find(id).error().code, Errc::not_found);
  EXPECT_EQ(journal_->entering(id, 0).error().code, Errc::not_found);
  EXPECT_EQ(journal_->left(id, 0, StepState::done).error().code, Errc::not_found);
  EXPECT_EQ(journal_->save_context(id, nullptr).error().code, Errc::not_found);
  EXPECT_EQ(journal_->report(id, 0, "").error().code, Errc::not_found);
  EXPECT_EQ(journal_->finish(id, JobState::failed, nullptr, {}).error().code, Errc::not_found);
}

TEST_P(JournalConformance, CancelsUntilTheCommitPointIsEntered) {
  const Job job = submit(sample_job("a"));
  EXPECT_TRUE(journal_->entering(job.id, 0));
  EXPECT_EQ(journal_->cancel(job.id, "uid:7", 1).value().cancelled_by, "uid:7");
  EXPECT_EQ(journal_->cancel(job.id, "uid:8", 1).value().cancelled_by, "uid:7") << "once is enough";
  reopen();
  EXPECT_EQ(find(job.id).cancelled_by, "uid:7");
  EXPECT_EQ(journal_->finish(job.id, JobState::succeeded, nullptr, {}).error().code,
            Errc::cancelled);
  EXPECT_EQ(find(job.id).state, JobState::running);
  EXPECT_TRUE(journal_->finish(job.id, JobState::cancelled, nullptr,
                               make_error(Errc::cancelled, "cancelled by uid:7")));
  EXPECT_EQ(journal_->cancel(job.id, "uid:7", 1).error().code, Errc::conflict) << "it has ended";

  const Job late = submit(sample_job("b"));
  EXPECT_TRUE(journal_->entering(late.id, 0));
  EXPECT_TRUE(journal_->entering(late.id, 1));
  EXPECT_EQ(journal_->cancel(late.id, "uid:7", 1).error().code, Errc::conflict);
  EXPECT_TRUE(find(late.id).cancelled_by.empty());
}

TEST_P(JournalConformance, ListsNewestFirstAndOpenOnesOldestFirst) {
  const Job a = submit(sample_job("a", "i-00000000000a"));
  const Job b = submit(sample_job("b", "i-00000000000b"));
  const Job c = submit(sample_job("c", "i-00000000000c"));
  using Ids = std::vector<std::string>;
  EXPECT_EQ(ids(journal_->list(2)), (Ids{c.id.str(), b.id.str()}));
  EXPECT_EQ(ids(journal_->list(0)), Ids{});
  EXPECT_EQ(ids(journal_->list(SIZE_MAX)).size(), 3U);
  EXPECT_TRUE(journal_->entering(c.id, 0));
  finish(b.id, JobState::needs_attention);
  reopen();
  EXPECT_EQ(ids(journal_->open_jobs()), (Ids{a.id.str(), c.id.str()}));
}

TEST_P(JournalConformance, LetsOneOfManyWinASubject) {
  std::vector<int> won(4, 0);
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < won.size(); ++i)
      threads.emplace_back([&, i] {
        won[i] = journal_->submit(sample_job("key" + std::to_string(i))).has_value() ? 1 : 0;
      });
  }
  EXPECT_EQ(std::count(won.begin(), won.end(), 1), 1);
}

}  // namespace imprint::test
