#include <gmock/gmock.h>

#include <fstream>

#include "agent/base/atomic_file.h"
#include "agent/base/digest.h"
#include "agent/model/json.h"
#include "agent/store/sqlite_journal.h"
#include "tests/support/journal_conformance.h"
#include "tests/support/memory_journal.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/agent/store/broken_disk.h"

namespace imprint::test {
namespace {

using store::SqliteJournal;
using testing::HasSubstr;

class MemoryPlace : public JournalPlace {
 public:
  std::unique_ptr<Journal> open() override { return std::make_unique<MemoryJournal>(jobs_); }

 private:
  std::shared_ptr<MemoryJobs> jobs_ = std::make_shared<MemoryJobs>();
};

class SqlitePlace : public JournalPlace {
 public:
  std::unique_ptr<Journal> open() override {
    auto opened = SqliteJournal::open(folder_ / "journal.db", clock_);
    EXPECT_TRUE(opened) << (opened ? "" : opened.error().message);
    return opened ? *std::move(opened) : nullptr;
  }

 private:
  TempFolder folder_;
  SystemClock clock_;
};

template <class Place>
std::unique_ptr<JournalPlace> make() {
  return std::make_unique<Place>();
}

INSTANTIATE_TEST_SUITE_P(Journals, JournalConformance,
                         testing::Values(JournalKind{"memory", make<MemoryPlace>},
                                         JournalKind{"sqlite", make<SqlitePlace>}),
                         name_of_journal);

/// Both kinds, read in parts of two.
std::vector<DamagedJob> damaged_in(Journal& journal) {
  auto all = journal.damaged_open().value();
  DamagedPart part = journal.damaged_ended({}, 2).value();
  std::ranges::copy(part.jobs, std::back_inserter(all));
  while (part.rest) {
    part = journal.damaged_ended(part.rest, 2).value();
    std::ranges::copy(part.jobs, std::back_inserter(all));
  }
  return all;
}

class SqliteJournalFile : public testing::Test {
 protected:
  std::unique_ptr<SqliteJournal> open() {
    auto opened = SqliteJournal::open(path_, clock_);
    EXPECT_TRUE(opened) << (opened ? "" : opened.error().message);
    return opened ? *std::move(opened) : nullptr;
  }
  void run_sql(const std::string& sql) {
    SQLite::Database database{path_.string(), SQLite::OPEN_READWRITE};
    database.exec(sql);
  }

  TempFolder folder_;
  std::filesystem::path path_ = folder_ / "journal.db";
  SystemClock clock_;
};

TEST_F(SqliteJournalFile, ReadsTheDiskAgainAfterAWriteHasFailed) {
  const auto journal = open();
  const Job first = sample_job("k1");
  Job second = sample_job("k2");
  second.subject = "i-000000000002";
  ASSERT_TRUE(journal->submit(first));
  {
    const BrokenDisk broken;
    for (int tries = 0; tries < 2; ++tries) {
      const auto refused = journal->submit(second);
      ASSERT_FALSE(refused);
      EXPECT_EQ(refused.error().code, Errc::unavailable) << refused.error().message;
    }
    EXPECT_EQ(journal->find(first.id)->idempotency_key, "k1") << "what is there is still shown";
  }
  put_copy_in_place(path_);
  ASSERT_TRUE(journal->submit(second));
  EXPECT_EQ(open()->list(10)->size(), 2U) << "the new file has it: the old one was let go";
}

TEST_F(SqliteJournalFile, NamesARowThatWasChangedBehindItsBack) {
  const Job job = sample_job("k1");
  ASSERT_TRUE(open()->submit(job));
  run_sql("UPDATE jobs SET record = replace(record, 'debian', 'fedora')");
  const auto found = open()->find(job.id);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Errc::corrupt);
  EXPECT_THAT(found.error().message, HasSubstr(job.id.str()));
  EXPECT_THAT(found.error().message, HasSubstr(path_.string()));
  EXPECT_EQ(open()->entering(job.id, 0).error().code, Errc::corrupt);
  EXPECT_EQ(open()->submit(job).error().code, Errc::corrupt) << "its key is not free";
}

TEST_F(SqliteJournalFile, TellsOfARowThatCannotBeReadBesideTheOthers) {
  const Job damaged = sample_job("k1");
  const Job sound = sample_job("k2", "i-000000000002");
  ASSERT_TRUE(open()->submit(damaged));
  ASSERT_TRUE(open()->submit(sound));
  EXPECT_TRUE(damaged_in(*open()).empty());
  run_sql(
      "UPDATE jobs SET record = replace(record, 'debian', 'fedora') WHERE idempotency_key = 'k1'");
  const auto journal = open();
  EXPECT_EQ(journal->list(10)->size(), 1U);
  EXPECT_EQ(journal->open_jobs()->at(0).id, sound.id);
  const auto found = damaged_in(*journal);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].name, damaged.id.str());
  EXPECT_EQ(found[0].subject, damaged.subject);
  EXPECT_EQ(found[0].idempotency_key, "k1");
  EXPECT_FALSE(found[0].ended);
}

TEST_F(SqliteJournalFile, TellsOfDamagedJobsInWhateverStateTheyEnded) {
  const std::vector<JobState> states{JobState::succeeded, JobState::failed, JobState::rolled_back,
                                     JobState::cancelled, JobState::needs_attention};
  for (std::size_t i = 0; i < states.size(); ++i) {
    const Job job = sample_job(fmt::format("k{}", i));
    const auto journal = open();
    ASSERT_TRUE(journal->submit(job));
    ASSERT_TRUE(journal->finish(job.id, states[i], nullptr, std::nullopt));
  }
  run_sql("UPDATE jobs SET record = 'torn'");
  EXPECT_TRUE(open()->damaged_open()->empty());
  const auto found = damaged_in(*open());
  ASSERT_EQ(found.size(), states.size());
  for (const DamagedJob& job : found) EXPECT_TRUE(job.ended);
  EXPECT_GT(found.front().position, found.back().position) << "the newest comes first";
}

TEST_F(SqliteJournalFile, ReadsEndedJobsInPartsAsSmallAsIsWanted) {
  for (int i = 0; i < 5; ++i) {
    const Job job = sample_job(fmt::format("k{}", i));
    const auto journal = open();
    ASSERT_TRUE(journal->submit(job));
    ASSERT_TRUE(journal->finish(job.id, JobState::succeeded, nullptr, std::nullopt));
  }
  run_sql("UPDATE jobs SET record = 'torn' WHERE position = 2");
  const auto newest = open()->damaged_ended({}, 3).value();
  EXPECT_TRUE(newest.jobs.empty());
  EXPECT_EQ(newest.rest, 3);
  const auto oldest = open()->damaged_ended(newest.rest, 3).value();
  EXPECT_EQ(oldest.jobs.at(0).position, 2);
  EXPECT_FALSE(oldest.rest);
}

TEST_F(SqliteJournalFile, DoesNotGuessWhatADamagedRowWasAbout) {
  ASSERT_TRUE(open()->submit(sample_job("k1", "web-1..web-3")));
  run_sql("UPDATE jobs SET record = 'x', id = 'garbage', state = 'rubbish'");
  const auto found = damaged_in(*open());
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].name, "job-row-1");
  EXPECT_EQ(found[0].subject, "");
  EXPECT_FALSE(found[0].ended);
}

TEST_F(SqliteJournalFile, SetsADamagedRowAsideWithAllItsBytes) {
  const Job damaged = sample_job("k1");
  const Job sound = sample_job("k2", "i-000000000002");
  ASSERT_TRUE(open()->submit(damaged));
  ASSERT_TRUE(open()->submit(sound));
  run_sql("UPDATE jobs SET record = 'torn' WHERE idempotency_key = 'k1'");
  EXPECT_EQ(open()->set_aside(sound.id.str()).error().code, Errc::not_found);
  ASSERT_TRUE(open()->set_aside(damaged.id.str()));
  EXPECT_TRUE(damaged_in(*open()).empty());
  EXPECT_EQ(open()->find(damaged.id).error().code, Errc::not_found);
  EXPECT_TRUE(open()->find(sound.id));
  SQLite::Database database{path_.string(), SQLite::OPEN_READONLY};
  EXPECT_EQ(database.execAndGet("SELECT id || record FROM set_aside").getString(),
            damaged.id.str() + "torn");
}

TEST_F(SqliteJournalFile, TellsThatItIsNewerByItsFirstPageAlone) {
  ASSERT_TRUE(open());
  run_sql("PRAGMA user_version = 99");
  // A copy of all of it would find no room.
  std::filesystem::resize_file(path_, std::uintmax_t{1} << 42);
  EXPECT_TRUE(SqliteJournal::is_newer(path_));
}

TEST_F(SqliteJournalFile, KeepsWhatCannotBeReadWhenOldJobsAreForgotten) {
  const Job damaged = sample_job("k1");
  ASSERT_TRUE(open()->submit(damaged));
  ASSERT_TRUE(open()->finish(damaged.id, JobState::succeeded, nullptr, std::nullopt));
  run_sql("UPDATE jobs SET record = 'torn'");
  EXPECT_EQ(*open()->forget_ended("2200-01-01T00:00:00Z", 0, 9), 0U);
  EXPECT_EQ(damaged_in(*open()).size(), 1U);
}

TEST_F(SqliteJournalFile, OfANewerProgramIsShownAndNotWritten) {
  const Job job = sample_job("k1");
  ASSERT_TRUE(open()->submit(job));
  EXPECT_FALSE(SqliteJournal::is_newer(path_));
  run_sql("PRAGMA user_version = 99");
  const std::string before = read_file(path_).value();
  EXPECT_TRUE(SqliteJournal::is_newer(path_));
  const auto copy = SqliteJournal::open_copy(path_, clock_);
  ASSERT_TRUE(copy) << copy.error().message;
  EXPECT_EQ(to_json((*copy)->find(job.id).value()), to_json(job));
  EXPECT_EQ(read_file(path_).value(), before);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator{folder_.path()}, {}), 1)
      << "no file beside it";
}

TEST_F(SqliteJournalFile, SeesInACopyWhatIsInTheLogAlone) {
  const auto journal = open();
  const Job job = sample_job("k1");
  ASSERT_TRUE(journal->submit(job));
  const auto copy = SqliteJournal::open_copy(path_, clock_);
  ASSERT_TRUE(copy) << copy.error().message;
  EXPECT_TRUE((*copy)->find(job.id));
}

TEST_F(SqliteJournalFile, NamesARowWhoseColumnsDisagreeWithItsRecord) {
  const Job job = sample_job("k1");
  ASSERT_TRUE(open()->submit(job));
  run_sql("UPDATE jobs SET state = 'succeeded'");
  EXPECT_EQ(open()->find(job.id).error().code, Errc::corrupt);
}

TEST_F(SqliteJournalFile, RefusesARecordThatItCouldNotReadAgain) {
  const auto journal = open();
  const Job job = sample_job("k1");
  ASSERT_TRUE(journal->submit(job));
  Json deep = 1;
  for (int i = 0; i < 80; ++i) deep = Json::array({deep});
  EXPECT_EQ(journal->save_context(job.id, deep).error().code, Errc::invalid);
  EXPECT_EQ(journal->find(job.id)->context, nullptr);
}

TEST_F(SqliteJournalFile, ReadsTheJobsOfTheFirstVersionAndIsThenOfThePresentOne) {
  const Job job = sample_job("k1");
  ASSERT_TRUE(open()->submit(job));
  Json first = to_json(job);
  first.erase("cancelled_by");
  const std::string record = dump_json(Json{{"version", 1}, {"job", first}});
  {
    SQLite::Database database{path_.string(), SQLite::OPEN_READWRITE};
    SQLite::Statement row{database, "UPDATE jobs SET record = ?, record_digest = ?"};
    row.bind(1, record);
    row.bind(2, digest_of(record));
    row.exec();
    database.exec("PRAGMA user_version = 1");
  }
  const auto journal = open();
  ASSERT_TRUE(journal);
  EXPECT_EQ(to_json(journal->find(job.id).value()), to_json(job));
  EXPECT_TRUE(journal->entering(job.id, 0));
  EXPECT_EQ(journal->find(job.id)->state, JobState::running);
  SQLite::Database database{path_.string(), SQLite::OPEN_READONLY};
  EXPECT_EQ(database.execAndGet("PRAGMA user_version").getInt(), 2);
}

TEST_F(SqliteJournalFile, IsLeftAsItIsByAnOlderProgram) {
  ASSERT_TRUE(open()->submit(sample_job("k1")));
  run_sql("PRAGMA user_version = 99");
  const auto opened = SqliteJournal::open(path_, clock_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::invalid);
  EXPECT_THAT(opened.error().message, HasSubstr("newer"));
}

TEST_F(SqliteJournalFile, RefusesGarbageAndTheStoresFile) {
  std::ofstream{path_} << std::string(5000, '\1');
  const auto opened = SqliteJournal::open(path_, clock_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::corrupt);
  EXPECT_THAT(opened.error().message, HasSubstr(path_.string()));
}

}  // namespace
}  // namespace imprint::test
