#include "agent/store/sqlite_file.h"

#include <sqlite3.h>

#include "agent/base/atomic_file.h"
#include "agent/base/log.h"

namespace imprint::store {
namespace {

namespace fs = std::filesystem;

constexpr int checkpoint_after = 1000;  // pages of the WAL: SQLite's own default

/// What is in memory is not given up for a disk that fails still.
Result<> try_disk(const fs::path& database) {
  fs::path trial = database;
  trial += ".trial";
  TRY(write_file_atomically(trial, "x"));
  std::error_code fault;
  fs::remove(trial, fault);
  return fault ? Result<>{system_error(fault.value(), "file '" + trial.string() + "'")}
               : Result<>{};
}

/// What the file lacks stays in the WAL.
void close_without_checkpoint(std::unique_ptr<SQLite::Database>& database) {
  if (!database) return;
  sqlite3_db_config(database->getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  database.reset();
}

}  // namespace

SqliteFile::SqliteFile(const fs::path& path, const Schema& schema,
                       std::unique_ptr<SQLite::Database> database)
    : path_{path}, name_{path.string()}, schema_{schema}, database_{std::move(database)} {
  watch();
}

SqliteFile::~SqliteFile() {
  if (!failed_) return;
  close_without_checkpoint(database_);
  if (const auto cut = wal_end_.cut(path_); !cut) log::warn("{}", cut.error().message);
}

void SqliteFile::note(int code) noexcept {
  if ((code & 0xFF) == SQLITE_IOERR) failed_ = true;
}

/// SQLite's own checkpoints keep a failure to themselves.
void SqliteFile::watch() {
  note(wal_end_.begin(database_->getHandle()));
  sqlite3_wal_hook(database_->getHandle(), &SqliteFile::on_commit, this);
}

int SqliteFile::on_commit(void* self, sqlite3* connection, const char* database,
                          int pages) noexcept {
  auto& file = *static_cast<SqliteFile*>(self);
  file.wal_end_.note(connection, pages);
  if (pages < checkpoint_after) return SQLITE_OK;
  file.note(
      sqlite3_wal_checkpoint_v2(connection, database, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr));
  return SQLITE_OK;  // the transaction itself is on disk
}

Result<> SqliteFile::read_again() {
  TRY_WITH(try_disk(path_), "a write of database '" + name_ + "' has failed");
  close_without_checkpoint(database_);
  TRY(wal_end_.cut(path_));
  database_ = TRY(open_database(path_, schema_));
  failed_ = false;
  watch();
  log::warn("database '{}': a write failed; it was read from the disk again", name_);
  return {};
}

}  // namespace imprint::store
