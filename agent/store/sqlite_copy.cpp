#include "agent/store/sqlite_copy.h"

#include <SQLiteCpp/Backup.h>

#include <cstdlib>

namespace imprint::store {
namespace {

namespace fs = std::filesystem;

/// A folder for the copy's files, gone with it.
class Scratch {
 public:
  Scratch() {
    std::string pattern = (fs::temp_directory_path() / "imprint-copy-XXXXXX").string();
    if (::mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

/// The database with its WAL, which may hold what the file itself does not.
Result<std::unique_ptr<SQLite::Database>> read_copy(const fs::path& path) {
  const Scratch scratch;
  if (scratch.path().empty())
    return make_error(Errc::unavailable, "no temporary folder for a copy of '{}'", path.string());
  const fs::path copy = scratch.path() / "copy.db";
  std::error_code fault;
  fs::copy_file(path, copy, fault);
  if (fault) return system_error(fault.value(), "database '" + path.string() + "'");
  fs::path log = path;
  log += "-wal";
  if (fs::exists(log, fault)) {
    fs::copy_file(log, scratch.path() / "copy.db-wal", fault);
    if (fault) return system_error(fault.value(), "file '" + log.string() + "'");
  }
  return guarded(path.string(), [&]() -> Result<std::unique_ptr<SQLite::Database>> {
    SQLite::Database source{copy.string(), SQLite::OPEN_READWRITE};
    auto memory = std::make_unique<SQLite::Database>(
        ":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE | SQLite::OPEN_FULLMUTEX);
    // One after the other: the copy's files go when this returns, its content stays in `memory`.
    SQLite::Backup{*memory, source}.executeStep();
    return memory;
  });
}

int pragma(SQLite::Database& database, const char* name) {
  return database.execAndGet(std::string{"PRAGMA "} + name).getInt();
}

}  // namespace

bool is_newer(const fs::path& path, const Schema& schema) {
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) return false;
  const auto copy = read_copy(path);
  if (!copy) return false;
  const auto newer = guarded(path.string(), [&]() -> Result<bool> {
    return pragma(**copy, "application_id") == schema.application_id &&
           pragma(**copy, "user_version") > schema.version;
  });
  return newer && *newer;
}

Result<std::unique_ptr<SQLite::Database>> copy_database(const fs::path& path,
                                                        const Schema& schema) {
  auto copy = TRY(read_copy(path));
  TRY(guarded(path.string(), [&]() -> Result<> {
    if (pragma(*copy, "application_id") == schema.application_id) return {};
    return make_error(Errc::corrupt, "database '{}' is not one of Imprint", path.string());
  }));
  return copy;
}

}  // namespace imprint::store
