#pragma once
// Images and disks as records in memory, with the contract of the port: deterministic paths,
// idempotent calls, data disks that are never written again once they exist.

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "agent/ports/volumes.h"

namespace imprint::test {

/// What lies on the disk; survives the FakeVolumes that looks at it.
struct FakeFiles {
  struct File {
    std::string content;  ///< stands for the bytes
    std::uint64_t size = 0;
  };
  std::mutex mutex;
  std::map<std::string, File> files;  ///< by path
  std::map<std::string, Volumes::Secrets> secrets;
  std::set<std::string> consoles;
  std::map<std::string, StoredImage> adopted;  ///< by incoming path, until that is discarded
};

/// Thread-safe.
class FakeVolumes : public Volumes {
 public:
  FakeVolumes() : FakeVolumes{std::make_shared<FakeFiles>()} {}
  explicit FakeVolumes(std::shared_ptr<FakeFiles> files) : files_{std::move(files)} {}

  /// The next call of that name fails with the error and has no effect: "create_seed".
  void fail_next(const std::string& call, Error error);
  /// The next call of that name finds no memory.
  void throw_next(const std::string& call);
  void set_free(std::uint64_t bytes);

  /// Every path, for "nothing is left behind".
  std::vector<std::string> paths();
  std::string content(const std::string& path);
  /// As a guest would.
  void write(const std::string& path, const std::string& content);
  bool has_secrets(const InstanceId& instance);

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
  Result<> fault(const std::string& call);

  std::shared_ptr<FakeFiles> files_;
  std::map<std::string, Error> faults_;
  std::set<std::string> throwing_;
  std::uint64_t free_ = std::uint64_t{1} << 40;
};

}  // namespace imprint::test
