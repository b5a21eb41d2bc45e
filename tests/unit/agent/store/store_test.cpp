#include "agent/store/sqlite_store.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>

#include "agent/base/atomic_file.h"
#include "agent/store/sqlite.h"
#include "tests/support/memory_store.h"
#include "tests/support/store_conformance.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/agent/store/broken_disk.h"

namespace imprint::test {
namespace {

using store::SqliteStore;
using testing::HasSubstr;

class MemoryPlace : public StorePlace {
 public:
  std::unique_ptr<Store> open() override { return std::make_unique<MemoryStore>(contents_); }

 private:
  std::shared_ptr<MemoryContents> contents_ = std::make_shared<MemoryContents>();
};

class SqlitePlace : public StorePlace {
 public:
  std::unique_ptr<Store> open() override {
    auto opened = SqliteStore::open(folder_ / "state.db");
    EXPECT_TRUE(opened) << (opened ? "" : opened.error().message);
    return opened ? *std::move(opened) : nullptr;
  }

 private:
  TempFolder folder_;
};

template <class Place>
std::unique_ptr<StorePlace> make() {
  return std::make_unique<Place>();
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreConformance,
                         testing::Values(StoreKind{"memory", make<MemoryPlace>},
                                         StoreKind{"sqlite", make<SqlitePlace>}),
                         name_of_kind);

class SqliteStoreFile : public testing::Test {
 protected:
  Error refused() {
    auto opened = SqliteStore::open(path_);
    EXPECT_FALSE(opened);
    return opened ? Error{} : opened.error();
  }
  void run_sql(const std::string& sql) {
    SQLite::Database database{path_.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
    database.exec(sql);
  }

  TempFolder folder_;
  std::filesystem::path path_ = folder_ / "state.db";
};

TEST_F(SqliteStoreFile, RefusesGarbageAndLeavesItAlone) {
  const std::string garbage(8192, 'g');
  std::ofstream{path_} << garbage;
  const Error fault = refused();
  EXPECT_EQ(fault.code, Errc::corrupt);
  EXPECT_THAT(fault.message, HasSubstr(path_.string()));
  EXPECT_EQ(read_file(path_).value(), garbage);
}

TEST_F(SqliteStoreFile, RefusesADatabaseOfSomebodyElse) {
  run_sql("CREATE TABLE theirs (a)");
  const Error fault = refused();
  EXPECT_EQ(fault.code, Errc::corrupt);
  EXPECT_THAT(fault.message, HasSubstr("not one of Imprint"));
}

TEST_F(SqliteStoreFile, RefusesTheSchemaOfANewerProgram) {
  ASSERT_TRUE(SqliteStore::open(path_));
  run_sql("PRAGMA user_version = 99");
  const Error fault = refused();
  EXPECT_EQ(fault.code, Errc::invalid);
  EXPECT_THAT(fault.message, HasSubstr("newer"));
  EXPECT_THAT(fault.message, HasSubstr("99"));
}

TEST_F(SqliteStoreFile, OfANewerProgramIsShownAndNotWritten) {
  ASSERT_TRUE(SqliteStore::open(path_).value()->commit({{}, {{"a", "1", {}}}, {}}));
  EXPECT_FALSE(SqliteStore::is_newer(path_));
  run_sql("PRAGMA user_version = 99");
  const std::string before = read_file(path_).value();
  EXPECT_TRUE(SqliteStore::is_newer(path_));
  const auto copy = SqliteStore::open_copy(path_);
  ASSERT_TRUE(copy) << copy.error().message;
  EXPECT_EQ((*copy)->get("a")->value().value, "1");
  EXPECT_EQ(read_file(path_).value(), before);
}

TEST_F(SqliteStoreFile, EndsNoLeaseUponPagesWhoseWriteHasFailed) {
  const auto opened = SqliteStore::open(path_);
  ASSERT_TRUE(opened);
  Store& store = **opened;
  const auto lease = store.grant_lease(std::chrono::milliseconds{200});
  ASSERT_TRUE(lease);
  ASSERT_TRUE(store.commit({{}, {{"session", "x", *lease}}, {}}));
  const auto watch = store.watch("session", 2);
  ASSERT_TRUE(watch);
  {
    const BrokenDisk broken;
    ASSERT_FALSE(store.commit({{}, {{"other", "x", {}}}, {}}));
  }
  put_copy_in_place(path_);
  // It is no write of its caller that ends the lease.
  const auto events = (*watch)->next(std::chrono::seconds{5});
  ASSERT_TRUE(events) << events.error().message;
  EXPECT_EQ(events->size(), 1U);
  const SQLite::Database on_disk{path_.string(), SQLite::OPEN_READWRITE};
  SQLite::Statement entries{on_disk, "SELECT count(*) FROM entries"};
  ASSERT_TRUE(entries.executeStep());
  EXPECT_EQ(entries.getColumn(0).getInt(), 0) << "what was read from the disk again has the end";
}

TEST_F(SqliteStoreFile, KeepsNothingThatItRefused) {
  // A commit that begins a WAL syncs its beginning first: the first of all, one behind another, and
  // one behind so much that the WAL is begun anew.
  constexpr std::array<std::pair<std::size_t, int>, 3> cases{{{0, 1}, {1, 0}, {6U << 20, 1}}};
  for (const auto& [before, good_syncs] : cases) {
    std::filesystem::remove(path_);
    auto store = SqliteStore::open(path_).value();
    if (before > 0) {
      ASSERT_TRUE(store->commit({{}, {{"first", std::string(before, 'x'), {}}}, {}}));
    }
    {
      const BrokenSync broken{good_syncs};
      ASSERT_FALSE(store->commit({{}, {{"refused", "x", {}}}, {}}));
    }
    ASSERT_TRUE(store->commit({{}, {{"last", "x", {}}}, {}}));
    for (int opened = 0; opened < 2; ++opened) {
      EXPECT_EQ(store->get("first").value().has_value(), before > 0);
      EXPECT_FALSE(store->get("refused").value()) << "after " << before << " bytes";
      EXPECT_TRUE(store->get("last").value());
      store.reset();
      store = SqliteStore::open(path_).value();
    }
  }
}

TEST_F(SqliteStoreFile, KeepsNothingThatItRefusedAtItsEnd) {
  auto store = SqliteStore::open(path_).value();
  {
    const BrokenSync broken{1};
    ASSERT_FALSE(store->commit({{}, {{"refused", "x", {}}}, {}}));
  }
  store.reset();
  EXPECT_FALSE(SqliteStore::open(path_).value()->get("refused").value());
}

TEST_F(SqliteStoreFile, KeepsAsideWhatARecordWas) {
  const auto opened = SqliteStore::open(path_).value();
  ASSERT_TRUE(opened->commit({{}, {{"images/x", "torn", {}}}, {}}));
  EXPECT_EQ(opened->keep_aside("images/y").error().code, Errc::not_found);
  ASSERT_TRUE(opened->keep_aside("images/x"));
  ASSERT_TRUE(opened->commit({{}, {}, {"images/x"}}));
  SQLite::Database database{path_.string(), SQLite::OPEN_READONLY};
  EXPECT_EQ(database.execAndGet("SELECT CAST(value AS TEXT) FROM set_aside").getString(), "torn");
}

TEST_F(SqliteStoreFile, RefusesATruncatedDatabase) {
  {
    auto opened = SqliteStore::open(path_);
    ASSERT_TRUE(opened);
    for (int i = 0; i < 50; ++i)
      ASSERT_TRUE(
          (*opened)->commit({{}, {{"k" + std::to_string(i), std::string(2000, 'x'), {}}}, {}}));
  }
  std::filesystem::resize_file(path_, 3 * 4096);
  EXPECT_EQ(refused().code, Errc::corrupt);
}

TEST_F(SqliteStoreFile, RefusesAFolderAndAPipe) {
  std::filesystem::create_directory(path_);
  EXPECT_EQ(refused().code, Errc::invalid);
  std::filesystem::remove(path_);
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  EXPECT_EQ(refused().code, Errc::invalid);
}

TEST_F(SqliteStoreFile, TakesAnEmptyFile) {
  std::ofstream{path_};
  EXPECT_TRUE(SqliteStore::open(path_));
}

TEST_F(SqliteStoreFile, IsReadableByItsOwnerOnly) {
  const auto opened = SqliteStore::open(path_);
  ASSERT_TRUE(opened);
  ASSERT_TRUE((*opened)->commit({{}, {{"a", "1", {}}}, {}}));
  for (const auto& file : std::filesystem::directory_iterator{folder_.path()})
    EXPECT_EQ(file.status().permissions() & std::filesystem::perms::all,
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write)
        << file.path();
}

/// Commits until it is killed and writes one byte into the pipe for each commit that was
/// acknowledged.
[[noreturn]] void commit_for_ever(const std::filesystem::path& path, int acknowledged) {
  auto opened = SqliteStore::open(path);
  for (int i = 1; opened; ++i) {
    const std::string key = "k" + std::to_string(i);
    if (!(*opened)->commit({{{key, 0}}, {{key, "v", {}}, {"last", key, {}}}, {}})) break;
    if (::write(acknowledged, "x", 1) != 1) break;
  }
  ::_exit(1);
}

TEST_F(SqliteStoreFile, LosesNoAcknowledgedCommitWhenItsProcessIsKilled) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) commit_for_ever(path_, ends[1]);
  ::close(ends[1]);
  char byte = 0;
  Revision acknowledged = 0;
  while (acknowledged < 25 && ::read(ends[0], &byte, 1) == 1) ++acknowledged;
  ::kill(child, SIGKILL);
  while (::read(ends[0], &byte, 1) == 1) ++acknowledged;
  ::close(ends[0]);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);

  const auto opened = SqliteStore::open(path_);
  ASSERT_TRUE(opened) << opened.error().message;
  const auto listing = (*opened)->list("k");
  ASSERT_TRUE(listing);
  EXPECT_GE(listing->revision, acknowledged);
  EXPECT_EQ(static_cast<Revision>(listing->entries.size()), listing->revision)
      << "each commit is whole";
  EXPECT_EQ((*opened)->get("last")->value().value, "k" + std::to_string(listing->revision));
}

}  // namespace
}  // namespace imprint::test
