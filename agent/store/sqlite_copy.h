#pragma once
// Looking into a database without leaving a trace: SQLite would make -wal and -shm files beside it
// and, at the end, fold the one into the database.

#include <filesystem>
#include <memory>

#include "agent/store/sqlite.h"

namespace imprint::store {

/// Whether a database is there that was written by a newer program than `schema` is of. Errors of
/// what cannot be read as a database are left to open_database: false.
bool is_newer(const std::filesystem::path& path, const Schema& schema);

/// What the database holds, in memory; what is changed there is changed nowhere else. Nothing at
/// `path` or beside it is made or written. The caller holds the state folder. Errors: those of
/// open_database, but a newer schema is fine.
Result<std::unique_ptr<SQLite::Database>> copy_database(const std::filesystem::path& path,
                                                        const Schema& schema);

}  // namespace imprint::store
