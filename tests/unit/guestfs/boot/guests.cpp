#include "tests/unit/guestfs/boot/guests.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace imprint::boot_test {
namespace {

using guest::Volume;

constexpr const char* esp_type = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b";
constexpr const char* esp_uuid = "5A1B-77C0";
constexpr const char* lv_uuid = "8d7f3f0e-0000-4b6b-a2f3-5d3f0e9b7a11";

std::string boot_sector(std::string_view code) {
  std::string sector(512, '\0');
  sector.replace(100, code.size(), code);
  sector.replace(510, 2, "\x55\xaa");
  return sector;
}

Volume partition(int number, std::string filesystem, std::string uuid) {
  Volume volume;
  volume.device = fmt::format("/dev/sda{}", number);
  volume.number = number;
  volume.size = std::uint64_t{1} << 30U;
  volume.filesystem = std::move(filesystem);
  volume.uuid = std::move(uuid);
  volume.part_uuid = fmt::format("5d1fd0f8-{:02}", number);
  return volume;
}

void add_kernel(BootGuest& guest, const std::string& version, const std::string& kernel,
                const std::string& initrd) {
  guest.fs.file(kernel, kernel_image(version)).folder("/usr/lib/modules/" + version);
  guest.fs.link("/lib", "usr/lib");
  if (!initrd.empty()) guest.fs.file(initrd, "070701 initramfs");
}

/// One MBR disk with GRUB in its first sector and the system on partition 1.
BootGuest bios(const std::string& filesystem) {
  BootGuest guest;
  guest.inventory.disks.push_back(
      {"/dev/sda", std::uint64_t{4} << 30U, guest::TableType::mbr, boot_sector("GRUB ")});
  guest.inventory.volumes = {partition(1, filesystem, system_uuid)};
  guest.mounts = {{0, "/", ""}};
  guest.fs.file("/etc/fstab", fmt::format("UUID={} / {} defaults 0 1\n", system_uuid, filesystem));
  return guest;
}

/// One GPT disk: EFI system partition (1), the system (2).
BootGuest uefi(const std::string& filesystem, const std::string& esp) {
  BootGuest guest;
  guest.inventory.disks.push_back(
      {"/dev/sda", std::uint64_t{4} << 30U, guest::TableType::gpt, boot_sector("")});
  guest.inventory.volumes = {partition(1, "vfat", esp_uuid), partition(2, filesystem, system_uuid)};
  guest.inventory.volumes[0].part_type = esp_type;
  guest.mounts = {{1, "/", ""}, {0, esp, ""}};
  guest.fs.file("/etc/fstab",
                fmt::format("UUID={} / {} defaults 0 1\nUUID={} {} vfat umask=0077 0 1\n",
                            system_uuid, filesystem, esp_uuid, esp));
  guest.fs.file(esp + "/EFI/BOOT/BOOTX64.EFI", "MZ loader");
  return guest;
}

}  // namespace

facts::Boot BootGuest::read() {
  guest::FollowingFs following{fs};
  return facts::read_boot(following, inventory, mounts);
}

facts::Facts BootGuest::facts() {
  guest::FollowingFs following{fs};
  facts::Facts facts;
  facts.fstab = facts::read_fstab(following, inventory, facts::Init::systemd);
  facts.mounts = mounts;
  facts.boot = read();
  return facts;
}

std::vector<std::string> BootGuest::complaints() {
  guest::FollowingFs following{fs};
  const facts::Facts read = facts();
  std::vector<std::string> result;
  for (const rules::Rule& rule : rules::boot_rules()) {
    for (const rules::Evidence& evidence : rule.evaluate({inventory, following, read}).fired) {
      const Severity severity = evidence.severity.value_or(rule.severity);
      const std::string line = fmt::format("{} {}", rule.id, to_string(severity));
      if (std::find(result.begin(), result.end(), line) == result.end()) result.push_back(line);
    }
  }
  return result;
}

std::vector<std::string> BootGuest::undetermined() {
  guest::FollowingFs following{fs};
  const facts::Facts read = facts();
  std::vector<std::string> result;
  for (const rules::Rule& rule : rules::boot_rules())
    if (!rule.evaluate({inventory, following, read}).undetermined.empty())
      result.emplace_back(rule.id);
  return result;
}

rules::Evidence BootGuest::evidence_of(std::string_view wanted) {
  guest::FollowingFs following{fs};
  const facts::Facts read = facts();
  for (const rules::Rule& rule : rules::boot_rules()) {
    if (rule.id != wanted) continue;
    rules::Answer answer = rule.evaluate({inventory, following, read});
    if (!answer.fired.empty()) return answer.fired.front();
  }
  return {};
}

std::string BootGuest::text_of(std::string_view path) {
  guest::FollowingFs following{fs};
  const auto text = following.read_text(guest::GuestPath::parse(path).value());
  EXPECT_TRUE(text) << path;
  return text ? text->text : std::string{};
}

void BootGuest::edit(std::string_view path, std::string_view from, std::string_view to) {
  std::string text = text_of(path);
  const std::size_t at = text.find(from);
  ASSERT_NE(at, std::string::npos) << from << " in " << path;
  fs.file(path, text.replace(at, from.size(), to));
}

std::string data(const std::string& name) {
  std::ifstream file{std::string{IMPRINT_BOOT_DATA} + "/" + name};
  EXPECT_TRUE(file) << name;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string kernel_image(const std::string& version) {
  std::string image(2048, '\0');
  image[0x1f1] = 1;
  image.replace(0x1fe, 2, "\x55\xaa");
  image.replace(0x202, 4, "HdrS");
  image[0x20f] = 2;  // the version stands at 0x200 behind the first sector
  image.replace(0x400, version.size(), version);
  return image;
}

std::string grubenv(const std::string& lines) {
  std::string block = "# GRUB Environment Block\n" + lines;
  block.resize(1024, '#');
  return block;
}

std::string pe_image(const std::vector<std::pair<std::string, std::string>>& sections) {
  std::string image(1024, '\0');
  const auto put = [&](std::size_t at, std::uint32_t value) {
    for (std::size_t i = 0; i < 4; ++i) image[at + i] = static_cast<char>(value >> (8 * i) & 0xff);
  };
  image.replace(0, 2, "MZ");
  put(0x3c, 0x80);
  image.replace(0x80, 4, std::string_view{"PE\0\0", 4});
  image[0x86] = static_cast<char>(sections.size());
  for (std::size_t i = 0; i < sections.size(); ++i) {
    const std::size_t header = 0x98 + 40 * i;
    image.replace(header, sections[i].first.size(), sections[i].first);
    put(header + 8, static_cast<std::uint32_t>(sections[i].second.size()));
    put(header + 16, static_cast<std::uint32_t>(sections[i].second.size()));
    put(header + 20, static_cast<std::uint32_t>(image.size()));
    image += sections[i].second;
  }
  return image;
}

BootGuest debian12_bios() {
  BootGuest guest = bios("ext4");
  add_kernel(guest, "6.1.0-18-amd64", "/boot/vmlinuz-6.1.0-18-amd64",
             "/boot/initrd.img-6.1.0-18-amd64");
  add_kernel(guest, "6.1.0-17-amd64", "/boot/vmlinuz-6.1.0-17-amd64",
             "/boot/initrd.img-6.1.0-17-amd64");
  guest.fs.link("/bin", "usr/bin").link("/sbin", "usr/sbin");
  guest.fs.file("/boot/grub/grub.cfg", data("debian12-grub.cfg"))
      .file("/boot/grub/grubenv", grubenv(""));
  return guest;
}

BootGuest debian12_lvm_uefi() {
  BootGuest guest = uefi("ext4", "/boot/efi");
  Volume root = partition(0, "ext4", lv_uuid);
  root.kind = Volume::Kind::logical_volume;
  root.device = "/dev/debian-vg/root";
  root.volume_group = "debian-vg";
  root.logical_volume = "root";
  guest.inventory.volumes.push_back(root);
  guest.mounts = {{2, "/", ""}, {1, "/boot", ""}, {0, "/boot/efi", ""}};
  guest.fs.file("/etc/fstab",
                fmt::format("/dev/mapper/debian--vg-root / ext4 errors=remount-ro 0 1\n"
                            "UUID={} /boot ext4 defaults 0 2\n",
                            system_uuid));
  add_kernel(guest, "6.1.0-18-amd64", "/boot/vmlinuz-6.1.0-18-amd64",
             "/boot/initrd.img-6.1.0-18-amd64");
  add_kernel(guest, "6.1.0-17-amd64", "/boot/vmlinuz-6.1.0-17-amd64",
             "/boot/initrd.img-6.1.0-17-amd64");
  guest.fs.file("/boot/grub/grub.cfg", data("debian12-lvm-grub.cfg"));
  guest.fs.file("/boot/efi/EFI/debian/grub.cfg",
                fmt::format("search.fs_uuid {} root hd0,gpt2 \nset prefix=($root)'/grub'\n"
                            "configfile $prefix/grub.cfg\n",
                            system_uuid));
  guest.fs.file("/boot/efi/EFI/debian/shimx64.efi", "MZ shim");
  return guest;
}

BootGuest ubuntu_cloud() {
  BootGuest guest = uefi("ext4", "/boot/efi");
  guest.inventory.disks[0].boot_sector = boot_sector("GRUB ");
  guest.inventory.volumes[1].label = "cloudimg-rootfs";
  guest.inventory.volumes[1].part_uuid = "b6a1e52c-0f6d-4bd1-9a60-4b0b7a6f4a10";
  guest.fs.file("/etc/fstab", "LABEL=cloudimg-rootfs\t/\t ext4\tdiscard,errors=remount-ro\t0 1\n");
  add_kernel(guest, "5.15.0-101-generic", "/boot/vmlinuz-5.15.0-101-generic",
             "/boot/initrd.img-5.15.0-101-generic");
  guest.fs.file("/boot/grub/grub.cfg", data("ubuntu-grub.cfg"))
      .file("/boot/grub/grubenv", grubenv(""));
  guest.fs.file(
      "/boot/efi/EFI/ubuntu/grub.cfg",
      fmt::format(
          "search.fs_uuid {} root \nset prefix=($root)'/boot/grub'\nconfigfile $prefix/grub.cfg\n",
          system_uuid));
  return guest;
}

BootGuest centos6() {
  BootGuest guest = bios("ext4");
  guest.inventory.volumes.push_back(partition(2, "ext4", lv_uuid));
  guest.mounts = {{1, "/", ""}, {0, "/boot", ""}};
  guest.fs.file("/etc/fstab",
                fmt::format("UUID={} / ext4 defaults 1 1\nUUID={} /boot ext4 defaults 1 2\n",
                            lv_uuid, system_uuid));
  guest.fs.file("/etc/redhat-release", "CentOS release 6.10 (Final)\n");
  add_kernel(guest, "2.6.32-754.el6.x86_64", "/boot/vmlinuz-2.6.32-754.el6.x86_64",
             "/boot/initramfs-2.6.32-754.el6.x86_64.img");
  guest.fs.file("/boot/grub/grub.conf", data("centos6-grub.conf"));
  guest.fs.link("/boot/grub/menu.lst", "./grub.conf")
      .link("/etc/grub.conf", "../boot/grub/grub.conf");
  return guest;
}

BootGuest centos7() {
  BootGuest guest = bios("xfs");
  add_kernel(guest, "3.10.0-1160.el7.x86_64", "/boot/vmlinuz-3.10.0-1160.el7.x86_64",
             "/boot/initramfs-3.10.0-1160.el7.x86_64.img");
  add_kernel(guest, "", "/boot/vmlinuz-0-rescue-4f1d", "/boot/initramfs-0-rescue-4f1d.img");
  guest.fs.file("/boot/grub2/grub.cfg", data("centos7-grub.cfg"));
  guest.fs.file("/boot/grub2/grubenv",
                grubenv("saved_entry=CentOS Linux (3.10.0-1160.el7.x86_64) 7 (Core)\n"));
  return guest;
}

BootGuest rhel8() {
  BootGuest guest = bios("xfs");
  guest.inventory.volumes.push_back(partition(2, "xfs", lv_uuid));
  guest.mounts = {{1, "/", ""}, {0, "/boot", ""}};
  guest.fs.file("/etc/fstab",
                fmt::format("UUID={} / xfs defaults 0 0\nUUID={} /boot xfs defaults 0 0\n", lv_uuid,
                            system_uuid));
  add_kernel(guest, "4.18.0-513.el8.x86_64", "/boot/vmlinuz-4.18.0-513.el8.x86_64",
             "/boot/initramfs-4.18.0-513.el8.x86_64.img");
  guest.fs.file("/boot/grub2/grub.cfg", data("rhel8-grub.cfg"));
  guest.fs.file(
      "/boot/loader/entries/4f1d-4.18.0-513.el8.x86_64.conf",
      "title Red Hat Enterprise Linux (4.18.0-513.el8.x86_64) 8.9 (Ootpa)\n"
      "version 4.18.0-513.el8.x86_64\nlinux /vmlinuz-4.18.0-513.el8.x86_64\n"
      "initrd /initramfs-4.18.0-513.el8.x86_64.img $tuned_initrd\n"
      "options $kernelopts $tuned_params\nid rhel-20231020-4.18.0\ngrub_users $grub_users\n"
      "grub_arg --unrestricted\ngrub_class kernel\n");
  guest.fs.file("/boot/grub2/grubenv",
                grubenv(fmt::format("saved_entry=4f1d-4.18.0-513.el8.x86_64\n"
                                    "kernelopts=root=UUID={} ro crashkernel=auto \n"
                                    "boot_success=0\n",
                                    lv_uuid)));
  return guest;
}

BootGuest rhel9() {
  BootGuest guest = uefi("xfs", "/boot/efi");
  add_kernel(guest, "5.14.0-362.el9.x86_64", "/boot/vmlinuz-5.14.0-362.el9.x86_64",
             "/boot/initramfs-5.14.0-362.el9.x86_64.img");
  guest.fs.file("/boot/grub2/grub.cfg", data("rhel9-grub.cfg"));
  guest.fs.file("/boot/grub2/grubenv",
                grubenv("saved_entry=4f1d-5.14.0-362.el9.x86_64\nboot_success=1\n"));
  guest.fs.file(
      "/boot/loader/entries/4f1d-5.14.0-362.el9.x86_64.conf",
      fmt::format("title Red Hat Enterprise Linux (5.14.0-362.el9.x86_64) 9.3 (Plow)\n"
                  "version 5.14.0-362.el9.x86_64\nlinux /boot/vmlinuz-5.14.0-362.el9.x86_64\n"
                  "initrd /boot/initramfs-5.14.0-362.el9.x86_64.img $tuned_initrd\n"
                  "options root=UUID={} ro console=ttyS0,115200n8 $tuned_params\n"
                  "grub_users $grub_users\ngrub_arg --unrestricted\ngrub_class rhel\n",
                  system_uuid));
  guest.fs.file("/boot/efi/EFI/redhat/grub.cfg",
                fmt::format("search --no-floppy --root-dev-only --fs-uuid --set=dev {}\nset "
                            "prefix=($dev)/boot/grub2\n"
                            "export $prefix\nconfigfile $prefix/grub.cfg\n",
                            system_uuid));
  guest.fs.file("/boot/efi/EFI/redhat/shimx64.efi", "MZ shim");
  return guest;
}

BootGuest opensuse() {
  BootGuest guest = bios("btrfs");
  guest.inventory.volumes[0].subvolumes = {"@", "@/home", "@/.snapshots",
                                           "@/.snapshots/1/snapshot"};
  guest.mounts = {{0, "/", "@/.snapshots/1/snapshot"}};
  add_kernel(guest, "5.14.21-150500.55.19-default", "/boot/vmlinuz-5.14.21-150500.55.19-default",
             "/boot/initrd-5.14.21-150500.55.19-default");
  guest.fs.link("/boot/vmlinuz", "vmlinuz-5.14.21-150500.55.19-default");
  guest.fs.file("/boot/grub2/grub.cfg", data("opensuse-grub.cfg"))
      .file("/boot/grub2/grubenv", grubenv(""));
  return guest;
}

BootGuest alpine() {
  BootGuest guest = bios("ext4");
  guest.inventory.disks[0].boot_sector = boot_sector("Missing operating system.");
  guest.inventory.volumes[0].bootable = true;
  add_kernel(guest, "6.6.14-0-virt", "/boot/vmlinuz-virt", "/boot/initramfs-virt");
  guest.fs.file("/boot/extlinux.conf", data("alpine-extlinux.conf"));
  return guest;
}

BootGuest arch() {
  BootGuest guest = uefi("ext4", "/boot");
  guest.fs.file("/boot/EFI/systemd/systemd-bootx64.efi",
                "MZ #### LoaderInfo: systemd-boot 255 ####");
  guest.fs.file("/boot/EFI/BOOT/BOOTX64.EFI", "MZ #### LoaderInfo: systemd-boot 255 ####");
  add_kernel(guest, "6.7.4-arch1-1", "/boot/vmlinuz-linux", "/boot/initramfs-linux.img");
  guest.fs.file("/boot/intel-ucode.img", "070701 microcode");
  guest.fs.file("/boot/loader/loader.conf", "timeout 3\n#console-mode keep\ndefault arch.conf\n");
  guest.fs.file("/boot/loader/entries/arch.conf",
                fmt::format("title   Arch Linux\nlinux   /vmlinuz-linux\ninitrd  /intel-ucode.img\n"
                            "initrd  /initramfs-linux.img\noptions root=UUID={} rw\n",
                            system_uuid));
  guest.fs.file("/boot/loader/entries/memtest.conf", "title Memtest86+\nefi /memtest.efi\n");
  return guest;
}

BootGuest unified() {
  BootGuest guest = arch();
  guest.fs.remove("/boot/loader/entries/arch.conf").remove("/boot/loader/entries/memtest.conf");
  guest.fs.remove("/boot/loader/loader.conf");
  guest.inventory.volumes[1].part_type = "4f68bce3-e8cd-4db1-96e7-fbcaf984b709";
  guest.fs.file("/boot/EFI/Linux/arch-linux.efi",
                pe_image({{".osrel", "ID=arch\nPRETTY_NAME=\"Arch Linux\"\n"},
                          {".cmdline", "rw quiet"},
                          {".uname", "6.7.4-arch1-1"},
                          {".initrd", "070701"},
                          {".linux", kernel_image("6.7.4-arch1-1")}}));
  return guest;
}

std::vector<std::pair<std::string, BootGuest>> healthy_guests() {
  return {{"debian12_bios", debian12_bios()},
          {"debian12_lvm_uefi", debian12_lvm_uefi()},
          {"ubuntu_cloud", ubuntu_cloud()},
          {"centos6", centos6()},
          {"centos7", centos7()},
          {"rhel8", rhel8()},
          {"rhel9", rhel9()},
          {"opensuse", opensuse()},
          {"alpine", alpine()},
          {"arch", arch()},
          {"unified", unified()}};
}

}  // namespace imprint::boot_test
