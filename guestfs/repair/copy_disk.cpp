#include "guestfs/repair/copy_disk.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <vector>

#include "agent/base/atomic_file.h"
#include "agent/base/command.h"
#include "agent/base/fd.h"

namespace imprint::repair {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t chunk = std::size_t{4} << 20;
constexpr std::uint64_t memory_limit = std::uint64_t{2} << 30;
constexpr std::uint64_t slowest_copy = std::uint64_t{1} << 20;  // a second: slower is a stall

Error error_of(const fs::path& path) {
  return system_error(errno, "file '" + path.string() + "'");
}

Result<Fd> create_new(const fs::path& path) {
  Fd fd{::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (!fd.valid()) return error_of(path);
  return fd;
}

/// One copy of bytes, from hole to hole.
class Copy {
 public:
  Copy(const fs::path& source, const fs::path& target, const std::function<bool()>& cancelled)
      : source_{source}, target_{target}, cancelled_{cancelled}, buffer_(chunk) {}

  Result<> run() {
    from_ = Fd{::open(source_.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!from_.valid()) return error_of(source_);
    to_ = TRY(create_new(target_));
    const off_t size = ::lseek(from_.get(), 0, SEEK_END);  // of a block device too
    if (size < 0) return error_of(source_);
    if (::ioctl(to_.get(), FICLONE, from_.get()) == 0) return {};
    if (::ftruncate(to_.get(), size) != 0) return error_of(target_);
    for (off_t at = 0; at < size;) {
      off_t data = ::lseek(from_.get(), at, SEEK_DATA);
      if (data < 0 && errno == ENXIO) return {};  // holes up to the end
      off_t hole = data < 0 ? -1 : ::lseek(from_.get(), data, SEEK_HOLE);
      if (data < 0 || hole < 0) {  // the file system tells of no holes
        data = at;
        hole = size;
      }
      TRY(copy_range(data, hole));
      at = hole;
    }
    return {};
  }

 private:
  Result<> copy_range(off_t from, off_t to) {
    while (from < to) {
      if (cancelled_ && cancelled_())
        return make_error(Errc::cancelled, "the copy of '{}' was cancelled", source_.string());
      const auto wanted = std::min<std::size_t>(chunk, static_cast<std::size_t>(to - from));
      const ssize_t count = ::pread(from_.get(), buffer_.data(), wanted, from);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return error_of(source_);
      if (count == 0)
        return make_error(Errc::conflict, "'{}' changed while it was copied", source_.string());
      TRY(write_all(static_cast<std::size_t>(count), from));
      from += count;
    }
    return {};
  }

  Result<> write_all(std::size_t size, off_t at) {
    // A device tells of no holes, and a file may have been written with zeros: they take no space.
    if (std::all_of(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(size),
                    [](char c) { return c == 0; }))
      return {};
    for (std::size_t done = 0; done < size;) {
      const ssize_t count =
          ::pwrite(to_.get(), buffer_.data() + done, size - done, at + static_cast<off_t>(done));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return error_of(target_);
      done += static_cast<std::size_t>(count);
    }
    return {};
  }

  const fs::path& source_;
  const fs::path& target_;
  const std::function<bool()>& cancelled_;
  Fd from_;
  Fd to_;
  std::vector<char> buffer_;
};

}  // namespace

Result<> copy_sparsely(const fs::path& source, const fs::path& target,
                       const std::function<bool()>& cancelled) {
  return Copy{source, target, cancelled}.run();
}

Result<> convert_to_qcow2(const fs::path& source, const std::string& format, const fs::path& target,
                          const std::function<bool()>& cancelled) {
  TRY(create_new(target));
  Command command;
  command.arguments = {"qemu-img", "convert",       "-f",           format, "-O",
                       "qcow2",    source.string(), target.string()};
  command.sandbox = Sandbox{system_read_paths(), {target}, memory_limit};
  command.sandbox->read.push_back(source);
  std::error_code fault;
  const std::uint64_t size = fs::file_size(source, fault);
  command.time_limit += std::chrono::seconds{fault ? 0 : size / slowest_copy};
  command.cancelled = cancelled;
  const CommandOutput output = TRY(run_command(command));
  if (output.status == 0) return {};
  const bool is_full =
      output.err.find(std::generic_category().message(ENOSPC)) != std::string::npos;
  return make_error(is_full ? Errc::exhausted : Errc::unavailable, "qemu-img: {}",
                    output.err.substr(0, output.err.find('\n')));
}

Result<> publish_new(const fs::path& file, const fs::path& target) {
  const Fd fd{::open(file.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!fd.valid() || ::fsync(fd.get()) != 0) return error_of(file);
  bool renamed =
      ::renameat2(AT_FDCWD, file.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE) == 0;
  // Some file systems cannot promise it, so the look before has to do.
  if (!renamed && errno == EINVAL && ::access(target.c_str(), F_OK) != 0)
    renamed = ::rename(file.c_str(), target.c_str()) == 0;
  if (!renamed) return error_of(target);
  return sync_folder(target.has_parent_path() ? target.parent_path() : fs::path{"."});
}

}  // namespace imprint::repair
