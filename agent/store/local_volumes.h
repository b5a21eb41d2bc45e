#pragma once

#include <array>
#include <mutex>

#include "agent/ports/volumes.h"
#include "agent/store/paths.h"
#include "agent/store/stored_images.h"

namespace imprint::store {

/// The Volumes port on plain files below the state folder, which must be open (StateFolder).
/// Beside the port's errors: Errc::conflict for a disk that exists with another size or base;
/// Errc::corrupt for one that is no qcow2 any more; Errc::invalid for a size of 0 or a number
/// below 1.
class LocalVolumes : public Volumes {
 public:
  /// `keeps_ballast`: space() sees to the space that is held for the databases.
  explicit LocalVolumes(const StatePaths& paths, bool keeps_ballast = true)
      : paths_{paths}, keeps_ballast_{keeps_ballast}, images_{paths} {}

  Result<std::filesystem::path> prepare_incoming(const JobId& job) override;
  Result<std::filesystem::path> prepare_unpacked(const JobId& job) override;
  Result<> discard_incoming(const JobId& job) override;
  Result<std::string> seal_of(const std::filesystem::path& incoming) override;
  Result<StoredImage> adopt_image(const std::filesystem::path& incoming, ImageFormat format,
                                  const std::optional<Hashed>& hashed,
                                  const std::function<bool()>& cancelled) override;
  Result<std::optional<StoredImage>> noted_image(const std::filesystem::path& incoming) override;
  [[nodiscard]] std::filesystem::path image_path(const Sha256& digest) const override;
  Result<> probe_image(const Sha256& digest, std::uint64_t file_size) override;
  Result<> verify_image(const Sha256& digest, const std::function<bool()>& cancelled) override;
  Result<std::vector<std::filesystem::path>> stored_files() override;
  Result<> remove_image(const Sha256& digest) override;

  Result<Disk> create_system_disk(const InstanceId& instance, int system_generation,
                                  const Image& image, std::uint64_t size) override;
  Result<Disk> create_data_disk(const InstanceId& instance, int index, std::uint64_t size) override;
  Result<Disk> create_seed(const InstanceId& instance, int system_generation,
                           const Seed& seed) override;
  [[nodiscard]] SystemFiles system_files(const InstanceId& instance,
                                         int system_generation) const override;
  Result<int> newest_system(const InstanceId& instance) override;
  Result<> remove_disk(const Disk& disk) override;
  Result<> remove_instance(const InstanceId& instance) override;

  Result<> save_secrets(const InstanceId& instance, const Secret& user_data,
                        const Secret& password_hash) override;
  Result<Secrets> load_secrets(const InstanceId& instance) override;
  Result<std::filesystem::path> prepare_console(const InstanceId& instance) override;
  Result<Space> space() override;

 private:
  /// Makes the qcow2 file of a disk unless it is there already as it should be.
  Result<> provide_disk(const InstanceId& instance, const Disk& disk);
  Result<> make_instance_folder(const InstanceId& instance);
  std::mutex& maker(const std::string& instance);

  StatePaths paths_;
  bool keeps_ballast_;
  StoredImages images_;
  /// Temporary names are a function of the disk's, so an instance has one maker at a time; several
  /// instances share a lock.
  std::array<std::mutex, 32> makers_;
};

}  // namespace imprint::store
