#include "agent/store/sqlite.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "agent/base/fd.h"
#include "agent/store/ballast.h"
#include "agent/store/paths.h"

namespace imprint::store {
namespace {

constexpr int busy_timeout = 5000;  // ms

/// SQLite would make it readable for all; its -wal and -shm files take the mode of this one.
Result<> make_private_file(const std::filesystem::path& path) {
  const Fd fd{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600)};
  if (!fd.valid()) return system_error(errno, "database '" + path.string() + "'");
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return system_error(errno, "database '" + path.string() + "'");
  if (!S_ISREG(info.st_mode))
    return make_error(Errc::invalid, "database '{}' is not a regular file", path.string());
  return {};
}

/// The page cache may hold what a disk that failed does not (SqliteFile): what is judged is the
/// disk.
Result<> forget_cached(const std::filesystem::path& path) {
  const Fd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
  if (!fd.valid())
    return errno == ENOENT ? Result<>{} : system_error(errno, "file '" + path.string() + "'");
  // What is not written yet is not forgotten.
  if (::fdatasync(fd.get()) != 0) return system_error(errno, "file '" + path.string() + "'");
  ::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_DONTNEED);
  return {};
}

int pragma(SQLite::Database& database, const char* name) {
  return database.execAndGet(std::string{"PRAGMA "} + name).getInt();
}

Result<> check_owner(SQLite::Database& database, const Schema& schema, const std::string& file) {
  const int application = pragma(database, "application_id");
  const int version = pragma(database, "user_version");
  if (application != schema.application_id)
    return make_error(Errc::corrupt, "database '{}' is not one of Imprint", file);
  if (version > schema.version)
    return make_error(
        Errc::invalid,
        "database '{}' has schema {}, newer than this program's {}: install the newer program",
        file, version, schema.version);
  const std::string check = database.execAndGet("PRAGMA quick_check(1)").getString();
  if (check != "ok") return make_error(Errc::corrupt, "database '{}' is damaged: {}", file, check);
  // It read every page, and most are not needed again: up to 2 MB would be held for good.
  database.exec("PRAGMA shrink_memory");
  return {};
}

bool is_empty(SQLite::Database& database) {
  return database.execAndGet("SELECT count(*) FROM sqlite_master").getInt() == 0 &&
         pragma(database, "user_version") == 0;
}

void create_schema(SQLite::Database& database, const Schema& schema) {
  SQLite::Transaction transaction{database};
  database.exec(schema.create);
  database.exec(fmt::format("PRAGMA application_id = {}", schema.application_id));
  database.exec(fmt::format("PRAGMA user_version = {}", schema.version));
  transaction.commit();
}

/// All of it or nothing: a crash in between leaves the older version, whole.
void upgrade_schema(SQLite::Database& database, const Schema& schema) {
  SQLite::Transaction transaction{database, SQLite::TransactionBehavior::IMMEDIATE};
  for (int version = pragma(database, "user_version"); version < schema.version; ++version) {
    database.exec(schema.upgrades.at(static_cast<std::size_t>(version - 1)));
    database.exec(fmt::format("PRAGMA user_version = {}", version + 1));
  }
  transaction.commit();
}

}  // namespace

Error sqlite_error(const SQLite::Exception& fault, const std::string& file) {
  Errc code = Errc::unavailable;
  switch (fault.getErrorCode() & 0xFF) {  // the low byte of an extended code
    case SQLITE_FULL:
      code = Errc::exhausted;
      break;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_MISMATCH:
      code = Errc::corrupt;
      break;
    default:
      break;
  }
  return make_error(code, "database '{}': {}", file, fault.what());
}

bool made_room(const SQLite::Exception& fault, const std::string& file) {
  const bool full = (fault.getErrorCode() & 0xFF) == SQLITE_FULL ||
                    fault.getExtendedErrorCode() == SQLITE_IOERR_SHMSIZE;
  return full && drop_ballast(StatePaths::ballast_beside(file));
}

Result<std::unique_ptr<SQLite::Database>> open_database(const std::filesystem::path& path,
                                                        const Schema& schema) {
  using Opened = Result<std::unique_ptr<SQLite::Database>>;
  TRY(make_private_file(path));
  for (const char* part : {"", "-wal"}) TRY(forget_cached(path.string() + part));
  return guarded(path.string(), [&]() -> Opened {
    auto database = std::make_unique<SQLite::Database>(
        path.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_FULLMUTEX, busy_timeout);
    // First what only reads: a database that is not ours is left as it is.
    const bool fresh = is_empty(*database);
    if (!fresh) TRY(check_owner(*database, schema, path.string()));
    database->exec("PRAGMA journal_mode = WAL");
    database->exec("PRAGMA synchronous = FULL");
    if (fresh)
      create_schema(*database, schema);
    else if (pragma(*database, "user_version") < schema.version)
      upgrade_schema(*database, schema);
    return database;
  });
}

void bind_bytes(SQLite::Statement& statement, int index, const std::string& bytes) {
  statement.bind(index, static_cast<const void*>(bytes.data()), static_cast<int>(bytes.size()));
}

}  // namespace imprint::store
