#include "agent/store/local_volumes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>

#include "agent/base/atomic_file.h"
#include "agent/base/file_version.h"
#include "agent/model/json.h"
#include "agent/store/ballast.h"
#include "agent/store/iso_writer.h"
#include "agent/store/new_file.h"
#include "agent/store/qemu_img.h"
#include "agent/store/seed_documents.h"
#include "agent/store/state_folder.h"

namespace imprint::store {
namespace {

using std::filesystem::path;

constexpr unsigned disk_mode =
    0660;  // the group is for a QEMU that libvirt does not give the file to
constexpr std::uint64_t sector = 512;

Result<> check_number(int number, std::string_view noun) {
  if (number >= 1) return {};
  return make_error(Errc::invalid, "{} {} is below 1", noun, number);
}

/// qcow2 counts in sectors.
Result<std::uint64_t> disk_size(std::uint64_t bytes) {
  if (bytes == 0 || bytes > INT64_MAX - sector)
    return make_error(Errc::invalid, "a disk cannot have {} bytes", bytes);
  return (bytes + sector - 1) / sector * sector;
}

Result<> check_existing(const Disk& disk) {
  const Qcow2Facts facts = TRY(read_qcow2(disk.path));
  if (facts.virtual_size != disk.size)
    return make_error(Errc::conflict, "disk '{}' exists with {} bytes, not {}", disk.path,
                      facts.virtual_size, disk.size);
  if (facts.backing != disk.base_path || facts.data_file)
    return make_error(Errc::conflict, "disk '{}' exists over another base, '{}'", disk.path,
                      facts.backing.value_or(facts.data_file.value_or("none")));
  return {};
}

}  // namespace

Result<path> LocalVolumes::prepare_incoming(const JobId& job) {
  return images_.prepare_incoming(job);
}
Result<path> LocalVolumes::prepare_unpacked(const JobId& job) {
  return images_.prepare_unpacked(job);
}
Result<> LocalVolumes::discard_incoming(const JobId& job) {
  return images_.discard_incoming(job);
}
Result<std::string> LocalVolumes::seal_of(const path& incoming) {
  return file_version(incoming);
}
Result<StoredImage> LocalVolumes::adopt_image(const path& incoming, ImageFormat format,
                                              const std::optional<Hashed>& hashed,
                                              const std::function<bool()>& cancelled) {
  return images_.adopt(incoming, format, hashed, cancelled);
}
Result<std::optional<StoredImage>> LocalVolumes::noted_image(const path& incoming) {
  return images_.noted(incoming);
}
path LocalVolumes::image_path(const Sha256& digest) const {
  return paths_.image(digest);
}
Result<> LocalVolumes::probe_image(const Sha256& digest, std::uint64_t file_size) {
  return images_.probe(digest, file_size);
}
Result<> LocalVolumes::verify_image(const Sha256& digest, const std::function<bool()>& cancelled) {
  return images_.verify(digest, cancelled);
}
Result<> LocalVolumes::remove_image(const Sha256& digest) {
  return images_.remove(digest);
}

Result<> LocalVolumes::make_instance_folder(const InstanceId& instance) {
  return make_folder(paths_.instance(instance), 0711);
}

std::mutex& LocalVolumes::maker(const std::string& instance) {
  return makers_[std::hash<std::string>{}(instance) % makers_.size()];
}

Result<> LocalVolumes::provide_disk(const InstanceId& instance, const Disk& disk) {
  const std::lock_guard lock{maker(instance.str())};
  TRY(make_instance_folder(instance));
  const auto present = regular_file_size(disk.path);
  if (present) return check_existing(disk);
  if (present.error().code != Errc::not_found) return present.error();

  NewFile file = TRY(NewFile::create(StatePaths::temporary(disk.path), disk_mode));
  const auto base = disk.base_path ? std::optional<path>{*disk.base_path} : std::nullopt;
  TRY_WITH(create_qcow2(file.path(), disk.size, base), "disk '" + disk.path + "'");
  return std::move(file).publish(disk.path);
}

Result<Disk> LocalVolumes::create_system_disk(const InstanceId& instance, int system_generation,
                                              const Image& image, std::uint64_t size) {
  TRY(check_number(system_generation, "system generation"));
  if (size < image.virtual_size)
    return make_error(Errc::invalid, "a system disk of {} bytes is smaller than image '{}' with {}",
                      size, image.name, image.virtual_size);
  TRY(images_.probe(image.digest, image.file_size));
  Disk disk;
  disk.role = DiskRole::system;
  disk.path = paths_.system_disk(instance, system_generation).string();
  disk.serial = instance.str() + "-sys";
  disk.size = TRY(disk_size(size));
  disk.base_path = paths_.image(image.digest).string();
  disk.base_digest = image.digest;
  disk.generation = system_generation;
  TRY(provide_disk(instance, disk));
  return disk;
}

Result<Disk> LocalVolumes::create_data_disk(const InstanceId& instance, int index,
                                            std::uint64_t size) {
  TRY(check_number(index, "data disk"));
  Disk disk;
  disk.role = DiskRole::data;
  disk.path = paths_.data_disk(instance, index).string();
  disk.serial = fmt::format("{}-d{}", instance.str(), index);
  disk.size = TRY(disk_size(size));
  TRY(provide_disk(instance, disk));
  return disk;
}

Result<Disk> LocalVolumes::create_seed(const InstanceId& instance, int system_generation,
                                       const Seed& seed) {
  TRY(check_number(system_generation, "system generation"));
  const auto documents = TRY(seed_documents(seed));
  const std::lock_guard lock{maker(instance.str())};
  TRY(make_instance_folder(instance));
  Disk disk;
  disk.role = DiskRole::seed;
  disk.path = paths_.seed(instance, system_generation).string();
  disk.format = DiskFormat::raw;
  disk.serial = instance.str() + "-seed";
  disk.generation = system_generation;
  NewFile file = TRY(NewFile::reserve(StatePaths::temporary(disk.path)));
  TRY(write_iso(file.path(), "cidata", documents));
  disk.size = TRY(regular_file_size(file.path()));
  TRY(std::move(file).replace(disk.path));
  return disk;
}

Volumes::SystemFiles LocalVolumes::system_files(const InstanceId& instance,
                                                int system_generation) const {
  return {paths_.system_disk(instance, system_generation),
          paths_.seed(instance, system_generation)};
}

Result<int> LocalVolumes::newest_system(const InstanceId& instance) {
  const path folder = paths_.instance(instance);
  int newest = 0;
  std::error_code fault;
  std::filesystem::directory_iterator entries{folder, fault};
  for (const auto end = std::filesystem::end(entries); !fault && entries != end;
       entries.increment(fault))
    newest = std::max(newest, StatePaths::generation_in(entries->path()));
  if (!fault || fault == std::errc::no_such_file_or_directory) return newest;
  return system_error(fault.value(), "folder '" + folder.string() + "'");
}

Result<> LocalVolumes::remove_disk(const Disk& disk) {
  if (disk.role == DiskRole::data)
    return make_error(Errc::denied, "'{}' is a data disk: it goes only with its instance",
                      disk.path);
  if (!paths_.is_replaceable_disk(disk.path))
    return make_error(Errc::denied, "'{}' is no system disk or seed of this node", disk.path);
  const std::lock_guard lock{maker(path{disk.path}.parent_path().filename().string())};
  TRY(remove_file(StatePaths::temporary(disk.path)));
  TRY(remove_file(firmware_variables(disk.path)));
  return remove_file(disk.path);
}

Result<> LocalVolumes::remove_instance(const InstanceId& instance) {
  const std::lock_guard lock{maker(instance.str())};
  const path folder = paths_.instance(instance);
  std::error_code fault;
  std::filesystem::remove_all(folder, fault);
  if (fault) return system_error(fault.value(), "folder '" + folder.string() + "'");
  return sync_folder(paths_.instances());
}

Result<> LocalVolumes::save_secrets(const InstanceId& instance, const Secret& user_data,
                                    const Secret& password_hash) {
  const Json json{
      {"version", 1}, {"user_data", user_data.reveal()}, {"password_hash", password_hash.reveal()}};
  const std::string text = dump_json(json);
  if (const auto again = parse_json(text); !again || *again != json)
    return make_error(Errc::invalid, "the user data or password hash of '{}' is not UTF-8",
                      instance.str());
  const std::lock_guard lock{maker(instance.str())};
  TRY(make_instance_folder(instance));
  return write_file_atomically(paths_.secrets(instance), text, 0600);
}

Result<Volumes::Secrets> LocalVolumes::load_secrets(const InstanceId& instance) {
  const path file = paths_.secrets(instance);
  const auto text = read_regular_file(file);
  if (!text) {
    if (text.error().code == Errc::not_found) return Secrets{};
    return text.error();
  }
  const auto json = parse_json(*text);
  // The parser's message would quote the text.
  if (!json) return make_error(Errc::corrupt, "file '{}' is not valid JSON", file.string());
  ObjectReader reader{*json, "secrets"};
  if (reader.integer("version") != 1) reader.fail("version", "is not one that this program reads");
  Secrets secrets{Secret{reader.text("user_data")}, Secret{reader.text("password_hash")}};
  if (auto read = reader.finish(); !read)
    return make_error(Errc::corrupt, "file '{}': {}", file.string(), read.error().message);
  return secrets;
}

Result<path> LocalVolumes::prepare_console(const InstanceId& instance) {
  TRY(make_instance_folder(instance));
  const path file = paths_.console(instance);
  const std::string context = "file '" + file.string() + "'";
  const Fd fd{::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (!fd.valid()) {
    if (errno != EEXIST) return system_error(errno, context);
    TRY(regular_file_size(file));
    return file;
  }
  if (::fchmod(fd.get(), 0640) != 0) return system_error(errno, context);
  TRY(sync_folder(file.parent_path()));
  return file;
}

Result<std::vector<path>> LocalVolumes::stored_files() {
  std::vector<path> files;
  for (const path& folder : {paths_.images(), paths_.incoming(), paths_.instances()}) {
    std::error_code fault;
    std::filesystem::recursive_directory_iterator entries{folder, fault};
    for (const auto end = std::filesystem::end(entries); !fault && entries != end;
         entries.increment(fault))
      // A folder that is empty belongs to nobody's disk; a link is told of and not followed.
      if (std::error_code ignored; !entries->is_directory(ignored) || entries->is_symlink(ignored))
        files.push_back(entries->path());
    if (fault) return system_error(fault.value(), "folder '" + folder.string() + "'");
  }
  std::ranges::sort(files);
  return files;
}

Result<Volumes::Space> LocalVolumes::space() {
  // Whoever asks is about to decide upon it: what a full file system has cost is set aside first.
  if (keeps_ballast_) load_ballast(StatePaths::ballast_beside(paths_.journal()));
  struct statvfs info {};
  if (::statvfs(paths_.root().c_str(), &info) != 0)
    return system_error(errno, "folder '" + paths_.root().string() + "'");
  return Space{info.f_bavail * info.f_frsize, info.f_blocks * info.f_frsize};
}

}  // namespace imprint::store
