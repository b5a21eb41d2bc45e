// Drivers, the initramfs, and which kernel boots: one fault in a healthy guest each.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/guests/library/guests.h"
#include "tests/guests/library/initramfs.h"

namespace imprint::guests {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* version = "6.1.0-18-amd64";
constexpr const char* initrd = "/boot/initrd.img-6.1.0-18-amd64";
constexpr const char* folder = "/usr/lib/modules/6.1.0-18-amd64";
constexpr const char* config = "/boot/config-6.1.0-18-amd64";

/// An initramfs that holds these modules, and what else it is given.
std::string with_modules(const std::vector<std::string>& names, const std::string& kernel = version,
                         std::vector<ArchiveEntry> entries = {{"init", "#!/bin/sh\n", 0100755}}) {
  for (const std::string& name : names)
    entries.push_back({fmt::format("usr/lib/modules/{}/kernel/{}.ko", kernel, name), "module"});
  return gzip(cpio(entries));
}

const std::vector<std::string> all_modules{"virtio-pci", "virtio_blk", "virtio", "virtio_ring",
                                           "ext4"};

bool fires(Guest& guest, std::string_view rule) {
  return guest.finding_of(rule).rule == rule;
}

TEST(InitramfsRules, AnInitramfsWithTheDriversIsGoodWhateverItsForm) {
  for (const std::string& image :
       {with_modules(all_modules),
        cpio({{"kernel/x86/microcode/x.bin", "m"}}) + with_modules(all_modules),
        gzip(cpio({{"init", "x"}})) + with_modules(all_modules)}) {
    Guest guest = debian12_bios();
    guest.write(initrd, image);
    EXPECT_THAT(guest.complaints(), IsEmpty());
    EXPECT_THAT(guest.undetermined(), IsEmpty());
  }
}

TEST(InitramfsRules, AMissingDiskDriverIsToldOnce) {
  Guest guest = debian12_bios();
  guest.write(initrd, with_modules({"virtio_pci", "virtio", "virtio_ring", "ext4"}));
  EXPECT_THAT(guest.complaints(), ElementsAre("drv.virtio-in-initrd error"));
  const Finding finding = guest.finding_of("drv.virtio-in-initrd");
  EXPECT_EQ(finding.path, initrd);
  EXPECT_THAT(finding.message, HasSubstr("virtio_blk"));
}

TEST(InitramfsRules, AMissingRootFileSystemIsToldOnce) {
  Guest guest = debian12_bios();
  guest.write(initrd, with_modules({"virtio_pci", "virtio_blk", "virtio", "virtio_ring"}));
  EXPECT_THAT(guest.complaints(), ElementsAre("drv.virtio-in-initrd error"));
  EXPECT_THAT(guest.finding_of("drv.virtio-in-initrd").message, HasSubstr("ext4"));
}

TEST(InitramfsRules, WhatIsBuiltInNeedNotBeThere) {
  Guest guest = debian12_bios();
  guest.write(initrd, with_modules({}));
  EXPECT_TRUE(fires(guest, "drv.virtio-in-initrd"));
  guest.append(std::string{folder} + "/modules.builtin",
               "kernel/drivers/block/virtio_blk.ko\nkernel/drivers/virtio/virtio_pci.ko\n"
               "kernel/fs/ext4/ext4.ko\n");
  EXPECT_THAT(guest.complaints(), IsEmpty());
}

TEST(InitramfsRules, AnInnerFileSystemIsUndetermined) {
  Guest guest = debian12_bios();
  guest.write(initrd, with_modules({}, version, {{"squashfs-root.img", std::string(8192, 's')}}));
  EXPECT_THAT(guest.complaints(), IsEmpty());
  EXPECT_THAT(guest.undetermined(), ElementsAre("drv.virtio-in-initrd"));
}

TEST(InitramfsRules, ADamagedOneIsToldOnce) {
  const std::string sound = with_modules(all_modules);
  for (const std::string& image :
       {sound.substr(0, sound.size() / 2), std::string{"no archive"}, std::string(2000, 'x')}) {
    Guest guest = debian12_bios();
    guest.write(initrd, image);
    EXPECT_THAT(guest.complaints(), ElementsAre("boot.initrd-corrupt error"));
    EXPECT_EQ(guest.finding_of("boot.initrd-corrupt").path, initrd);
  }
}

TEST(InitramfsRules, AnUnknownPackingIsCorrupt) {
  Guest guest = debian12_bios();
  guest.edit(config, "CONFIG_RD_GZIP=y", "# CONFIG_RD_GZIP is not set");
  EXPECT_THAT(guest.complaints(), ElementsAre("boot.initrd-corrupt error"));
}

TEST(InitramfsRules, ThatOfAnotherKernelIsToldOnce) {
  Guest guest = debian12_bios();
  guest.write(initrd, with_modules(all_modules, "5.10.0-1-amd64"));
  EXPECT_THAT(guest.complaints(), ElementsAre("boot.initrd-kernel-mismatch error"));
}

TEST(DriverRules, AKernelWithoutVirtioIsToldOnce) {
  Guest guest = debian12_bios();
  guest.write(initrd, with_modules(all_modules));
  guest.edit(std::string{folder} + "/modules.dep", "kernel/drivers/net/virtio_net.ko:", "x:");
  guest.fs.remove(std::string{folder} + "/kernel/drivers/net/virtio_net.ko");
  guest.edit(config, "CONFIG_VIRTIO_NET=m", "# CONFIG_VIRTIO_NET is not set");
  EXPECT_THAT(guest.complaints(), ElementsAre("drv.virtio-blk-net error"));
  EXPECT_THAT(guest.finding_of("drv.virtio-blk-net").message, HasSubstr("virtio_net"));
}

TEST(DriverRules, ABlockedDriverIsToldAtItsLine) {
  Guest guest = debian12_bios();
  guest.fs.file("/etc/modprobe.d/a.conf", "# x\nblacklist nouveau\nblacklist virtio-blk\n");
  EXPECT_THAT(guest.complaints(), ElementsAre("drv.blacklisted error"));
  EXPECT_EQ(guest.finding_of("drv.blacklisted").line, 3);
  guest.fs.file("/etc/modprobe.d/a.conf", "install virtio_net /bin/true\n");
  EXPECT_THAT(guest.complaints(), ElementsAre("drv.blacklisted error"));
  guest.fs.file("/etc/modprobe.d/a.conf", "install squashfs /bin/true\nblacklist pcspkr\n");
  EXPECT_THAT(guest.complaints(), IsEmpty());
}

TEST(DriverRules, AMissingListOfModulesIsWarnedOf) {
  Guest guest = debian12_bios();
  guest.fs.remove(std::string{folder} + "/modules.dep");
  EXPECT_THAT(guest.complaints(), ElementsAre("drv.modules-dep-missing warning"));
}

TEST(DriverRules, ToolsOfAnotherHypervisorAreWarnedOf) {
  Guest guest = debian12_bios();
  guest.fs.file("/usr/bin/vmware-uninstall-tools.pl", "#!/usr/bin/perl\n", 0755);
  EXPECT_THAT(guest.complaints(), ElementsAre("drv.leftover-tools warning"));
  Guest old = centos6();
  old.fs.file("/etc/modprobe.conf", "alias eth0 virtio_net\nalias eth1 vmxnet3\n");
  EXPECT_EQ(old.finding_of("drv.leftover-tools").line, 2);
}

TEST(DriverRules, WhatOnlyOtherMachinesNeedIsInformation) {
  Guest guest = debian12_bios();
  guest.write(initrd, with_modules(all_modules, version,
                                   {{"lib/dracut/hostonly-kernel-modules.txt", "ext4\n"}}));
  EXPECT_THAT(guest.complaints(), IsEmpty());
  EXPECT_EQ(guest.finding_of("drv.hostonly-initrd").severity, Severity::info);
  guest.edit(std::string{folder} + "/modules.dep", "kernel/drivers/nvme/host/nvme.ko:", "x:");
  guest.edit(config, "CONFIG_BLK_DEV_NVME=m", "");
  EXPECT_EQ(guest.finding_of("drv.nvme").severity, Severity::info);
}

TEST(BootChoiceRules, EachFaultIsToldOnce) {
  Guest xen = debian12_bios();
  xen.append(config, "CONFIG_X86_XEN=y\n");
  EXPECT_THAT(xen.complaints(), ElementsAre("boot.only-xen-kernel error"));
  Guest console = debian12_bios();
  console.edit_all("/boot/grub/grub.cfg", " ro ", " ro console=hvc0 ");
  EXPECT_THAT(console.complaints(), ElementsAre("boot.console warning"));
  Guest lvm = centos7();
  lvm.edit_all("/boot/grub2/grub.cfg", " ro ", " ro rd.lvm.lv=centos/gone ");
  EXPECT_THAT(lvm.complaints(), ElementsAre("boot.rd-lvm-luks error"));
  Guest luks = centos7();
  luks.edit_all("/boot/grub2/grub.cfg", " ro ", " ro rd.luks.uuid=luks-1234 ");
  EXPECT_THAT(luks.complaints(), ElementsAre("boot.rd-lvm-luks error"));
}

TEST(BootChoiceRules, AnotherMachinesIdIsInformation) {
  Guest guest = rhel9();
  guest.write("/etc/machine-id", "0123456789abcdef0123456789abcdef\n");
  EXPECT_THAT(guest.complaints(), Not(Contains(HasSubstr("boot.bls-machine-id-mismatch"))));
}

TEST(GrubRules, TheShellMustUnderstandTheDefaults) {
  for (const char* text :
       {"GRUB_TIMEOUT=1\nGRUB_CMDLINE_LINUX=\"a\" b\"\n", "GRUB_CMDLINE_LINUX=\"a\" b c\n",
        "GRUB_CMDLINE_LINUX=\"a\nGRUB_TIMEOUT=1\n", "GRUB_TIMEOUT=1"}) {
    Guest guest = debian12_bios();
    guest.write("/etc/default/grub", text);
    EXPECT_THAT(guest.complaints(), ElementsAre("boot.default-grub-syntax warning")) << text;
  }
  for (const char* text :
       {"GRUB_TIMEOUT=1 \nGRUB_CMDLINE_LINUX=\"a b\" # why\n", "GRUB_CMDLINE_LINUX='a \"b\"'\n",
        "GRUB_DISTRIBUTOR=`lsb_release -i -s 2> /dev/null || echo Debian`\n", "# don't\n",
        "GRUB_CMDLINE_LINUX=\"a \\\n b\"\n", "GRUB_CMDLINE_LINUX=\"a\" GRUB_TIMEOUT=1\n", ""}) {
    Guest guest = debian12_bios();
    guest.write("/etc/default/grub", text);
    EXPECT_THAT(guest.complaints(), IsEmpty()) << text;
  }
}

TEST(GrubRules, GptNeedsAPlaceForBiosGrub) {
  Guest guest = ubuntu_lvm();
  for (guest::Volume& volume : guest.inventory.volumes)
    if (volume.part_type == bios_boot_type) volume.part_type = linux_type;
  EXPECT_THAT(guest.complaints(), ElementsAre("boot.bios-gpt-no-biosboot error"));
}

}  // namespace
}  // namespace imprint::guests
