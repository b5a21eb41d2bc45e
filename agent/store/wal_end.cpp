#include "agent/store/wal_end.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "agent/base/fd.h"

namespace imprint::store {
namespace {

// https://www.sqlite.org/fileformat2.html#the_write_ahead_log
constexpr std::size_t page_size_at = 8;
constexpr std::size_t salts_at = 16;
constexpr std::uint64_t frame_header_size = 24;
using Header = std::array<unsigned char, 32>;

std::uint64_t page_size_of(const Header& header) {
  std::uint64_t size = 0;
  for (std::size_t i = 0; i < 4; ++i) size = size << 8 | header[page_size_at + i];
  return size;
}

}  // namespace

int WalEnd::begin(sqlite3* database) noexcept {
  const int code =
      sqlite3_wal_checkpoint_v2(database, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  size_ = 0;
  const char* file = sqlite3_db_filename(database, "main");
  known_ = code == SQLITE_OK && file != nullptr && *file != '\0';
  return code;
}

void WalEnd::note(sqlite3* database, int frames) noexcept {
  Header header{};
  sqlite3_file* wal = nullptr;
  known_ =
      sqlite3_file_control(database, "main", SQLITE_FCNTL_JOURNAL_POINTER,
                           static_cast<void*>(&wal)) == SQLITE_OK &&
      wal != nullptr && wal->pMethods != nullptr &&
      wal->pMethods->xRead(wal, header.data(), static_cast<int>(header.size()), 0) == SQLITE_OK;
  std::copy_n(header.begin() + salts_at, salts_.size(), salts_.begin());
  size_ = header.size() +
          static_cast<std::uint64_t>(frames) * (frame_header_size + page_size_of(header));
}

Result<> WalEnd::cut(const std::filesystem::path& database) const {
  if (!known_) return {};
  const std::string path = database.string() + "-wal";
  const Fd wal{::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
  if (!wal.valid())
    return errno == ENOENT ? Result<>{} : system_error(errno, "file '" + path + "'");
  struct stat info {};
  Header header{};
  if (::fstat(wal.get(), &info) != 0 || ::pread(wal.get(), header.data(), header.size(), 0) < 0)
    return system_error(errno, "file '" + path + "'");
  const bool is_same = std::equal(salts_.begin(), salts_.end(), header.begin() + salts_at);
  const auto end = static_cast<off_t>(is_same ? size_ : 0);
  if (info.st_size > end && ::ftruncate(wal.get(), end) != 0)
    return system_error(errno, "file '" + path + "'");
  return {};
}

}  // namespace imprint::store
