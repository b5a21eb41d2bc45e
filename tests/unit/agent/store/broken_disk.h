#pragma once

#include <sys/resource.h>

#include <atomic>
#include <csignal>
#include <filesystem>

namespace imprint::test {

/// Every write beyond the first bytes of a file fails meanwhile, as on a disk that is broken.
class BrokenDisk {
 public:
  BrokenDisk() {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit none{0, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &none);
  }
  BrokenDisk(const BrokenDisk&) = delete;
  BrokenDisk& operator=(const BrokenDisk&) = delete;
  ~BrokenDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int) = nullptr;
};

/// What is written arrives meanwhile, but after some fdatasync(2), which is SQLite's way to sync,
/// each fails.
class BrokenSync {
 public:
  static constexpr int all = 1 << 30;

  explicit BrokenSync(int good) { good_left = good; }
  BrokenSync(const BrokenSync&) = delete;
  BrokenSync& operator=(const BrokenSync&) = delete;
  ~BrokenSync() { good_left = all; }

  static std::atomic<int> good_left;
};

/// Only what is on disk counts: a copy of the database takes its place, and is what one that reads
/// the disk again finds there.
inline void put_copy_in_place(const std::filesystem::path& database) {
  const std::string copy = database.string() + ".copy";
  for (const char* part : {"", "-wal"}) {
    std::filesystem::copy_file(database.string() + part, copy + part);
    std::filesystem::rename(copy + part, database.string() + part);
  }
}

}  // namespace imprint::test
