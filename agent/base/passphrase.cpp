#include "agent/base/passphrase.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "agent/base/fd.h"

namespace imprint {

Result<std::string> read_passphrase(const std::filesystem::path& path) {
  constexpr std::size_t longest = 512;
  // A pipe is not waited for.
  const Fd file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (!file.valid()) return system_error(errno, path.string());
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return system_error(errno, path.string());
  if (!S_ISREG(info.st_mode))
    return make_error(Errc::unavailable, "'{}' is no regular file", path.string());
  std::string text(longest + 2, '\0');
  const ssize_t size = ::read(file.get(), text.data(), text.size());
  if (size < 0) return system_error(errno, path.string());
  text.resize(static_cast<std::size_t>(size));
  text.resize(std::min(text.size(), text.find('\n')));
  if (text.ends_with('\r')) text.pop_back();
  if (text.empty())
    return make_error(Errc::invalid, "'{}' begins with no passphrase", path.string());
  if (text.size() > longest || text.find('\0') != std::string::npos)
    return make_error(
        Errc::invalid,
        "the first line of '{}' is no passphrase: it is longer than {} bytes, or holds "
        "a NUL",
        path.string(), longest);
  return text;
}

}  // namespace imprint
