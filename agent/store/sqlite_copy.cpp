#include "agent/store/sqlite_copy.h"

#include <SQLiteCpp/Backup.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

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

std::error_code copy_whole(const fs::path& from, const fs::path& to) {
  std::error_code fault;
  fs::copy_file(from, to, fault);
  return fault;
}

/// The first page, with the file's header, and a hole of the rest's size.
std::error_code copy_beginning(const fs::path& from, const fs::path& to) {
  constexpr std::size_t largest_page = 65536;  // https://www.sqlite.org/fileformat2.html
  std::error_code fault;
  const auto size = fs::file_size(from, fault);
  if (fault) return fault;
  std::string page(std::min<std::uintmax_t>(size, largest_page), '\0');
  std::ifstream{from, std::ios::binary}.read(page.data(), std::ssize(page));
  std::ofstream{to, std::ios::binary}.write(page.data(), std::ssize(page));
  fs::resize_file(to, size, fault);
  return fault;
}

/// The database with its WAL, which may hold what the file itself does not; the path of the copy.
Result<fs::path> copy_into(const Scratch& scratch, const fs::path& path,
                           std::error_code (*copy_file)(const fs::path&, const fs::path&)) {
  if (scratch.path().empty())
    return make_error(Errc::unavailable, "no temporary folder for a copy of '{}'", path.string());
  fs::path copy = scratch.path() / "copy.db";
  if (const auto fault = copy_file(path, copy))
    return system_error(fault.value(), "database '" + path.string() + "'");
  const std::string log = path.string() + "-wal";
  std::error_code fault;
  if (!fs::exists(log, fault)) return copy;
  fault = copy_whole(log, copy.string() + "-wal");
  if (fault) return system_error(fault.value(), "file '" + log + "'");
  return copy;
}

Result<std::unique_ptr<SQLite::Database>> read_copy(const fs::path& path) {
  const Scratch scratch;
  const fs::path copy = TRY(copy_into(scratch, path, copy_whole));
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
  // At each start, so it reads no more than the header: a journal may be large.
  const Scratch scratch;
  const auto copy = copy_into(scratch, path, copy_beginning);
  if (!copy) return false;
  const auto newer = guarded(path.string(), [&]() -> Result<bool> {
    SQLite::Database database{copy->string(), SQLite::OPEN_READWRITE};
    return pragma(database, "application_id") == schema.application_id &&
           pragma(database, "user_version") > schema.version;
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
