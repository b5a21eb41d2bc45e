#include "agent/store/fetch_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "agent/base/fd.h"
#include "agent/base/file_version.h"
#include "agent/store/download_file.h"

namespace imprint::store {
namespace {

/// How much goes between two looks at progress and cancellation.
constexpr std::uint64_t chunk_size = std::uint64_t{8} << 20;

struct OpenSource {
  Fd fd;
  std::uint64_t size = 0;
};

Result<OpenSource> open_source(const std::filesystem::path& source, const std::string& context) {
  // O_NONBLOCK: a named pipe without a writer would hang here.
  OpenSource opened{Fd{::open(source.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)}, 0};
  if (!opened.fd.valid() && (errno == ENXIO || errno == ENODEV))
    return make_error(Errc::invalid, "{} is not a regular file", context);
  if (!opened.fd.valid()) return system_error(errno, context);
  struct stat info {};
  if (::fstat(opened.fd.get(), &info) != 0) return system_error(errno, context);
  if (!S_ISREG(info.st_mode)) return make_error(Errc::invalid, "{} is not a regular file", context);
  opened.size = static_cast<std::uint64_t>(info.st_size);
  return opened;
}

/// One copy, extent by extent.
class Copy {
 public:
  Copy(const OpenSource& source, DownloadFile& target, ProgressTeller& teller)
      : source_{source}, target_{target}, teller_{teller} {}

  Result<> run() {
    while (target_.size() < source_.size) {
      const std::uint64_t data = TRY(seek(SEEK_DATA));
      TRY(copy_hole(data));
      if (data == source_.size) break;
      TRY(copy_data(TRY(seek(SEEK_HOLE))));
    }
    return {};
  }

 private:
  Result<std::uint64_t> seek(int what) const {
    const off_t found = ::lseek(source_.fd.get(), static_cast<off_t>(target_.size()), what);
    if (found < 0 && errno == ENXIO) return source_.size;  // a hole up to the end
    if (found < 0) return system_error(errno, "seek");
    return std::min(static_cast<std::uint64_t>(found), source_.size);
  }

  Result<> proceed() {
    if (teller_.tell({target_.size(), source_.size})) return {};
    return make_error(Errc::cancelled, "the copy was cancelled");
  }

  Result<> copy_hole(std::uint64_t end) {
    constexpr std::uint64_t stride = chunk_size * 8;  // so that a cancel is heard soon
    while (target_.size() < end) {
      TRY(target_.skip(std::min(end - target_.size(), stride)));
      TRY(proceed());
    }
    return {};
  }

  Result<> copy_data(std::uint64_t end) {
    while (target_.size() < end) {
      if (TRY(target_.copy(source_.fd.get(), std::min(end - target_.size(), chunk_size))) == 0)
        return make_error(Errc::unavailable, "the file became shorter while it was read");
      TRY(proceed());
    }
    return {};
  }

  const OpenSource& source_;
  DownloadFile& target_;
  ProgressTeller& teller_;
};

}  // namespace

Result<Fetched> fetch_file(const std::filesystem::path& source, const std::filesystem::path& target,
                           std::uint64_t limit,
                           const std::function<bool(FetchProgress)>& progress) {
  const std::string context = "'" + source.string() + "'";
  const OpenSource opened = TRY(open_source(source, context));
  const std::string version = TRY(file_version(source));
  DownloadFile file = TRY(DownloadFile::create(target, limit));
  TRY_WITH(file.expect(opened.size), context);
  ProgressTeller teller{progress};
  TRY_WITH(Copy(opened, file, teller).run(), context);
  if (TRY(file_version(source)) != version)
    return make_error(Errc::unavailable, "{} was written to while it was read", context);
  return std::move(file).finish([&] { return !teller.tell({opened.size, opened.size}); });
}

}  // namespace imprint::store
