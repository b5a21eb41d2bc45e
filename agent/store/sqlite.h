#pragma once
// What the two databases share. SQLiteCpp reports by throwing; nothing of it leaves this folder.

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "agent/base/result.h"

namespace imprint::store {

struct Schema {
  int application_id = 0;        ///< in the file's header: tells whose database it is
  int version = 1;               ///< kept as user_version
  const char* create = nullptr;  ///< the SQL that makes version `version` in an empty database
  /// The SQL from version i + 1 to version i + 2 at place i: one for each version but the last.
  std::vector<const char*> upgrades = {};
};

/// Opens or makes a database (mode 0600) with WAL and synchronous=FULL: a committed transaction
/// survives a power cut. One of an older version is brought to the present one, in one transaction.
/// Errc::corrupt: no database, not ours, or damaged; invalid: written by a newer program; all name
/// the file.
Result<std::unique_ptr<SQLite::Database>> open_database(const std::filesystem::path& path,
                                                        const Schema& schema);

/// The error for what SQLite threw: exhausted (no space), corrupt, or unavailable, with the file's
/// name.
Error sqlite_error(const SQLite::Exception& fault, const std::string& file);

/// Whether the file system was full and space for another try was made: the ballast beside the
/// database is gone then.
bool made_room(const SQLite::Exception& fault, const std::string& file);

/// Runs `body`, which returns a Result, and turns what SQLite throws into an error that names the
/// file. On a full file system `body` runs once more, if there is ballast to drop.
template <class Body>
std::invoke_result_t<Body> guarded(const std::string& file, Body body) {
  for (bool again = false;; again = true) {
    try {
      return body();
    } catch (const SQLite::Exception& fault) {
      if (again || !made_room(fault, file)) return sqlite_error(fault, file);
    }
  }
}

/// Keys and values are bytes, not text: SQLite would stop at a NUL or change the encoding.
void bind_bytes(SQLite::Statement& statement, int index, const std::string& bytes);

}  // namespace imprint::store
