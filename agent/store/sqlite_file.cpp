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

/// What the file lacks stays in the WAL, which is whole.
void close_without_checkpoint(std::unique_ptr<SQLite::Database>& database) {
  if (!database) return;
  sqlite3_db_config(database->getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  database.reset();
}

}  // namespace

SqliteFile::SqliteFile(const fs::path& path, const Schema& schema,
                       std::unique_ptr<SQLite::Database> database)
    : path_{path}, name_{path.string()}, schema_{schema}, database_{std::move(database)} {
  watch_checkpoints();
}

SqliteFile::~SqliteFile() {
  if (failed_) close_without_checkpoint(database_);
}

void SqliteFile::note(int code) noexcept {
  if ((code & 0xFF) == SQLITE_IOERR) failed_ = true;
}

/// SQLite's own checkpoints keep a failure to themselves.
void SqliteFile::watch_checkpoints() {
  sqlite3_wal_hook(database_->getHandle(), &SqliteFile::checkpoint, this);
}

int SqliteFile::checkpoint(void* self, sqlite3* connection, const char* database,
                           int pages) noexcept {
  if (pages < checkpoint_after) return SQLITE_OK;
  static_cast<SqliteFile*>(self)->note(
      sqlite3_wal_checkpoint_v2(connection, database, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr));
  return SQLITE_OK;  // the transaction itself is on disk
}

Result<> SqliteFile::read_again() {
  TRY_WITH(try_disk(path_), "a write of database '" + name_ + "' has failed");
  close_without_checkpoint(database_);
  database_ = TRY(open_database(path_, schema_));
  watch_checkpoints();
  failed_ = false;
  log::warn("database '{}': a write failed; it was read from the disk again", name_);
  return {};
}

}  // namespace imprint::store
