#include "agent/store/iso_writer.h"

#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <mutex>

// libisofs hands out the finished image through a structure that only libburn's header declares,
// for C++ in a namespace of its own; libburn itself is not linked.
#include <libburn/libburn.h>
#include <libisofs/libisofs.h>

#include "agent/base/fd.h"
#include "agent/base/owned.h"

namespace imprint::store {
namespace {

constexpr std::size_t block = 2048;
constexpr time_t fixed_time =
    1'577'836'800;  // 2020-01-01: a seed's content is a function of its input
constexpr const char* fixed_volume_time = "2020010100000000";

void free_options(IsoWriteOpts* options) {
  iso_write_opts_free(options);
}
void free_source(burn::burn_source* source) {
  source->free_data(source);
  std::free(source);
}

using Image = Owned<IsoImage, iso_image_unref>;
using Options = Owned<IsoWriteOpts, free_options>;
using Source = Owned<burn::burn_source, free_source>;

Result<> check(int status, const char* what) {
  if (status >= 0) return {};
  const char* reason = iso_error_to_msg(status);
  return make_error(Errc::unavailable, "libisofs: {}: {}", what,
                    reason != nullptr ? reason : "unknown");
}

/// Its reports would go to standard error.
Result<> start_library() {
  static const int status = [] {
    const int started = iso_init();
    char name[] = "imprint";
    char nothing[] = "NEVER";
    iso_set_msgs_severities(nothing, nothing, name);
    return started;
  }();
  return check(status, "start");
}

Result<> add_file(IsoImage* image, const IsoFile& file) {
  auto* buffer = static_cast<unsigned char*>(std::malloc(file.content.size() + 1));
  if (buffer == nullptr) return make_error(Errc::exhausted, "no memory for '{}'", file.name);
  std::memcpy(buffer, file.content.data(), file.content.size());
  IsoStream* stream = nullptr;
  if (auto made = check(iso_memory_stream_new(buffer, file.content.size(), &stream), "file");
      !made) {
    std::free(buffer);
    return made;
  }
  ::IsoFile* node = nullptr;
  return check(iso_tree_add_new_file(iso_image_get_root(image), file.name.c_str(), stream, &node),
               "file");
}

Result<Image> make_image(const std::string& volume_id, const std::vector<IsoFile>& files) {
  IsoImage* made = nullptr;
  TRY(check(iso_image_new(volume_id.c_str(), &made), "image"));
  Image image{made};
  for (const IsoFile& file : files) TRY(add_file(image.get(), file));
  return image;
}

Result<Options> make_options() {
  IsoWriteOpts* made = nullptr;
  TRY(check(iso_write_opts_new(&made, 0), "options"));
  Options options{made};
  iso_write_opts_set_iso_level(made, 3);
  iso_write_opts_set_rockridge(made, 1);
  iso_write_opts_set_rrip_version_1_10(made, 1);  // the form that all readers know
  iso_write_opts_set_joliet(made, 1);
  iso_write_opts_set_replace_mode(made, 2, 2, 2, 2);
  iso_write_opts_set_default_dir_mode(made, 0755);
  iso_write_opts_set_default_file_mode(made, 0644);
  iso_write_opts_set_default_uid(made, 0);
  iso_write_opts_set_default_gid(made, 0);
  iso_write_opts_set_replace_timestamps(made, 2);
  iso_write_opts_set_default_timestamp(made, fixed_time);
  iso_write_opts_set_always_gmt(made, 1);
  std::string volume_time{fixed_volume_time};
  TRY(check(iso_write_opts_set_pvd_times(made, fixed_time, fixed_time, 0, 0, volume_time.data()),
            "times"));
  return options;
}

Result<> copy_out(burn::burn_source& source, int fd) {
  unsigned char buffer[block];
  for (;;) {
    const int count = source.read_xt(&source, buffer, static_cast<int>(block));
    if (count == 0) return {};
    if (count < 0) return make_error(Errc::unavailable, "libisofs: the image broke off");
    if (const ssize_t written = ::write(fd, buffer, static_cast<std::size_t>(count));
        written != count)
      return system_error(written < 0 ? errno : ENOSPC, "write");
  }
}

Result<> write_to(int fd, const std::string& volume_id, const std::vector<IsoFile>& files) {
  static std::mutex one_at_a_time;  // libisofs keeps its messages in one place for all images
  const std::lock_guard lock{one_at_a_time};
  TRY(start_library());
  const Image image = TRY(make_image(volume_id, files));
  const Options options = TRY(make_options());
  ::burn_source* made = nullptr;
  TRY(check(iso_image_create_burn_source(image.get(), options.get(), &made), "write"));
  const Source source{reinterpret_cast<burn::burn_source*>(made)};
  TRY(copy_out(*source, fd));
  if (::fsync(fd) != 0) return system_error(errno, "fsync");
  return {};
}

}  // namespace

Result<> write_iso(const std::filesystem::path& path, const std::string& volume_id,
                   const std::vector<IsoFile>& files) {
  const std::string context = "file '" + path.string() + "'";
  const Fd fd{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (!fd.valid()) return system_error(errno, context);
  auto written = write_to(fd.get(), volume_id, files);
  if (written) return {};
  ::unlink(path.c_str());
  return with_context(std::move(written).error(), context);
}

}  // namespace imprint::store
