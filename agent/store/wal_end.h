#pragma once

#include <array>
#include <cstdint>
#include <filesystem>

#include "agent/base/result.h"

struct sqlite3;

namespace imprint::store {

/// Where the committed part of a database's WAL ends. Behind it may lie a transaction that was
/// written whole and whose sync has failed: its caller was told so, and whoever opens the database
/// anew would take it for committed all the same. For a database that nobody else writes to. Not
/// thread-safe.
class WalEnd {
 public:
  /// Of a database that was just opened: folds the WAL into it, after which it is empty. Returns
  /// SQLite's code; unless that is SQLITE_OK, the end is not known until the next commit. One in
  /// memory has none.
  int begin(sqlite3* database) noexcept;
  /// After a commit, with what sqlite3_wal_hook() tells.
  void note(sqlite3* database, int frames) noexcept;
  /// Cuts off the closed database's WAL what lies behind the end, if that is known.
  Result<> cut(const std::filesystem::path& database) const;

 private:
  std::array<unsigned char, 8> salts_{};  ///< other ones: the WAL was begun anew since
  std::uint64_t size_ = 0;                ///< bytes
  bool known_ = false;
};

}  // namespace imprint::store
