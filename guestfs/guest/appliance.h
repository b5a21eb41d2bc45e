#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/owned.h"
#include "agent/base/result.h"
#include "guestfs/appliance/told_files.h"
#include "guestfs/guest/blkid.h"

struct guestfs_h;
extern "C" void guestfs_close(guestfs_h*);

namespace imprint::appliance {
class Handshake;
class Monitor;
struct BlockDevice;
}  // namespace imprint::appliance

namespace imprint::guest {

class DirectReader;
struct SavedMachine;

struct ApplianceSettings {
  std::filesystem::path folder;       ///< a fixed appliance: kernel, initrd, root, README.fixed
  std::filesystem::path temp_folder;  ///< private and writable: sockets and overlays go there
  bool kvm = false;                   ///< otherwise TCG
};

struct ApplianceDrive {
  std::filesystem::path path;
  std::string format;     ///< QEMU's name of it, as "qcow2" or "vpc"; never found out by QEMU
  bool writable = false;  ///< otherwise what is written is forgotten at the end
};

struct Device {
  std::string path;        ///< "/dev/sda1"
  std::uint64_t size = 0;  ///< bytes
};

/// One running libguestfs appliance with its drives attached, read-only but where one is said to be
/// writable, without a network, and with no regard to the process's environment. It runs none of
/// the guest's code. Ends its QEMU when destroyed. Not thread-safe.
class Appliance {
 public:
  /// Errc::unavailable: it did not start, with libguestfs's reason. Blocks for the seconds that it
  /// takes.
  static Result<Appliance> launch(const ApplianceSettings& settings,
                                  const std::vector<ApplianceDrive>& drives);

  /// The same from a saved state, in a fraction of the time. Errors: unavailable, corrupt or
  /// conflict: it cannot be restored, or what came up is not what was saved; a boot may do.
  static Result<Appliance> restore(const ApplianceSettings& settings, const SavedMachine& saved,
                                   const std::vector<ApplianceDrive>& drives);

  Appliance(Appliance&&) noexcept;
  Appliance& operator=(Appliance&&) noexcept;
  ~Appliance();

  /// Of a restored one only, between two images: unmounts everything, removes the drives, and has
  /// the machine show that nothing is left of them. Afterwards it is as if they had never been
  /// there, as far as that can be seen from inside. Errc::conflict: something is left, or the
  /// kernel has complained of something; unavailable, corrupt: no answer, or none of ours. After an
  /// Error no call may follow.
  Result<> take_drives_off();
  /// Of a restored one without drives: gives it others, under the names that the first ones had.
  /// Errors as of take_drives_off().
  Result<> put_drives_on(const std::vector<ApplianceDrive>& drives);

  /// Starts the RAID arrays and logical volumes that are on the drives, so that they can be asked
  /// for. Errc::unavailable: the appliance died.
  Result<> assemble();

  /// The disks, or the partitions, in their order.
  Result<std::vector<Device>> disks() const;
  Result<std::vector<Device>> partitions() const;

  /// Mounts a device in a new folder, by libguestfs's names of both. False: it has to be asked of
  /// libguestfs, as of a booted one always. Errc::unavailable: the appliance died.
  Result<bool> mount(const std::string& options, const std::string& filesystem,
                     const std::string& device, const std::string& folder) const;

  /// The letters that lsattr(1) prints for a regular file or a folder, by libguestfs's path;
  /// nothing where the file system has none. Errc::unavailable: the appliance died.
  Result<std::optional<std::string>> attributes(const std::string& path) const;

  /// What lstat(2) tells of a mounted file; what is in a mounted folder, with that of each entry or
  /// without; up to `size` bytes of a mounted regular file, fewer at its end. By libguestfs's path.
  /// Nothing: it has to be asked of libguestfs, as of a booted one always. Errc::unavailable: the
  /// appliance died.
  Result<std::optional<appliance::Look>> look(const std::string& path) const;
  Result<std::optional<std::vector<appliance::ToldEntry>>> folder(const std::string& path,
                                                                  bool details) const;
  Result<std::optional<std::string>> bytes(const std::string& path, std::uint64_t offset,
                                           std::size_t size) const;

  /// A folder that has just been mounted: asks a restored appliance in advance what look(),
  /// folder() and bytes() were asked of the image before. Errc::unavailable: the appliance died.
  Result<> foresee(const std::string& folder) const;

  /// What blkid(8) finds on a device, by its path; empty if it is unsure. Errc::unavailable: the
  /// appliance died.
  Result<BlkidValues> probe(const std::string& device) const;

  /// A range of a mounted regular file, which must be no shorter, by libguestfs's path. Nothing: it
  /// has to be asked of libguestfs, as of a booted one always. Worth it for big files only.
  [[nodiscard]] std::optional<std::string> read_directly(const std::string& path,
                                                         std::uint64_t offset,
                                                         std::size_t size) const;

  [[nodiscard]] guestfs_h* handle() const noexcept { return handle_.get(); }

  /// Ends it in good order: what was written to writable drives is on them then. No call may
  /// follow. Errc::unavailable: it may not be.
  Result<> shut_down();

  /// The failure of the call that just failed: not_found, invalid or corrupt by its errno,
  /// unavailable if the appliance is no longer there.
  [[nodiscard]] Error last_error(const std::string& what) const;
  /// The errno of the call that just failed; 0 if it was no system call.
  [[nodiscard]] int last_errno() const;

 private:
  explicit Appliance(guestfs_h* handle);
  Result<std::vector<Device>> list(char** devices) const;

  void know(const std::vector<appliance::BlockDevice>& devices);

  std::unique_ptr<appliance::Handshake> control_;  ///< of a restored one
  std::unique_ptr<appliance::Monitor> monitor_;    ///< of a restored one
  std::unique_ptr<DirectReader> direct_;           ///< of a restored one
  std::size_t next_drive_ = 0;                     ///< how many drives a restored one has had
  std::vector<Device> disks_;                      ///< that a restored one told
  std::vector<Device> partitions_;
  Owned<guestfs_h, guestfs_close> handle_;
};

/// A list of strings that libguestfs returned.
class StringList {
 public:
  explicit StringList(char** strings) : strings_{strings} {}
  StringList(const StringList&) = delete;
  StringList& operator=(const StringList&) = delete;
  ~StringList();

  [[nodiscard]] bool valid() const noexcept { return strings_ != nullptr; }
  [[nodiscard]] std::vector<std::string> values() const;

 private:
  char** strings_;
};

}  // namespace imprint::guest
