#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "agent/store/sqlite.h"
#include "agent/store/wal_end.h"

namespace imprint::store {

/// An open database, and what is known of the disk below it.
///
/// After a write or a sync has failed, the page cache may hold what the disk does not, and neither
/// another write of the same bytes nor another sync that succeeds need change that: Linux keeps the
/// page as clean, and ext4 (6.18) leaves a block that was new as unwritten, so that it reads as
/// zeros after the next mount. So nothing more is written upon such pages: the database is closed
/// without folding its WAL into it, both files are read from the disk again, and what the WAL lacks
/// was never told to anyone as done. What it has although its caller was told that it failed is cut
/// off (WalEnd).
///
/// Not thread-safe: the owner holds its lock.
class SqliteFile {
 public:
  /// Takes what open_database() opened or copy_database() copied.
  SqliteFile(const std::filesystem::path& path, const Schema& schema,
             std::unique_ptr<SQLite::Database> database);
  SqliteFile(const SqliteFile&) = delete;
  SqliteFile& operator=(const SqliteFile&) = delete;
  ~SqliteFile();

  SQLite::Database& operator*() noexcept { return *database_; }
  SQLite::Database* operator->() noexcept { return database_.get(); }
  /// For errors.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  /// guarded(), for what only looks: also while the disk fails, as long as that is possible.
  template <class Body>
  std::invoke_result_t<Body> read(Body body) {
    if (!database_) TRY(read_again());
    return perform(body);
  }

  /// guarded(), for what changes something. Errc::unavailable: the disk failed, and fails still.
  template <class Body>
  std::invoke_result_t<Body> write(Body body) {
    if (!database_ || failed_) TRY(read_again());
    return perform(body);
  }

 private:
  template <class Body>
  std::invoke_result_t<Body> perform(Body body) {
    return guarded(name_, [&] {
      try {
        return body();
      } catch (const SQLite::Exception& fault) {
        note(fault.getErrorCode());
        throw;
      }
    });
  }

  void note(int code) noexcept;
  void watch();
  static int on_commit(void* self, sqlite3* connection, const char* database, int pages) noexcept;
  Result<> read_again();

  std::filesystem::path path_;
  std::string name_;
  const Schema& schema_;
  std::unique_ptr<SQLite::Database> database_;  ///< none: it could not be opened again
  WalEnd wal_end_;
  bool failed_ = false;  ///< a write or a sync
};

}  // namespace imprint::store
