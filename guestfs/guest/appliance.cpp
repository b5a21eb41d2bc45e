#include "guestfs/guest/appliance.h"

#include <guestfs.h>

#include <array>
#include <cerrno>
#include <cstdlib>

#include "guestfs/appliance/handshake.h"
#include "guestfs/appliance/qmp.h"
#include "guestfs/guest/configure.h"
#include "guestfs/guest/direct_reader.h"
#include "guestfs/language/say.h"

namespace imprint::guest {
namespace {

constexpr std::string_view device_prefix = "/dev/";
constexpr std::chrono::seconds patience{20};  // of a question that a restored appliance answers

/// libguestfs puts its sockets into XDG_RUNTIME_DIR, or else into /tmp, and has no other way to be
/// told.
int set_socket_folder(guestfs_h* handle, const std::filesystem::path& folder) {
  std::string variable = "XDG_RUNTIME_DIR=" + folder.string();
  std::array<char*, 2> environment{variable.data(), nullptr};
  return guestfs_parse_environment_list(handle, environment.data());
}

appliance::Deadline soon() {
  return std::chrono::steady_clock::now() + patience;
}

/// An answer that came too late or makes no sense may stand for a later question's as well.
template <class Value>
Result<Value> believe(const std::string& path, Result<Value> told) {
  if (told) return told;
  return make_error(Errc::unavailable, "{}",
                    say("{}: the appliance has died: {}", path, told.error().message));
}

bool add(guestfs_h* handle, const ApplianceDrive& drive) {
  return guestfs_add_drive_opts(handle, drive.path.c_str(), GUESTFS_ADD_DRIVE_OPTS_READONLY,
                                drive.writable ? 0 : 1, GUESTFS_ADD_DRIVE_OPTS_FORMAT,
                                drive.format.c_str(), -1) == 0;
}

}  // namespace

bool configure(guestfs_h* handle, const ApplianceSettings& settings) {
  const std::string temp = settings.temp_folder.string();
  return set_socket_folder(handle, settings.temp_folder) == 0 &&
         guestfs_set_backend(handle, "direct") == 0 &&
         guestfs_set_path(handle, settings.folder.c_str()) == 0 &&
         guestfs_set_tmpdir(handle, temp.c_str()) == 0 &&
         guestfs_set_cachedir(handle, temp.c_str()) == 0 && guestfs_set_network(handle, 0) == 0 &&
         (settings.kvm || guestfs_set_backend_setting(handle, "force_tcg", "1") == 0);
}

Appliance::Appliance(guestfs_h* handle) : handle_{handle} {}
Appliance::Appliance(Appliance&&) noexcept = default;
Appliance& Appliance::operator=(Appliance&&) noexcept = default;
Appliance::~Appliance() = default;

Result<Appliance> Appliance::launch(const ApplianceSettings& settings,
                                    const std::vector<ApplianceDrive>& drives) {
  Appliance appliance{guestfs_create_flags(GUESTFS_CREATE_NO_ENVIRONMENT)};
  guestfs_h* handle = appliance.handle();
  if (handle == nullptr) return make_error(Errc::exhausted, "no libguestfs handle");
  guestfs_set_error_handler(handle, nullptr, nullptr);
  bool good = configure(handle, settings);
  for (const ApplianceDrive& drive : drives) good = good && add(handle, drive);
  if (good && guestfs_launch(handle) == 0) return appliance;
  const char* reason = guestfs_last_error(handle);
  return make_error(Errc::unavailable, "{}",
                    say("the appliance did not start: {}", reason != nullptr ? reason : "?"));
}

Result<> Appliance::shut_down() {
  guestfs_h* handle = handle_.get();
  if (guestfs_umount_all(handle) == 0 && guestfs_shutdown(handle) == 0) return {};
  const char* reason = guestfs_last_error(handle);
  return make_error(Errc::unavailable, "{}",
                    say("the appliance did not write everything: {}", reason ? reason : "?"));
}

Result<std::vector<Device>> Appliance::list(char** devices) const {
  const StringList list{devices};
  if (!list.valid()) return last_error("disks");
  std::vector<Device> result;
  for (const std::string& path : list.values()) {
    const std::int64_t size = guestfs_blockdev_getsize64(handle(), path.c_str());
    if (size < 0) return last_error(path);
    result.push_back({path, static_cast<std::uint64_t>(size)});
  }
  return result;
}

Result<std::vector<Device>> Appliance::disks() const {
  if (control_) return disks_;
  return list(guestfs_list_devices(handle()));
}

Result<std::vector<Device>> Appliance::partitions() const {
  if (control_) return partitions_;
  return list(guestfs_list_partitions(handle()));
}

Result<std::optional<std::string>> Appliance::attributes(const std::string& path) const {
  // libguestfs starts a program for each file.
  if (control_) return control_->attributes(path, soon());
  const Owned<char, std::free> letters{guestfs_get_e2attrs(handle(), path.c_str())};
  if (letters) return std::optional{std::string{letters.get()}};
  Error failure = last_error(path);
  if (failure.code == Errc::unavailable) return failure;
  return std::optional<std::string>{};
}

Result<std::optional<appliance::Look>> Appliance::look(const std::string& path) const {
  if (!control_) return std::optional<appliance::Look>{};
  return believe(path, control_->look(path, soon()));
}

Result<std::optional<std::vector<appliance::ToldEntry>>> Appliance::folder(const std::string& path,
                                                                           bool details) const {
  if (!control_) return std::optional<std::vector<appliance::ToldEntry>>{};
  return believe(path, control_->folder(path, details, soon()));
}

Result<std::optional<std::string>> Appliance::bytes(const std::string& path, std::uint64_t offset,
                                                    std::size_t size) const {
  constexpr std::size_t most = std::size_t{256} << 10;
  if (!control_ || size > most) return std::optional<std::string>{};
  return believe(path, control_->bytes(path, offset, size, soon()));
}

Result<> Appliance::foresee(const std::string& folder) const {
  if (!control_) return {};
  return believe(folder, control_->foresee(folder, patience));
}

Result<bool> Appliance::mount(const std::string& options, const std::string& filesystem,
                              const std::string& device, const std::string& folder) const {
  if (!control_) return false;
  return believe(device, control_->mount(options, filesystem, device, folder, soon()));
}

Result<BlkidValues> Appliance::probe(const std::string& device) const {
  // libguestfs starts blkid, and what it asks of it before.
  if (control_) return control_->probe(device.substr(device_prefix.size()), soon());
  const StringList list{guestfs_blkid(handle(), device.c_str())};
  if (list.valid()) return blkid_values(list.values());
  // blkid also fails where it finds nothing to tell: an empty partition is no fault.
  Error failure = last_error(device);
  if (failure.code == Errc::unavailable) return failure;
  return BlkidValues{};
}

std::optional<std::string> Appliance::read_directly(const std::string& path, std::uint64_t offset,
                                                    std::size_t size) const {
  if (!direct_ || size < DirectReader::worth_it) return std::nullopt;
  return direct_->read(path, offset, size);
}

int Appliance::last_errno() const {
  return guestfs_last_errno(handle_.get());
}

Error Appliance::last_error(const std::string& what) const {
  guestfs_h* handle = handle_.get();
  const char* text = guestfs_last_error(handle);
  const std::string reason = text != nullptr ? text : "no reason given";
  if (guestfs_is_ready(handle) != 1)
    return make_error(Errc::unavailable, "{}", say("{}: the appliance has died: {}", what, reason));
  switch (guestfs_last_errno(handle)) {
    case ENOENT:
    case ENOTDIR:
      return make_error(Errc::not_found, "{}: {}", what, reason);
    case EINVAL:
    case EISDIR:
    case ELOOP:
    case ENXIO:
    case ENAMETOOLONG:
      return make_error(Errc::invalid, "{}: {}", what, reason);
    default:
      return make_error(Errc::corrupt, "{}: {}", what, reason);
  }
}

StringList::~StringList() {
  if (strings_ == nullptr) return;
  for (char** string = strings_; *string != nullptr; ++string) std::free(*string);
  std::free(strings_);
}

std::vector<std::string> StringList::values() const {
  std::vector<std::string> result;
  if (strings_ == nullptr) return result;
  for (char** string = strings_; *string != nullptr; ++string) result.emplace_back(*string);
  return result;
}

}  // namespace imprint::guest
