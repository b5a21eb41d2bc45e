#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstring>

#include "guestfs/appliance/init/init.h"

namespace imprint::appliance_init {
namespace {

constexpr std::size_t head_size = 14;  // "told 00524288\n"
constexpr std::size_t enough = std::size_t{256} << 10;

/// Answers go out by one write, for each costs as much as a question; of several questions that
/// were put together all at once.
std::array<char, std::size_t{512} << 10> waiting;
std::size_t waiting_size = 0;
unsigned held = 0;  ///< so many answers are still to come before any goes out

void send_waiting(int port) {
  for (std::size_t sent = 0; sent < waiting_size;) {
    const ssize_t count = ::write(port, waiting.data() + sent, waiting_size - sent);
    if (count <= 0) break;
    sent += static_cast<std::size_t>(count);
  }
  waiting_size = 0;
}

/// One answer, put together behind those that wait.
class Answer {
 public:
  void put(char letter) { put(&letter, 1); }
  void put(const char* text, std::size_t size) {
    fits_ = fits_ && size <= waiting.size() - used_;
    if (!fits_) return;
    std::memcpy(waiting.data() + used_, text, size);
    used_ += size;
  }
  /// " 1f": printf() would take most of the time under emulation.
  void put_number(unsigned long long value) {
    std::array<char, 16> digits{};
    std::size_t first = digits.size();
    do {
      digits[--first] = "0123456789abcdef"[value & 15];
      value >>= 4;
    } while (value != 0);
    put(' ');
    put(digits.data() + first, digits.size() - first);
  }
  /// Up to `size` bytes of a file; false: it cannot be read.
  bool put_file(int file, off_t offset, std::size_t size) {
    if (size > waiting.size() - used_) return false;
    for (ssize_t count = 1; size > 0 && count > 0; offset += count) {
      count = ::pread(file, waiting.data() + used_, size, offset);
      if (count < 0) return false;
      used_ += static_cast<std::size_t>(count);
      size -= static_cast<std::size_t>(count);
    }
    return true;
  }
  [[nodiscard]] bool fits() const { return fits_; }

  /// Nothing is put any more. `told`: it is what was asked for.
  void finish(int port, bool told) {
    std::array<char, head_size + 1> head{};
    std::snprintf(head.data(), head.size(), "told %08zu\n", used_ - start_ - head_size);
    if (told && fits_) {
      std::memcpy(waiting.data() + start_, head.data(), head_size);
    } else {
      fits_ = true;
      used_ = start_;
      put("untold\n", 7);
    }
    waiting_size = used_;
    if (held > 0) --held;
    if (held == 0 || waiting_size > enough) send_waiting(port);
  }

 private:
  std::size_t start_ = waiting_size;
  std::size_t used_ = start_ + head_size;
  bool fits_ = true;
};

/// " MODE OWNER GROUP SIZE MODIFIED"
void put_info(Answer& answer, const struct stat& info) {
  answer.put_number(info.st_mode);
  answer.put_number(info.st_uid);
  answer.put_number(info.st_gid);
  answer.put_number(static_cast<unsigned long long>(info.st_size));
  answer.put_number(static_cast<unsigned long long>(info.st_mtim.tv_sec));
  answer.put('\0');
}

/// Nothing for one that cannot be read.
void put_target(Answer& answer, int folder, const char* name) {
  std::array<char, PATH_MAX> target;
  const ssize_t size = ::readlinkat(folder, name, target.data(), target.size());
  if (size > 0) answer.put(target.data(), static_cast<std::size_t>(size));
  answer.put('\0');
}

/// As libguestfs has it.
char letter_of(unsigned char type) {
  switch (type) {
    case DT_REG:
      return 'r';
    case DT_DIR:
      return 'd';
    case DT_LNK:
      return 'l';
    case DT_FIFO:
      return 'f';
    case DT_SOCK:
      return 's';
    case DT_CHR:
      return 'c';
    case DT_BLK:
      return 'b';
    default:
      return 'u';
  }
}

void put_entry(Answer& answer, int folder, const dirent& entry, bool details) {
  answer.put(entry.d_name, std::strlen(entry.d_name) + 1);
  answer.put(letter_of(entry.d_type));
  struct stat info {};
  if (!details || ::fstatat(folder, entry.d_name, &info, AT_SYMLINK_NOFOLLOW) != 0)
    return answer.put('\0');
  put_info(answer, info);
  if (S_ISLNK(info.st_mode)) put_target(answer, folder, entry.d_name);
}

bool put_entries(Answer& answer, DIR* folder, bool details) {
  errno = 0;
  while (const dirent* entry = ::readdir(folder)) {
    if (std::strcmp(entry->d_name, ".") != 0 && std::strcmp(entry->d_name, "..") != 0)
      put_entry(answer, ::dirfd(folder), *entry, details);
    if (!answer.fits()) return false;
    errno = 0;
  }
  return errno == 0;
}

}  // namespace

void hold_answers(unsigned count) {
  held = count;
}

void tell_look(int port, const char* path) {
  Answer answer;
  struct stat info {};
  const int file = open_mounted(path, O_PATH);
  const bool absent = file < 0 && (errno == ENOENT || errno == ENOTDIR);
  const bool told = file >= 0 && ::fstat(file, &info) == 0;
  if (told) put_info(answer, info);
  if (told && S_ISLNK(info.st_mode)) put_target(answer, file, "");
  if (file >= 0) ::close(file);
  answer.finish(port, told || absent);
}

void tell_folder(int port, const char* path, bool details) {
  Answer answer;
  const int file = open_mounted(path, O_RDONLY | O_DIRECTORY);
  DIR* folder = file >= 0 ? ::fdopendir(file) : nullptr;
  if (folder == nullptr && file >= 0) ::close(file);
  const bool told = folder != nullptr && put_entries(answer, folder, details);
  if (folder != nullptr) ::closedir(folder);
  answer.finish(port, told);
}

void tell_bytes(int port, const char* path, long long offset, std::size_t size) {
  Answer answer;
  struct stat info {};
  const int place = open_mounted(path, O_PATH);
  const bool regular = place >= 0 && ::fstat(place, &info) == 0 && S_ISREG(info.st_mode);
  if (place >= 0) ::close(place);
  const int file = regular ? open_mounted(path, O_RDONLY) : -1;
  const bool told = file >= 0 && answer.put_file(file, offset, size);
  if (file >= 0) ::close(file);
  answer.finish(port, told);
}

}  // namespace imprint::appliance_init
