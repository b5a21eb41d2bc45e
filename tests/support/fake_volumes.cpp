#include "tests/support/fake_volumes.h"

#include <new>

#include "agent/base/digest.h"

namespace imprint::test {
namespace {

constexpr std::uint64_t gibibyte = std::uint64_t{1} << 30;

std::string folder_of(const InstanceId& instance) {
  return "/state/instances/" + instance.str() + "/";
}
std::string incoming_of(const JobId& job) {
  return "/state/incoming/" + job.str();
}
std::string unpacked_of(const JobId& job) {
  return incoming_of(job) + ".unpacked";
}

}  // namespace

void FakeVolumes::fail_next(const std::string& call, Error error) {
  const std::lock_guard lock{files_->mutex};
  faults_.insert_or_assign(call, std::move(error));
}

void FakeVolumes::set_free(std::uint64_t bytes) {
  const std::lock_guard lock{files_->mutex};
  free_ = bytes;
}

void FakeVolumes::throw_next(const std::string& call) {
  const std::lock_guard lock{files_->mutex};
  throwing_.insert(call);
}

Result<> FakeVolumes::fault(const std::string& call) {
  if (throwing_.erase(call) > 0) throw std::bad_alloc{};
  const auto found = faults_.find(call);
  if (found == faults_.end()) return {};
  Error error = found->second;
  faults_.erase(found);
  return error;
}

std::vector<std::string> FakeVolumes::paths() {
  const std::lock_guard lock{files_->mutex};
  std::vector<std::string> paths;
  for (const auto& [path, file] : files_->files) paths.push_back(path);
  return paths;
}

std::string FakeVolumes::content(const std::string& path) {
  const std::lock_guard lock{files_->mutex};
  const auto found = files_->files.find(path);
  return found == files_->files.end() ? "(no such file)" : found->second.content;
}

void FakeVolumes::write(const std::string& path, const std::string& content) {
  const std::lock_guard lock{files_->mutex};
  files_->files[path].content = content;
}

bool FakeVolumes::has_secrets(const InstanceId& instance) {
  const std::lock_guard lock{files_->mutex};
  return files_->secrets.contains(instance.str());
}

Result<std::filesystem::path> FakeVolumes::prepare_incoming(const JobId& job) {
  const std::lock_guard lock{files_->mutex};
  TRY(fault("prepare_incoming"));
  files_->adopted.erase(incoming_of(job));
  files_->files.erase(incoming_of(job));
  return std::filesystem::path{incoming_of(job)};
}

Result<std::filesystem::path> FakeVolumes::prepare_unpacked(const JobId& job) {
  const std::lock_guard lock{files_->mutex};
  TRY(fault("prepare_unpacked"));
  files_->adopted.erase(unpacked_of(job));
  files_->files.erase(unpacked_of(job));
  return std::filesystem::path{unpacked_of(job)};
}

Result<> FakeVolumes::discard_incoming(const JobId& job) {
  const std::lock_guard lock{files_->mutex};
  TRY(fault("discard_incoming"));
  files_->adopted.erase(unpacked_of(job));
  files_->files.erase(unpacked_of(job));
  files_->adopted.erase(incoming_of(job));
  files_->files.erase(incoming_of(job));
  return {};
}

Result<std::string> FakeVolumes::seal_of(const std::filesystem::path& incoming) {
  const std::lock_guard lock{files_->mutex};
  const auto found = files_->files.find(incoming);
  if (found == files_->files.end())
    return make_error(Errc::not_found, "'{}' does not exist", incoming.string());
  return "seal of " + found->second.content;
}

Result<StoredImage> FakeVolumes::adopt_image(const std::filesystem::path& incoming,
                                             ImageFormat format,
                                             const std::optional<Hashed>& hashed,
                                             const std::function<bool()>& cancelled) {
  const std::lock_guard lock{files_->mutex};
  TRY(fault("adopt_image"));
  if (cancelled && cancelled()) return make_error(Errc::cancelled, "cancelled");
  const auto before = files_->adopted.find(incoming);
  if (before != files_->adopted.end()) return before->second;
  const auto found = files_->files.find(incoming);
  if (found == files_->files.end())
    return make_error(Errc::unavailable, "'{}' does not exist", incoming.string());
  const std::string content =
      (format != ImageFormat::qcow2 ? "qcow2 of " : "") + found->second.content;
  Sha256 digest = TRY(Sha256::parse(digest_of(content)));
  if (hashed && format == ImageFormat::qcow2 && hashed->seal == "seal of " + content)
    digest = hashed->digest;
  files_->files[image_path(digest)] = {content, content.size()};
  files_->files.erase(incoming);
  const StoredImage stored{digest, content.size(), gibibyte};
  files_->adopted.emplace(incoming, stored);
  TRY(fault("seal_image"));
  return stored;
}

Result<std::optional<StoredImage>> FakeVolumes::noted_image(const std::filesystem::path& incoming) {
  const std::lock_guard lock{files_->mutex};
  TRY(fault("noted_image"));
  const auto found = files_->adopted.find(incoming);
  if (found == files_->adopted.end()) return std::optional<StoredImage>{};
  return std::optional{found->second};
}

std::filesystem::path FakeVolumes::image_path(const Sha256& digest) const {
  return "/state/images/" + digest.hex() + ".qcow2";
}

Result<> FakeVolumes::probe_image(const Sha256& digest, std::uint64_t file_size) {
  const std::lock_guard lock{files_->mutex};
  TRY(fault("probe_image"));
  const auto found = files_->files.find(image_path(digest));
  if (found != files_->files.end() && found->second.size == file_size) return {};
  return make_error(Errc::corrupt, "image '{}' is not what was recorded", digest.hex());
}

Result<> FakeVolumes::verify_image(const Sha256& digest,
                                   const std::function<bool()>& /*cancelled*/) {
  const std::lock_guard lock{files_->mutex};
  const auto found = files_->files.find(image_path(digest));
  if (found != files_->files.end() && digest_of(found->second.content) == digest.hex()) return {};
  return make_error(Errc::corrupt, "image '{}' has other bytes", digest.hex());
}

Result<> FakeVolumes::remove_image(const Sha256& digest) {
  const std::lock_guard lock{files_->mutex};
  TRY(fault("remove_image"));
  files_->files.erase(image_path(digest));
  return {};
}

Result<Disk> FakeVolumes::create_system_disk(const InstanceId& instance, int system_generation,
                                             const Image& image, std::uint64_t size) {
  const std::lock_guard lock{files_->mutex};
  TRY(fault("create_system_disk"));
  if (size < image.virtual_size) return make_error(Errc::invalid, "smaller than the image");
  const auto base = files_->files.find(image_path(image.digest));
  if (base == files_->files.end())
    return make_error(Errc::unavailable, "image '{}' has no file", image.digest.hex());
  const std::string path = system_files(instance, system_generation).disk;
  files_->files.try_emplace(path, FakeFiles::File{"overlay of " + base->second.content, size});
  return Disk{.role = DiskRole::system,
              .path = path,
              .format = DiskFormat::qcow2,
              .serial = fmt::format("{}-s{}", instance.str().substr(2), system_generation),
              .size = size,
              .base_path = base->first,
              .base_digest = image.digest};
}

Result<Disk> FakeVolumes::create_data_disk(const InstanceId& instance, int index,
                                           std::uint64_t size) {
  const std::lock_guard lock{files_->mutex};
  TRY(fault("create_data_disk"));
  const std::string path = fmt::format("{}data-{}.qcow2", folder_of(instance), index);
  files_->files.try_emplace(path, FakeFiles::File{"empty", size});
  return Disk{.role = DiskRole::data,
              .path = path,
              .format = DiskFormat::qcow2,
              .serial = fmt::format("{}-d{}", instance.str().substr(2), index),
              .size = size,
              .base_path = std::nullopt,
              .base_digest = std::nullopt};
}

Result<Disk> FakeVolumes::create_seed(const InstanceId& instance, int system_generation,
                                      const Seed& seed) {
  const std::lock_guard lock{files_->mutex};
  TRY(fault("create_seed"));
  const std::string path = system_files(instance, system_generation).seed;
  files_->files.try_emplace(
      path, FakeFiles::File{seed.cloud_instance_id + "\n" + seed.user_data.reveal() + "\n" +
                                seed.password_hash.reveal(),
                            1});
  return Disk{.role = DiskRole::seed,
              .path = path,
              .format = DiskFormat::raw,
              .serial = fmt::format("{}-c{}", instance.str().substr(2), system_generation),
              .size = 1,
              .base_path = std::nullopt,
              .base_digest = std::nullopt};
}

Volumes::SystemFiles FakeVolumes::system_files(const InstanceId& instance,
                                               int system_generation) const {
  return {fmt::format("{}system-{}.qcow2", folder_of(instance), system_generation),
          fmt::format("{}seed-{}.iso", folder_of(instance), system_generation)};
}

Result<int> FakeVolumes::newest_system(const InstanceId& instance) {
  const std::lock_guard lock{files_->mutex};
  int newest = 99;  // more than any test makes
  const auto there = [&](int number) {
    const SystemFiles files = system_files(instance, number);
    return files_->files.contains(files.disk) || files_->files.contains(files.seed);
  };
  while (newest > 0 && !there(newest)) --newest;
  return newest;
}

Result<> FakeVolumes::remove_disk(const Disk& disk) {
  const std::lock_guard lock{files_->mutex};
  TRY(fault("remove_disk"));
  if (disk.role == DiskRole::data)
    return make_error(Errc::denied, "'{}' is a data disk", disk.path);
  files_->files.erase(disk.path);
  return {};
}

Result<> FakeVolumes::remove_instance(const InstanceId& instance) {
  const std::lock_guard lock{files_->mutex};
  TRY(fault("remove_instance"));
  std::erase_if(files_->files,
                [&](const auto& file) { return file.first.starts_with(folder_of(instance)); });
  files_->secrets.erase(instance.str());
  files_->consoles.erase(instance.str());
  return {};
}

Result<> FakeVolumes::save_secrets(const InstanceId& instance, const Secret& user_data,
                                   const Secret& password_hash) {
  const std::lock_guard lock{files_->mutex};
  TRY(fault("save_secrets"));
  files_->secrets.insert_or_assign(instance.str(), Secrets{user_data, password_hash});
  return {};
}

Result<Volumes::Secrets> FakeVolumes::load_secrets(const InstanceId& instance) {
  const std::lock_guard lock{files_->mutex};
  TRY(fault("load_secrets"));
  const auto found = files_->secrets.find(instance.str());
  return found == files_->secrets.end() ? Secrets{} : found->second;
}

Result<std::filesystem::path> FakeVolumes::prepare_console(const InstanceId& instance) {
  const std::lock_guard lock{files_->mutex};
  TRY(fault("prepare_console"));
  files_->consoles.insert(instance.str());
  return std::filesystem::path{folder_of(instance) + "console.log"};
}

Result<std::vector<std::filesystem::path>> FakeVolumes::stored_files() {
  const std::lock_guard lock{files_->mutex};
  TRY(fault("stored_files"));
  std::vector<std::filesystem::path> files;
  for (const auto& [path, file] : files_->files) files.emplace_back(path);
  return files;
}

Result<Volumes::Space> FakeVolumes::space() {
  const std::lock_guard lock{files_->mutex};
  TRY(fault("space"));
  return Space{free_, std::uint64_t{1} << 41};
}

}  // namespace imprint::test
