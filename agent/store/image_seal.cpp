#include "agent/store/image_seal.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "agent/base/atomic_file.h"
#include "agent/base/digest.h"
#include "agent/base/fd.h"
#include "agent/model/json.h"
#include "agent/store/new_file.h"

namespace imprint::store {
namespace {

constexpr std::int64_t block = std::int64_t{64} << 10;
constexpr std::int64_t blocks = 16;  ///< spread over the file, first and last among them

Result<> add_block(Digester& digester, int fd, std::int64_t offset) {
  std::array<std::byte, block> buffer{};
  std::size_t got = 0;
  while (got < buffer.size()) {
    const ssize_t count = ::pread(fd, buffer.data() + got, buffer.size() - got,
                                  static_cast<off_t>(offset + static_cast<std::int64_t>(got)));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_error(errno, "read");
    if (count == 0) break;
    got += static_cast<std::size_t>(count);
  }
  digester.update(std::span{buffer}.first(got));
  return {};
}

Result<std::string> describe(const std::filesystem::path& image) {
  const std::string context = "image '" + image.string() + "'";
  const Fd fd{::open(image.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
  if (!fd.valid()) return system_error(errno, context);
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return system_error(errno, context);
  Digester digester;
  for (std::int64_t i = 0; i < blocks; ++i)
    TRY_WITH(add_block(digester, fd.get(),
                       std::max<std::int64_t>(info.st_size - block, 0) * i / (blocks - 1)),
             context);
  return dump_json(
      Json{{"version", 1},
           {"size", info.st_size},
           {"changed", fmt::format("{}.{:09}", info.st_mtim.tv_sec, info.st_mtim.tv_nsec)},
           {"sample", digester.finish()}});
}

}  // namespace

std::filesystem::path seal_path(const std::filesystem::path& image) {
  return image.string() + ".seal";
}

Result<> seal_image(const std::filesystem::path& image) {
  return write_file_atomically(seal_path(image), TRY(describe(image)));
}

Result<> seal_if_unsealed(const std::filesystem::path& image) {
  std::error_code ignored;
  return std::filesystem::exists(seal_path(image), ignored) ? Result<>{} : seal_image(image);
}

Result<> remove_seal(const std::filesystem::path& image) {
  TRY(remove_file(seal_path(image)));
  return remove_file(seal_path(image).string() + ".tmp");  // as write_file_atomically calls it
}

Result<> check_seal(const std::filesystem::path& image) {
  const auto sealed = read_regular_file(seal_path(image));
  if (!sealed && sealed.error().code == Errc::not_found) return {};
  if (!sealed) return sealed.error();
  if (*sealed == TRY(describe(image))) return {};
  return make_error(Errc::corrupt,
                    "image '{}' was changed since it was accepted: verify it before it is used",
                    image.filename().string());
}

}  // namespace imprint::store
