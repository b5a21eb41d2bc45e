#include "guestfs/appliance/state_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>
#include <vector>

#include "agent/base/owned.h"
#include "guestfs/appliance/state_header.h"

namespace imprint::appliance {
namespace {

constexpr std::size_t chunk_size = std::size_t{256} << 10;

class Hash {
 public:
  Hash() : state_{XXH3_createState()} { XXH3_128bits_reset(state_.get()); }
  void update(const void* bytes, std::size_t size) {
    XXH3_128bits_update(state_.get(), bytes, size);
  }
  [[nodiscard]] std::string finish() const {
    const XXH128_hash_t value = XXH3_128bits_digest(state_.get());
    return fmt::format("{:016x}{:016x}", value.high64, value.low64);
  }

 private:
  static void free_state(XXH3_state_t* state) { XXH3_freeState(state); }
  Owned<XXH3_state_t, free_state> state_;
};

Result<> write_at(const Fd& fd, const void* bytes, std::size_t size, std::uint64_t offset) {
  const char* at = static_cast<const char*>(bytes);
  while (size > 0) {
    const ssize_t count = ::pwrite(fd.get(), at, size, static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_error(errno, "write");
    at += count;
    offset += static_cast<std::uint64_t>(count);
    size -= static_cast<std::size_t>(count);
  }
  return {};
}

/// A whole file as memory.
class Mapping {
 public:
  static Result<Mapping> map(const Fd& fd, std::size_t size) {
    void* address = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, fd.get(), 0);
    if (address == MAP_FAILED) return system_error(errno, "mmap");
    return Mapping{{static_cast<const char*>(address), size}};
  }
  Mapping(Mapping&& other) noexcept : bytes_{std::exchange(other.bytes_, {})} {}
  Mapping& operator=(Mapping&&) = delete;
  ~Mapping() {
    if (!bytes_.empty()) ::munmap(const_cast<char*>(bytes_.data()), bytes_.size());
  }
  [[nodiscard]] std::span<const char> bytes() const noexcept { return bytes_; }

 private:
  explicit Mapping(std::span<const char> bytes) : bytes_{bytes} {}
  std::span<const char> bytes_;
};

bool is_zero(const char* page) {
  return page[0] == 0 && std::memcmp(page, page + 1, page_size - 1) == 0;
}

std::vector<PageRun> runs_of(std::span<const char> memory) {
  std::vector<PageRun> runs;
  for (std::uint64_t page = 0; page < memory.size() / page_size; ++page) {
    if (is_zero(memory.data() + page * page_size)) continue;
    if (runs.empty() || runs.back().first + runs.back().count != page) runs.push_back({page, 0});
    ++runs.back().count;
  }
  return runs;
}

/// Belongs to this user or to root, and nobody else may write it.
Result<std::uint64_t> require_trusted(const Fd& fd, const std::string& path) {
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return system_error(errno, path);
  if (!S_ISREG(info.st_mode)) return make_error(Errc::denied, "'{}' is no regular file", path);
  if (info.st_uid != 0 && info.st_uid != ::geteuid())
    return make_error(Errc::denied, "'{}' belongs to the user {}", path, info.st_uid);
  if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return make_error(Errc::denied, "'{}' can be written by other users", path);
  return static_cast<std::uint64_t>(info.st_size);
}

/// Copies a file piece by piece, each byte hashed on its way.
class Reader {
 public:
  explicit Reader(const Fd& file) : file_{file}, buffer_(chunk_size) {}

  Result<> copy(std::uint64_t size, const Fd& target, std::uint64_t offset) {
    while (size > 0) {
      const std::size_t wanted =
          static_cast<std::size_t>(std::min<std::uint64_t>(size, chunk_size));
      TRY(read(buffer_.data(), wanted));
      TRY(write_at(target, buffer_.data(), wanted, offset));
      offset += wanted;
      size -= wanted;
    }
    return {};
  }

  Result<> read(void* bytes, std::size_t size) {
    char* at = static_cast<char*>(bytes);
    for (std::size_t done = 0; done < size;) {
      const ssize_t count =
          ::pread(file_.get(), at + done, size - done, static_cast<off_t>(position_));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return system_error(errno, "read");
      if (count == 0) return make_error(Errc::corrupt, "it is cut short");
      done += static_cast<std::size_t>(count);
      position_ += static_cast<std::uint64_t>(count);
    }
    hash_.update(bytes, size);
    return {};
  }

  [[nodiscard]] std::string digest() const { return hash_.finish(); }

 private:
  const Fd& file_;
  std::vector<char> buffer_;
  std::uint64_t position_ = header_size;
  Hash hash_;
};

Result<Fd> make_memory(const char* name, std::uint64_t size) {
  Fd fd{::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING)};
  if (!fd.valid() || ::ftruncate(fd.get(), static_cast<off_t>(size)) != 0)
    return system_error(errno, "memory for a machine's state");
  return fd;
}

Result<> seal(const Fd& fd) {
  constexpr int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;
  if (::fcntl(fd.get(), F_ADD_SEALS, seals) != 0) return system_error(errno, "seal");
  return {};
}

Result<LoadedState> read_content(const Fd& file, const StateHeader& header) {
  LoadedState state;
  state.memory = TRY(make_memory("imprint-memory", header.memory));
  state.devices = TRY(make_memory("imprint-devices", header.devices));
  Reader reader{file};
  TRY(reader.copy(header.devices, state.devices, 0));
  std::vector<PageRun> runs(header.runs);
  TRY(reader.read(runs.data(), runs.size() * sizeof(PageRun)));
  std::uint64_t left = header.pages;
  for (const PageRun& run : runs) {
    if (run.count > left || run.first > header.memory / page_size - run.count)
      return make_error(Errc::corrupt, "its pages lie outside the memory");
    TRY(reader.copy(run.count * page_size, state.memory, run.first * page_size));
    left -= run.count;
  }
  if (left != 0 || reader.digest() != header.digest)
    return make_error(Errc::corrupt, "it is damaged: its digest is another");
  TRY(seal(state.memory));
  TRY(seal(state.devices));
  return state;
}

}  // namespace

Result<> write_state(const std::filesystem::path& target, const std::string& key,
                     const std::string& devices, const std::filesystem::path& memory) {
  const Fd source{::open(memory.c_str(), O_RDONLY | O_CLOEXEC)};
  const Fd file{::open(target.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644)};
  if (!source.valid() || !file.valid()) return system_error(errno, target.string());
  const auto size = static_cast<std::size_t>(std::filesystem::file_size(memory));
  const Mapping mapping = TRY(Mapping::map(source, size));
  const std::vector<PageRun> runs = runs_of(mapping.bytes());
  StateHeader header{key, {}, size, devices.size(), runs.size(), 0};
  Hash hash;
  std::uint64_t at = header_size;
  const auto append = [&](const void* bytes, std::size_t count) {
    hash.update(bytes, count);
    const std::uint64_t offset = std::exchange(at, at + count);
    return write_at(file, bytes, count, offset);
  };
  TRY(append(devices.data(), devices.size()));
  TRY(append(runs.data(), runs.size() * sizeof(PageRun)));
  for (const PageRun& run : runs) {
    TRY(append(mapping.bytes().data() + run.first * page_size, run.count * page_size));
    header.pages += run.count;
  }
  header.digest = hash.finish();
  const std::string text = header_text(header);
  return write_at(file, text.data(), text.size(), 0);
}

Result<LoadedState> load_state(const std::filesystem::path& path, const std::string& key) {
  const Fd file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
  if (!file.valid()) return system_error(errno, path.string());
  const std::uint64_t size = TRY(require_trusted(file, path.string()));
  std::string text(header_size, '\0');
  if (::pread(file.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
    return make_error(Errc::corrupt, "'{}' is cut short", path.string());
  const StateHeader header = TRY(parse_header(text, path.string()));
  if (header.key != key)
    return make_error(Errc::conflict, "'{}' is the state of another machine", path.string());
  if (header.file_size() != size)
    return make_error(Errc::corrupt, "'{}' has {} bytes instead of {}", path.string(), size,
                      header.file_size());
  return TRY_WITH(read_content(file, header), "'" + path.string() + "'");
}

}  // namespace imprint::appliance
