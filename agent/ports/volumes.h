#pragma once
// Files under the state folder: images, system disks, data disks, seeds. Beside the Store because
// bytes are no records.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "agent/model/disk.h"
#include "agent/model/image.h"
#include "agent/model/image_format.h"
#include "agent/model/request.h"

namespace imprint {

struct StoredImage {
  Sha256 digest;
  std::uint64_t file_size = 0;
  std::uint64_t virtual_size = 0;
};

/// A file whose digest was computed before.
struct Hashed {
  Sha256 digest;
  std::string seal;  ///< Volumes::seal_of at that time
};

/// What cloud-init's NoCloud data source is told.
struct Seed {
  std::string cloud_instance_id;
  std::string hostname;
  std::vector<std::string> ssh_keys;
  Secret user_data;      ///< a whole user-data document, or empty
  Secret password_hash;  ///< of the image's default user, or empty
};

/// All files are written under a temporary name, synced and renamed; every call is idempotent:
/// asked again for what is there already, it returns the same. Paths are a pure function of the
/// arguments. Thread-safe. Errors of all calls: exhausted (no space), unavailable (the file system
/// or qemu-img fails).
class Volumes {
 public:
  virtual ~Volumes() = default;

  // Images

  /// A fresh name in the incoming folder for a job's download; whatever an earlier try left there
  /// is removed first.
  virtual Result<std::filesystem::path> prepare_incoming(const JobId& job) = 0;
  /// The same for what the download is unpacked to.
  virtual Result<std::filesystem::path> prepare_unpacked(const JobId& job) = 0;
  /// Removes what a job left in the incoming folder; nothing there is fine.
  virtual Result<> discard_incoming(const JobId& job) = 0;
  /// What tells that a file of the incoming folder has not been changed since: its inode, size and
  /// times, of which the kernel sets the time of change at each write and no program can set it
  /// back. Errc::not_found.
  virtual Result<std::string> seal_of(const std::filesystem::path& incoming) = 0;
  /// Makes the accepted file a read-only standalone qcow2 of the store, named by its digest: a
  /// qcow2 file is moved, any other format is converted in a sandbox. A file that is moved and
  /// still bears the seal in `hashed` is not read again. `cancelled` may be empty.
  virtual Result<StoredImage> adopt_image(const std::filesystem::path& incoming, ImageFormat format,
                                          const std::optional<Hashed>& hashed,
                                          const std::function<bool()>& cancelled) = 0;
  /// Which image adopt_image was making of the file, as it notes before the image gets its place:
  /// what a call that failed or was interrupted may have left in the store. None if it did not come
  /// so far.
  virtual Result<std::optional<StoredImage>> noted_image(const std::filesystem::path& incoming) = 0;
  [[nodiscard]] virtual std::filesystem::path image_path(const Sha256& digest) const = 0;
  /// Checks that the image is there with the recorded size and, if it was sealed when it was
  /// accepted, that its time of change and a sample of its bytes are the same. Errc::corrupt if
  /// not.
  virtual Result<> probe_image(const Sha256& digest, std::uint64_t file_size) = 0;
  /// Reads all of it. Errc::corrupt if it is not there or its digest differs; cancelled.
  /// `cancelled` may be empty.
  virtual Result<> verify_image(const Sha256& digest, const std::function<bool()>& cancelled) = 0;
  virtual Result<> remove_image(const Sha256& digest) = 0;

  // Disks

  /// A qcow2 overlay over the image, of at least the image's size. Errc::invalid if `size` is
  /// smaller.
  virtual Result<Disk> create_system_disk(const InstanceId& instance, int system_generation,
                                          const Image& image, std::uint64_t size) = 0;
  /// An empty qcow2 disk; `index` from 1. An existing one is never written to.
  virtual Result<Disk> create_data_disk(const InstanceId& instance, int index,
                                        std::uint64_t size) = 0;
  /// The ISO 9660 image with volume id "cidata" (NoCloud), mode 0600.
  virtual Result<Disk> create_seed(const InstanceId& instance, int system_generation,
                                   const Seed& seed) = 0;
  /// Where disk and seed of a system of that number are, once they are made.
  struct SystemFiles {
    std::filesystem::path disk;
    std::filesystem::path seed;
  };
  [[nodiscard]] virtual SystemFiles system_files(const InstanceId& instance,
                                                 int system_generation) const = 0;
  /// The highest number of which there is anything of a system, half made or not; 0: there is
  /// nothing. A record that was put back from an older copy may know of less.
  virtual Result<int> newest_system(const InstanceId& instance) = 0;
  /// Removes a system disk with its firmware's variables, or a seed, and what making it left half
  /// done. Errc::denied for a data disk: those go only with remove_instance.
  virtual Result<> remove_disk(const Disk& disk) = 0;
  /// Removes the instance's folder with all its disks: the end of a release.
  virtual Result<> remove_instance(const InstanceId& instance) = 0;

  // Secrets of an instance: kept beside its disks (0600), never in a record.

  virtual Result<> save_secrets(const InstanceId& instance, const Secret& user_data,
                                const Secret& password_hash) = 0;
  struct Secrets {
    Secret user_data;
    Secret password_hash;
  };
  /// Empty ones if none were saved.
  virtual Result<Secrets> load_secrets(const InstanceId& instance) = 0;

  /// The file for the serial console's log, made so that we may read what the hypervisor writes.
  virtual Result<std::filesystem::path> prepare_console(const InstanceId& instance) = 0;

  /// The files of images, of incoming downloads and of instances, sorted: all but the databases.
  virtual Result<std::vector<std::filesystem::path>> stored_files() = 0;

  // Space

  struct Space {
    std::uint64_t free = 0;  ///< bytes, for us
    std::uint64_t total = 0;
  };
  virtual Result<Space> space() = 0;
};

}  // namespace imprint
