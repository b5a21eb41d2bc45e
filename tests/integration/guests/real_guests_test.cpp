// Guests of the library written onto real disks, healthy and with one fault each, through the real
// worker and appliance.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "agent/model/json.h"
#include "guestfs/inspect/appliance_cache.h"
#include "guestfs/inspect/worker_inspector.h"
#include "tests/integration/guests/disk_images.h"
#include "tests/support/temp_folder.h"

namespace imprint::guests {
namespace {

struct Case {
  const char* name;
  Guest (*make)();
  Wrapping wrapping;
  void (*plant)(Guest&);  ///< null: nothing
  const char* rule;       ///< that fires as an error; empty: none
  const char* path;
  int line;
};

/// Debian on two partitions that mirror each other.
Guest mirrored() {
  Guest guest = debian12_bios();
  guest.inventory = {};
  lay_out(guest, guest::TableType::mbr,
          {{"linux_raid_member", "", "", "", 256}, {"linux_raid_member", "", "", "", 256}});
  guest::Volume array;
  array.kind = guest::Volume::Kind::md_array;
  array.device = "/dev/md/imprint";
  array.filesystem = "ext4";
  array.uuid = system_uuid;
  guest.inventory.volumes.push_back(array);
  guest.mounts = {{2, "/", ""}};
  guest.edit("/etc/fstab", "UUID=0F0E0D0C-0B0A-4908-8706-050403020100 none swap sw 0 0\n", "");
  for (const char* version : {"6.1.0-18-amd64", "6.1.0-17-amd64"}) {
    Kernel kernel;
    kernel.version = version;
    kernel.image = fmt::format("/boot/vmlinuz-{}", version);
    kernel.initrd = fmt::format("/boot/initrd.img-{}", version);
    kernel.config = "CONFIG_FW_CFG_SYSFS=m\n";
    kernel.builtin = {"virtio", "virtio_ring", "md_mod", "raid1"};
    add_kernel(guest, kernel);
  }
  return guest;
}

/// Alpine straight on the disk: EXTLINUX starts from the file system's own first sector.
Guest whole_disk() {
  Guest guest = alpine();
  guest.inventory.disks[0].table = guest::TableType::none;
  guest::Volume& root = guest.inventory.volumes.front();
  root.kind = guest::Volume::Kind::whole_disk;
  root.device = "/dev/sda";
  root.number = 0;
  root.start = 0;
  guest.inventory.volumes.resize(1);
  guest.edit("/etc/fstab", fmt::format("UUID={}\tswap\tswap\tdefaults\t0 0\n", swap_uuid), "");
  return guest;
}

/// As Ubuntu's installer for servers writes it.
Guest ubuntu_by_mapper_uuid() {
  Guest guest = ubuntu_lvm();
  guest.edit("/etc/fstab", "/dev/mapper/ubuntu--vg-ubuntu--lv",
             fmt::format("/dev/disk/by-id/dm-uuid-{}", mapper_uuid_of_root));
  return guest;
}

/// As Silverblue and images of bootc have it: the physical root holds /boot, too.
Guest coreos_without_boot() {
  Guest guest = fedora_coreos();
  guest.mounts[1] = {3, "/boot", "boot"};
  guest.inventory.volumes[2].filesystem.clear();
  guest.inventory.volumes[2].label.clear();
  for (const int number : {1, 2}) {
    const auto entry = fmt::format("/boot/loader.1/entries/ostree-{}-fedora-coreos.conf", number);
    guest.edit_all(entry, " /ostree/", " /boot/ostree/");
    guest.edit(entry, fmt::format("boot=UUID={} ", system_uuid), "");
  }
  for (const char* config : {"/boot/grub2/grub.cfg", "/boot/efi/EFI/fedora/grub.cfg"}) {
    guest.edit(config, "--label boot", "--label root");
    guest.edit(config, "($prefix)/grub2", "($prefix)/boot/grub2");
  }
  return guest;
}

constexpr const char* older_deployment = "/sysroot/ostree/deploy/fedora-coreos/deploy/5d21.0";

void absent_device(Guest& guest) {
  guest.add_fstab("UUID=" + std::string{absent_uuid} + " /data ext4 defaults 0 2");
}

void absent_device_of_older_deployment(Guest& guest) {
  guest.fs.file(std::string{older_deployment} + "/etc/fstab",
                fmt::format("UUID={} /data ext4 defaults 0 2\n", absent_uuid));
}

const std::vector<Case>& cases() {
  static const std::vector<Case> all{
      {"ubuntu_lvm", ubuntu_by_mapper_uuid, Wrapping::none, nullptr, "", "", 0},
      {"ubuntu_lvm-fault", ubuntu_lvm, Wrapping::none,
       [](Guest& guest) { guest.edit("/etc/fstab", system_uuid, absent_uuid); },
       "fstab.device-not-in-image", "/etc/fstab", 3},
      {"centos7", centos7, Wrapping::none, nullptr, "", "", 0},
      {"centos7-fault", centos7, Wrapping::none,
       [](Guest& guest) { guest.fs.file("/etc/nologin", "closed\n"); }, "login.nologin",
       "/etc/nologin", 0},
      {"debian12_lvm_uefi", debian12_lvm_uefi, Wrapping::none, nullptr, "", "", 0},
      {"debian12_lvm_uefi-fault", debian12_lvm_uefi, Wrapping::none,
       [](Guest& guest) { guest.edit("/boot/efi/EFI/debian/grub.cfg", system_uuid, absent_uuid); },
       "boot.esp-stub-uuid", "/boot/efi/EFI/debian/grub.cfg", 1},
      {"mirrored", mirrored, Wrapping::raid1, nullptr, "", "", 0},
      {"mirrored-fault", mirrored, Wrapping::raid1, absent_device, "fstab.device-not-in-image",
       "/etc/fstab", 4},
      {"whole_disk", whole_disk, Wrapping::none, nullptr, "", "", 0},
      {"whole_disk-fault", whole_disk, Wrapping::none,
       [](Guest& guest) { guest.edit("/boot/extlinux.conf", system_uuid, absent_uuid); },
       "boot.root-unresolvable", "/boot/extlinux.conf", 13},
      {"sles15", sles15, Wrapping::none, nullptr, "", "", 0},
      {"sles15-fault", sles15, Wrapping::none,
       [](Guest& guest) { guest.edit("/etc/fstab", "subvol=/@/home", "subvol=/@/people"); },
       "fstab.subvol-missing", "/etc/fstab", 8},
      {"luks", centos7, Wrapping::luks, nullptr, "LUKS", "", 0},
  };
  return all;
}

const std::vector<Case>& ostree_cases() {
  static const std::vector<Case> all{
      {"coreos", fedora_coreos, Wrapping::none, nullptr, "", "", 0},
      {"coreos-link", fedora_coreos, Wrapping::none,
       [](Guest& guest) { guest.fs.remove("/sysroot/ostree/boot.1.1/fedora-coreos/2b0c"); },
       "boot.ostree-deployment", "/boot/loader.1/entries/ostree-2-fedora-coreos.conf", 3},
      {"coreos-fstab", fedora_coreos, Wrapping::none, absent_device, "fstab.device-not-in-image",
       "/etc/fstab", 1},
      {"coreos-selinux", fedora_coreos, Wrapping::none,
       [](Guest& guest) { guest.edit("/etc/selinux/config", "=targeted", "=mls"); },
       "selinux.policy-missing", "/etc/selinux/config", 2},
      {"coreos_without_boot", coreos_without_boot, Wrapping::none,
       absent_device_of_older_deployment, "", "", 0},
      {"coreos_without_boot-kernel", coreos_without_boot, Wrapping::none,
       [](Guest& guest) {
         guest.edit("/boot/loader.1/entries/ostree-2-fedora-coreos.conf", "linux /boot/",
                    "linux /");
       },
       "boot.kernel-missing", "/boot/loader.1/entries/ostree-2-fedora-coreos.conf", 4},
  };
  return all;
}

ImageReport inspect(const std::filesystem::path& image) {
  inspect::WorkerInspector inspector{{IMPRINT_TEST_WORKER, IMPRINT_TEST_CACHE}};
  Inspection inspection;
  inspection.image = image;
  inspection.declared_format = "raw";
  inspection.time_limit = std::chrono::minutes{5};
  auto report = inspector.inspect(inspection);
  EXPECT_TRUE(report) << report.error().message;
  return report ? *std::move(report) : ImageReport{};
}

void expect_healthy(const ImageReport& report) {
  EXPECT_EQ(to_string(report.verdict), "accepted");
  for (const Finding& finding : report.findings)
    EXPECT_NE(finding.severity, Severity::error) << finding.rule << " " << finding.message;
  for (const Undetermined& each : report.undetermined)
    ADD_FAILURE() << "undetermined: " << each.rule << " " << each.reason;
}

void expect_fault(const Case& wanted, const ImageReport& report) {
  EXPECT_EQ(to_string(report.verdict), "rejected");
  int found = 0;
  for (const Finding& finding : report.findings) {
    if (finding.severity != Severity::error) continue;
    EXPECT_EQ(finding.rule, wanted.rule) << finding.message;
    EXPECT_EQ(finding.path, wanted.path);
    EXPECT_EQ(finding.line.value_or(0), wanted.line);
    ++found;
  }
  EXPECT_EQ(found, 1);
}

void expect_encrypted(const ImageReport& report) {
  EXPECT_EQ(to_string(report.verdict), "undetermined");
  EXPECT_TRUE(std::any_of(
      report.undetermined.begin(), report.undetermined.end(),
      [](const Undetermined& each) { return each.reason.find("LUKS") != std::string::npos; }));
}

std::filesystem::path image_of(const test::TempFolder& folder, const Case& each) {
  return folder / (std::string{each.name} + ".raw");
}

/// The images cost two starts of the appliance together to make, and one each to look at them.
void write_and_judge(const std::vector<Case>& cases) {
  const test::TempFolder folder;
  const auto appliance = inspect::prepare_appliance(IMPRINT_TEST_CACHE);
  ASSERT_TRUE(appliance) << appliance.error().message;
  // Names of volume groups and arrays are the appliance's, so no guest is made twice in one run.
  for (const bool healthy : {true, false}) {
    std::vector<DiskOrder> orders;
    for (const Case& each : cases) {
      if ((each.plant == nullptr) != healthy) continue;
      DiskOrder order{each.make(), image_of(folder, each), each.wrapping};
      if (each.plant != nullptr) each.plant(order.guest);
      orders.push_back(std::move(order));
    }
    ASSERT_NO_FATAL_FAILURE(write_disks(orders, *appliance, folder.path()));
  }
  for (const Case& each : cases) {
    SCOPED_TRACE(each.name);
    const ImageReport report = inspect(image_of(folder, each));
    if (each.wrapping == Wrapping::luks)
      expect_encrypted(report);
    else if (std::string_view{each.rule}.empty())
      expect_healthy(report);
    else
      expect_fault(each, report);
    std::filesystem::remove(image_of(folder, each));
  }
}

TEST(RealGuests, AreJudgedAsInMemory) {
  write_and_judge(cases());
}

TEST(RealGuests, OfOstreeAreJudgedByTheDeploymentThatBoots) {
  write_and_judge(ostree_cases());
}

}  // namespace
}  // namespace imprint::guests
