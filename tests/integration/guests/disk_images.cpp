#include "tests/integration/guests/disk_images.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <fstream>
#include <memory>

#include "agent/base/command.h"

namespace imprint::guests {
namespace {

using guest::FileInfo;
using guest::FileType;
using guest::GuestPath;
using guest::TableType;
using guest::Volume;

constexpr std::uint64_t sector = 512;
constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20U;

/// The script of one disk, which the appliance calls `device`.
class DiskScript {
 public:
  DiskScript(DiskOrder& order, std::string device, std::filesystem::path temp_folder)
      : order_{order}, device_{std::move(device)}, temp_folder_{std::move(temp_folder)} {}

  std::string text() {
    make_table();
    for (std::size_t i = 0; i < volumes().size(); ++i) make_volume(i);
    fill();
    return std::move(script_);
  }

 private:
  const std::vector<Volume>& volumes() const { return order_.guest.inventory.volumes; }

  template <typename... Values>
  void add(fmt::format_string<Values...> format, Values&&... values) {
    script_ += fmt::format(format, std::forward<Values>(values)...) + "\n";
  }

  /// "/dev/sda2" of the inventory -> "/dev/sdc2"; names of volume groups stay.
  std::string name_of(const Volume& volume) const {
    if (order_.wrapping == Wrapping::raid1 && is_root(volume)) return "/dev/md/imprint";
    if (!volume.device.starts_with("/dev/sda")) return volume.device;
    return device_ + volume.device.substr(8);
  }

  bool is_root(const Volume& volume) const {
    return &volume == &volumes()[order_.guest.mounts.front().volume];
  }

  void make_table() {
    const bool gpt = order_.guest.inventory.disks[0].table == TableType::gpt;
    if (order_.guest.inventory.disks[0].table == TableType::none) return;
    add("part-init {} {}", device_, gpt ? "gpt" : "mbr");
    for (const Volume& volume : volumes()) {
      if (volume.kind != Volume::Kind::partition) continue;
      add("part-add {} p {} {}", device_, volume.start / sector,
          (volume.start + volume.size) / sector - 1);
      if (gpt) {
        add("part-set-gpt-type {} {} {}", device_, volume.number, volume.part_type);
        add("part-set-gpt-guid {} {} {}", device_, volume.number, volume.part_uuid);
      } else {
        add("part-set-mbr-id {} {} {}", device_, volume.number, volume.part_type);
      }
      if (volume.bootable) add("part-set-bootable {} {} true", device_, volume.number);
    }
  }

  void make_volume(std::size_t index) {
    const Volume& volume = volumes()[index];
    if (volume.filesystem == "LVM2_member") return add("pvcreate {}", name_of(volume));
    if (volume.kind == Volume::Kind::logical_volume) {
      const auto physical = std::find_if(volumes().begin(), volumes().end(), [](const Volume& v) {
        return v.filesystem == "LVM2_member";
      });
      add("vgcreate {} {}", volume.volume_group, name_of(*physical));
      add("lvcreate-free {} {} 90", volume.logical_volume, volume.volume_group);
    }
    if (order_.wrapping == Wrapping::raid1 && is_root(volume))
      add("md-create imprint \"{} {}\" level:raid1", device_ + "1", device_ + "2");
    // The appliance would take minutes to derive a key.
    if (order_.wrapping == Wrapping::luks && is_root(volume)) return;
    make_filesystem(volume);
  }

  void make_filesystem(const Volume& volume) {
    const std::string device = name_of(volume);
    const std::string label = volume.label.empty() ? "" : " label:" + volume.label;
    if (volume.filesystem.empty() || volume.filesystem == "linux_raid_member") return;
    if (volume.filesystem == "btrfs") return;  // see write_btrfs
    if (volume.filesystem == "swap") return add("mkswap {}{} uuid:{}", device, label, volume.uuid);
    add("mkfs {} {}{}", volume.filesystem, device, label);
    if (volume.filesystem == "vfat")
      // The volume's number in the first sector of FAT16, as "5A1B-77C0" is written.
      add("pwrite-device {} \"\\xC0\\x77\\x1B\\x5A\" 39 | cat >/dev/null", device);
    else
      add("set-uuid {} {}", device, volume.uuid);
  }

  void fill() {
    if (order_.wrapping == Wrapping::luks) return;
    const auto& mounts = order_.guest.mounts;
    for (const facts::MountedVolume& mount : mounts) {
      const Volume& volume = volumes()[mount.volume];
      std::string target = "/";
      add("mount {} /", name_of(volume));
      if (!volume.subvolumes.empty()) target += make_subvolumes(volume, mount.folder);
      if (volume.subvolumes.empty() && !mount.folder.empty()) target += make_folder(mount.folder);
      add("tar-in {} {}", tar_of(mount.mount_point).string(), target);
      if (volume.filesystem != "vfat") add_labels(mount.mount_point, target);
      if (is_root(volume) && !volume.volume_group.empty()) fill_in_mapper_uuid(volume);
      add("umount-all");
    }
    if (order_.wrapping == Wrapping::raid1) add("md-stop /dev/md/imprint");
  }

  /// LVM gives it when the volume is made; the appliance's kernel tells it.
  void fill_in_mapper_uuid(const Volume& volume) {
    const std::string uuid =
        fmt::format("cat /sys/block/$(basename $(readlink -f {}))/dm/uuid", volume.device);
    add("debug sh \"sed -i s/{}/$({})/ /sysroot/etc/fstab\"", mapper_uuid_of_root, uuid);
  }

  std::string make_folder(const std::string& folder) {
    add("mkdir-p /{}", folder);
    return folder;
  }

  /// Of the files that are looked at for theirs; all would take minutes.
  void add_labels(const std::string& mount_point, const std::string& target) {
    for (const char* name :
         {"/etc/passwd", "/etc/shadow", "/usr/bin/bash", "/usr/lib/systemd/systemd"}) {
      const auto label = order_.guest.fs.xattr(GuestPath{} / name, "security.selinux");
      if (mount_point != "/" || !label || !*label) continue;
      const std::string value{(*label)->c_str()};
      add("lsetxattr security.selinux {} {} {}", value, value.size(), target + name);
    }
  }

  /// They are numbered from 256 on in the order in which they are made.
  std::string make_subvolumes(const Volume& volume, const std::string& root) {
    int id = 256;
    for (const std::string& subvolume : volume.subvolumes) {
      const std::size_t slash = subvolume.rfind('/');
      if (slash != std::string::npos) add("mkdir-p /{}", subvolume.substr(0, slash));
      add("btrfs-subvolume-create /{}", subvolume);
      if (subvolume == root) add("btrfs-subvolume-set-default {} /", id);
      ++id;
    }
    return root;
  }

  bool is_another_mount(const std::string& path) const {
    return std::any_of(order_.guest.mounts.begin(), order_.guest.mounts.end(),
                       [&](const auto& mount) { return mount.mount_point == path; });
  }

  std::filesystem::path tar_of(const std::string& mount_point);
  void add_to(archive* tar, const std::string& name, const GuestPath& path, const FileInfo& info);

  DiskOrder& order_;
  std::string device_;
  std::filesystem::path temp_folder_;
  std::string script_;
};

std::filesystem::path DiskScript::tar_of(const std::string& mount_point) {
  std::string name = order_.image.filename().string() + mount_point;
  std::replace(name.begin(), name.end(), '/', '-');
  const std::filesystem::path file = temp_folder_ / (name + ".tar");
  const std::unique_ptr<archive, int (*)(archive*)> tar{archive_write_new(), archive_write_free};
  archive_write_set_format_gnutar(tar.get());
  EXPECT_EQ(archive_write_open_filename(tar.get(), file.c_str()), ARCHIVE_OK);
  std::deque<GuestPath> folders{GuestPath::parse(mount_point).value()};
  const std::size_t prefix = mount_point == "/" ? 1 : mount_point.size() + 1;
  while (!folders.empty()) {
    const GuestPath folder = folders.front();
    folders.pop_front();
    const auto entries = order_.guest.fs.list(folder);
    for (const guest::FolderEntry& entry : entries ? *entries : std::vector<guest::FolderEntry>{}) {
      const GuestPath path = folder / entry.name;
      const auto info = order_.guest.fs.stat(path);
      if (!info) continue;
      add_to(tar.get(), path.str().substr(prefix), path, *info);
      if (info->type == FileType::folder && !is_another_mount(path.str())) folders.push_back(path);
    }
  }
  EXPECT_EQ(archive_write_close(tar.get()), ARCHIVE_OK);
  return file;
}

void DiskScript::add_to(archive* tar, const std::string& name, const GuestPath& path,
                        const FileInfo& info) {
  const std::unique_ptr<archive_entry, void (*)(archive_entry*)> entry{archive_entry_new(),
                                                                       archive_entry_free};
  archive_entry_set_pathname(entry.get(), name.c_str());
  archive_entry_set_perm(entry.get(), info.mode);
  archive_entry_set_uid(entry.get(), info.uid);
  archive_entry_set_gid(entry.get(), info.gid);
  archive_entry_set_mtime(entry.get(), info.modified, 0);
  std::string content;
  if (info.type == FileType::folder) archive_entry_set_filetype(entry.get(), AE_IFDIR);
  if (info.type == FileType::link) {
    archive_entry_set_filetype(entry.get(), AE_IFLNK);
    archive_entry_set_symlink(entry.get(), order_.guest.fs.read_link(path).value().c_str());
  }
  if (info.type == FileType::regular) {
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    content = order_.guest.fs.read(path, 64 * mebibyte).value();
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(content.size()));
  }
  EXPECT_EQ(archive_write_header(tar, entry.get()), ARCHIVE_OK) << name;
  if (!content.empty()) {
    EXPECT_EQ(archive_write_data(tar, content.data(), content.size()),
              static_cast<la_ssize_t>(content.size()));
  }
}

/// As large as its partitions need, and room for a second table at its end.
std::uint64_t size_of(const DiskOrder& order) {
  std::uint64_t end = 0;
  for (const Volume& volume : order.guest.inventory.volumes)
    end = std::max(end, volume.start + volume.size);
  return end + mebibyte;
}

/// The boot code and the disk's number; the partition table stays. Without one the whole sector is
/// the boot loader's.
void write_boot_code(const DiskOrder& order) {
  const guest::DiskTable& disk = order.guest.inventory.disks[0];
  std::fstream file{order.image, std::ios::in | std::ios::out | std::ios::binary};
  const std::streamsize length = disk.table == TableType::none  ? sector
                                 : disk.table == TableType::gpt ? 440
                                                                : 446;
  file.write(disk.boot_sector.data(), length);
  EXPECT_TRUE(file.good());
}

void copy_to(const std::filesystem::path& file, const DiskOrder& order, std::uint64_t offset) {
  std::ifstream from{file, std::ios::binary};
  std::fstream to{order.image, std::ios::in | std::ios::out | std::ios::binary};
  to.seekp(static_cast<std::streamoff>(offset));
  to << from.rdbuf();
  EXPECT_TRUE(to.good());
}

/// The appliance gives no Btrfs a number of one's own choice; its maker does, without root.
void write_btrfs(const DiskOrder& order, const std::filesystem::path& temp_folder) {
  for (const Volume& volume : order.guest.inventory.volumes) {
    if (volume.filesystem != "btrfs") continue;
    const std::filesystem::path file = temp_folder / "btrfs";
    std::ofstream{file};
    std::filesystem::resize_file(file, volume.size);
    Command command;
    command.arguments = {"mkfs.btrfs", "-q", "-f", "-U", volume.uuid, file.string()};
    const auto made = run_checked(command);
    ASSERT_TRUE(made) << made.error().message;
    copy_to(file, order, volume.start);
    std::filesystem::remove(file);
  }
}

/// What QEMU makes of an empty encrypted image is what cryptsetup would put into the partition.
void write_luks(const DiskOrder& order, const std::filesystem::path& temp_folder) {
  if (order.wrapping != Wrapping::luks) return;
  const std::filesystem::path header = temp_folder / "luks";
  Command command;
  command.arguments = {"qemu-img",
                       "create",
                       "-q",
                       "--object",
                       "secret,id=key,data=passphrase",
                       "-f",
                       "luks",
                       "-o",
                       "key-secret=key,iter-time=10",
                       header.string(),
                       "16M"};
  // On a busy machine qemu-img finds no undisturbed moment to measure how fast it hashes.
  auto made = run_checked(command);
  for (int tries = 1; !made && tries < 20; ++tries) made = run_checked(command);
  ASSERT_TRUE(made) << made.error().message;
  const Volume& root = order.guest.inventory.volumes[order.guest.mounts.front().volume];
  copy_to(header, order, root.start);
}

}  // namespace

void write_disks(std::vector<DiskOrder>& orders, const std::filesystem::path& appliance,
                 const std::filesystem::path& temp_folder) {
  Command command;
  command.arguments = {"guestfish", "--format=raw"};
  std::string script = "run\n";
  char letter = 'a';
  for (DiskOrder& order : orders) {
    std::ofstream{order.image};
    std::filesystem::resize_file(order.image, size_of(order));
    ASSERT_NO_FATAL_FAILURE(write_btrfs(order, temp_folder));
    command.arguments.insert(command.arguments.end(), {"-a", order.image.string()});
    script += DiskScript{order, fmt::format("/dev/sd{}", letter++), temp_folder}.text();
  }
  const std::filesystem::path script_file = temp_folder / "script";
  std::ofstream{script_file} << script;
  command.arguments.insert(command.arguments.end(), {"-f", script_file.string()});
  command.environment = {"LIBGUESTFS_PATH=" + appliance.string(), "LIBGUESTFS_BACKEND=direct",
                         "LIBGUESTFS_BACKEND_SETTINGS=force_tcg", "TMPDIR=" + temp_folder.string(),
                         "LIBGUESTFS_CACHEDIR=" + temp_folder.string()};
  command.time_limit = std::chrono::minutes{25};
  const auto built = run_checked(command);
  ASSERT_TRUE(built) << built.error().message;
  for (const DiskOrder& order : orders) {
    write_boot_code(order);
    write_luks(order, temp_folder);
  }
}

}  // namespace imprint::guests
