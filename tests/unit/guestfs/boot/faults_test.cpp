// One fault in a healthy guest: exactly its rule fires.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/guests/library/guests.h"

namespace imprint::guests {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* debian_config = "/boot/grub/grub.cfg";
constexpr const char* debian_kernel = "/boot/vmlinuz-6.1.0-18-amd64";

TEST(BootFaults, AnEmptiedGrubConfigurationIsToldOnce) {
  for (const char* text : {"", "\n", "# nothing\n", "set timeout=5\n"}) {
    Guest guest = debian12_bios();
    guest.fs.file(debian_config, text);
    EXPECT_THAT(guest.complaints(), ElementsAre("boot.config-empty error")) << text;
    EXPECT_EQ(guest.finding_of("boot.config-empty").path, debian_config);
  }
  Guest through_stub = debian12_lvm_uefi();
  through_stub.fs.file(debian_config, "");
  EXPECT_THAT(through_stub.complaints(), ElementsAre("boot.config-empty error"));
  Guest legacy = centos6();
  legacy.fs.file("/boot/grub/grub.conf", "");
  EXPECT_THAT(legacy.complaints(), ElementsAre("boot.config-empty error"));
}

TEST(BootFaults, AMissingConfigurationIsToldOnce) {
  Guest guest = debian12_bios();
  guest.fs.remove(debian_config);
  EXPECT_THAT(guest.complaints(), ElementsAre("boot.no-config error"));
  Guest special = debian12_bios();
  special.fs.remove(debian_config).special(debian_config, guest::FileType::fifo);
  EXPECT_THAT(special.complaints(), ElementsAre("boot.no-config error"));
  Guest looped = debian12_bios();
  looped.fs.remove(debian_config).link(debian_config, "grub.cfg");
  EXPECT_THAT(looped.complaints(), ElementsAre("boot.no-config error"));
}

TEST(BootFaults, AnotherLoaderIsUndetermined) {
  Guest guest = debian12_bios();
  guest.fs.remove(debian_config).file("/etc/lilo.conf", "boot=/dev/sda\n");
  EXPECT_THAT(guest.complaints(), IsEmpty());
  EXPECT_THAT(guest.undetermined(), Contains("boot.no-config"));
}

TEST(BootFaults, AMissingKernelIsToldAtItsLine) {
  Guest guest = debian12_bios();
  guest.fs.remove(debian_kernel);
  EXPECT_THAT(guest.complaints(),
              ElementsAre("boot.kernel-missing error", "boot.kernel-missing warning"));
  const Finding evidence = guest.finding_of("boot.kernel-missing");
  EXPECT_EQ(evidence.path, debian_config);
  EXPECT_EQ(evidence.line, 119);
  EXPECT_THAT(evidence.text, HasSubstr("vmlinuz-6.1.0-18-amd64 root=UUID="));
}

TEST(BootFaults, AKernelOfAnotherEntryIsOnlyAWarning) {
  Guest guest = debian12_bios();
  guest.fs.remove("/boot/vmlinuz-6.1.0-17-amd64");
  EXPECT_THAT(guest.complaints(), ElementsAre("boot.kernel-missing warning"));
}

TEST(BootFaults, AKernelThatIsNoneIsInvalid) {
  for (const std::string& content :
       {std::string{}, std::string{"#!/bin/sh\n"}, std::string(4096, '\0'), std::string{"HdrS"}}) {
    Guest guest = centos7();
    guest.fs.file("/boot/vmlinuz-3.10.0-1160.el7.x86_64", content);
    EXPECT_THAT(guest.complaints(), Contains("boot.kernel-invalid error"));
    EXPECT_THAT(guest.complaints(), testing::Not(Contains("boot.kernel-missing error")));
  }
}

TEST(BootFaults, AKernelThatIsCutShortIsInvalid) {
  Guest guest = debian12_bios();
  std::string image = kernel_image("6.1.0-18-amd64");
  image[0x1f5] = 1;  // 256 paragraphs: more than the file holds
  guest.fs.file(debian_kernel, image);
  EXPECT_THAT(guest.complaints(), ElementsAre("boot.kernel-invalid error"));
  EXPECT_THAT(guest.finding_of("boot.kernel-invalid").message, HasSubstr("cut short"));
}

TEST(BootFaults, AMissingOrEmptyInitramfsIsTold) {
  Guest guest = rhel9();
  guest.fs.remove("/boot/initramfs-5.14.0-362.el9.x86_64.img");
  EXPECT_THAT(guest.complaints(), ElementsAre("boot.initrd-missing error"));
  EXPECT_EQ(guest.finding_of("boot.initrd-missing").line, 4);
  guest.fs.file("/boot/initramfs-5.14.0-362.el9.x86_64.img", "");
  EXPECT_THAT(guest.complaints(), ElementsAre("boot.initrd-missing error"));
}

TEST(BootFaults, MissingModulesAreTold) {
  Guest guest = arch();
  guest.fs.remove("/usr/lib/modules/6.7.4-arch1-1");
  EXPECT_THAT(guest.complaints(), ElementsAre("boot.modules-dir-missing error"));
}

TEST(BootFaults, ARootDeviceThatIsNotThereIsToldWithTheNearest) {
  Guest guest = debian12_bios();
  std::string text = guest.text_of(debian_config);
  const std::string from = std::string{"root=UUID="} + system_uuid;
  const std::string to = std::string{"root=UUID="} + absent_uuid;
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  guest.fs.file(debian_config, text);
  EXPECT_THAT(guest.complaints(), ElementsAre("boot.root-unresolvable error"));
  EXPECT_THAT(guest.finding_of("boot.root-unresolvable").message, HasSubstr(system_uuid));
}

struct CmdlineCase {
  const char* words;
  const char* complaint;  ///< empty: none
};

TEST(BootFaults, TheCommandLineIsJudged) {
  const std::vector<CmdlineCase> cases{
      {"root=LABEL=nothing", "boot.root-unresolvable error"},
      {"root=PARTUUID=5d1fd0f8-01", ""},
      {"root=PARTUUID=5D1FD0F8-01", ""},
      {"root=PARTUUID=5d1fd0f8-07", "boot.root-unresolvable error"},
      {"root=/dev/sda9", "boot.root-unresolvable error"},
      {"root=/dev/sda1", "boot.root-by-kernel-name warning"},
      {"root=/dev/vda1", ""},
      {"root=/dev/nfs", "boot.root-unresolvable error"},
      {"root=/dev/sda9 root=PARTUUID=5d1fd0f8-01", ""},
      {"quiet", "boot.root-unresolvable error"},
      {"root=/dev/vda1 resume=UUID=00000000-8e57-4b6b-a2f3-5d3f0e9b7a99",
       "boot.resume-unresolvable warning"},
      {"root=/dev/vda1 init=/bin/bash", "boot.cmdline-forbidden error"},
      {"root=/dev/vda1 init=/sbin/init", ""},
      {"root=/dev/vda1 single", "boot.cmdline-forbidden error"},
      {"root=/dev/vda1 rd.break", "boot.cmdline-forbidden error"},
      {"root=/dev/vda1 rd.break=pre-mount", "boot.cmdline-forbidden error"},
      {"root=/dev/vda1 systemd.unit=rescue.target", "boot.cmdline-forbidden error"},
      {"root=/dev/vda1 systemd.unit=multi-user.target 3", ""},
  };
  for (const CmdlineCase& each : cases) {
    Guest guest = alpine();
    guest.fs.file(
        "/boot/extlinux.conf",
        fmt::format(
            "DEFAULT virt\nLABEL virt\n LINUX vmlinuz-virt\n INITRD initramfs-virt\n APPEND {}\n",
            each.words));
    if (*each.complaint == '\0')
      EXPECT_THAT(guest.complaints(), IsEmpty()) << each.words;
    else
      EXPECT_THAT(guest.complaints(), ElementsAre(each.complaint)) << each.words;
  }
}

TEST(BootFaults, ARootThatFstabDoesNotMeanIsAWarning) {
  Guest guest = centos6();
  guest.fs.file("/etc/fstab", fmt::format("UUID={} / ext4 defaults 1 1\n", system_uuid));
  EXPECT_THAT(guest.complaints(), ElementsAre("boot.fstab-root-vs-cmdline warning"));
  EXPECT_EQ(guest.finding_of("boot.fstab-root-vs-cmdline").line, 1);
}

TEST(BootFaults, ASubvolumeThatIsNotThereIsTold) {
  Guest guest = sles15();
  guest.edit("/boot/grub2/grub.cfg", "splash=silent", "rootflags=subvol=@/gone");
  EXPECT_THAT(guest.complaints(), ElementsAre("boot.rootflags-subvol error"));
}

TEST(BootFaults, OfGrubLegacy) {
  const char* config = "/boot/grub/grub.conf";
  Guest range = centos6();
  range.edit(config, "default=0", "default=3");
  EXPECT_THAT(range.complaints(), ElementsAre("boot.grub1-default-range error"));
  EXPECT_EQ(range.finding_of("boot.grub1-default-range").line, 4);
  range.edit(config, "timeout=5", "fallback 0");
  EXPECT_THAT(range.complaints(), ElementsAre("boot.grub1-default-range warning"));

  Guest device = centos6();
  device.edit(config, "root (hd0,0)", "root (hd0,6)");
  EXPECT_THAT(device.complaints(), ElementsAre("boot.grub1-root-device error"));
  EXPECT_EQ(device.finding_of("boot.grub1-root-device").line, 9);
  Guest disk = centos6();
  disk.edit(config, "kernel /vmlinuz", "kernel (hd1,0)/vmlinuz");
  EXPECT_THAT(disk.complaints(), ElementsAre("boot.grub1-root-device error"));

  Guest prefix = centos6();
  prefix.edit(config, "kernel /vmlinuz", "kernel /boot/vmlinuz");
  EXPECT_THAT(prefix.complaints(), ElementsAre("boot.kernel-missing error"));

  Guest outside = centos6();
  outside.edit(config, "hiddenmenu", "hidenmenu");
  EXPECT_THAT(outside.complaints(), ElementsAre("boot.grub1-parse warning"));
  Guest inside = centos6();
  inside.edit(config, "\tinitrd ", "\tinitrmfs ");
  EXPECT_THAT(inside.complaints(), ElementsAre("boot.grub1-parse error"));

  Guest two = centos6();
  two.fs.remove("/boot/grub/menu.lst").file("/boot/grub/menu.lst", "default 0\ntitle old\n");
  EXPECT_THAT(two.complaints(), ElementsAre("boot.grub1-two-configs warning"));
}

TEST(BootFaults, OfGrub2Syntax) {
  const std::vector<std::pair<std::string, std::string>> edits{
      {"### END /etc/grub.d/10_linux", "}\n### END"},
      {"insmod gettext\nfi", "insmod gettext\n"},
      {"\n}\nsubmenu", "\n\nsubmenu"},
      {"set menu_color_normal=cyan/blue", "fi"},
      {"menuentry 'Debian GNU/Linux' ", "menuentry 'Debian GNU/Linux "}};
  for (const auto& [from, to] : edits) {
    Guest guest = debian12_bios();
    guest.edit(debian_config, from, to);
    EXPECT_THAT(guest.complaints(), ElementsAre("boot.grub2-parse error")) << to;
  }
}

TEST(BootFaults, OfGrub2Defaults) {
  Guest guest = debian12_bios();
  guest.edit(debian_config, "set default=\"0\"", "set default=\"Debian GNU/Linux, gone\"");
  EXPECT_THAT(guest.complaints(), ElementsAre("boot.grub2-default warning"));
  Guest inner = debian12_bios();
  inner.edit(debian_config, "set default=\"0\"", "set default=\"1>3\"");
  EXPECT_THAT(inner.complaints(),
              ElementsAre("boot.cmdline-forbidden error"));  // the recovery entry
  Guest saved = centos7();
  saved.fs.file("/boot/grub2/grubenv", grubenv("saved_entry=gone\n"));
  EXPECT_THAT(saved.complaints(), ElementsAre("boot.grub2-default warning"));
}

TEST(BootFaults, OfTheEnvironmentBlock) {
  Guest edited = centos7();
  edited.fs.file("/boot/grub2/grubenv", grubenv("saved_entry=0\n").substr(0, 900));
  EXPECT_THAT(edited.complaints(), ElementsAre("boot.grubenv-corrupt warning"));
  Guest missing = centos7();
  missing.fs.remove("/boot/grub2/grubenv");
  EXPECT_THAT(missing.complaints(), IsEmpty());
}

TEST(BootFaults, OfBootLoaderSpecificationEntries) {
  const char* entry = "/boot/loader/entries/4f1d-4.18.0-513.el8.x86_64.conf";
  Guest none = rhel8();
  none.fs.remove(entry);
  EXPECT_THAT(none.complaints(), ElementsAre("boot.bls-none error"));
  Guest invalid = rhel8();
  invalid.edit(entry, "linux /vmlinuz", "linus /vmlinuz");
  EXPECT_THAT(invalid.complaints(), ElementsAre("boot.bls-entry-invalid error"));
  Guest options = rhel8();
  options.fs.file("/boot/grub2/grubenv", grubenv("saved_entry=4f1d-4.18.0-513.el8.x86_64\n"));
  EXPECT_THAT(options.complaints(), IsEmpty());  // grub.cfg has a stand-in
  options.edit("/boot/grub2/grub.cfg", "set kernelopts=", "set other=");
  EXPECT_THAT(options.complaints(), ElementsAre("boot.bls-kernelopts-undefined error"));
}

TEST(BootFaults, AStubWithAnotherUuidIsToldAtItsLine) {
  for (auto make : {debian12_lvm_uefi, rhel9}) {
    Guest guest = make();
    const std::string stub = guest.boot().configs.front();
    guest.edit(stub, system_uuid, absent_uuid);
    EXPECT_THAT(guest.complaints(), ElementsAre("boot.esp-stub-uuid error"));
    EXPECT_EQ(guest.finding_of("boot.esp-stub-uuid").path, stub);
    EXPECT_EQ(guest.finding_of("boot.esp-stub-uuid").line, 1);
  }
}

TEST(BootFaults, AnEmptiedStubIsTold) {
  Guest guest = rhel9();
  guest.fs.file("/boot/efi/EFI/redhat/grub.cfg", "");
  EXPECT_THAT(guest.complaints(), ElementsAre("boot.config-empty error"));
  EXPECT_EQ(guest.finding_of("boot.config-empty").path, "/boot/efi/EFI/redhat/grub.cfg");
}

TEST(BootFaults, ADiskWithoutBootCodeIsTold) {
  Guest blank = debian12_bios();
  blank.inventory.disks[0].boot_sector.assign(510, '\0');
  blank.inventory.disks[0].boot_sector += "\x55\xaa";
  EXPECT_THAT(blank.complaints(), ElementsAre("boot.bios-no-bootcode error"));
  Guest foreign = debian12_bios();
  foreign.inventory.disks[0].boot_sector.replace(100, 5, "OTHER");
  EXPECT_THAT(foreign.complaints(), ElementsAre("boot.bios-no-bootcode warning"));
}

TEST(BootFaults, AnEfiSystemPartitionThatCannotBeReadIsUndetermined) {
  Guest guest = rhel9();
  guest.fs.fail_with(make_error(Errc::unavailable, "the appliance died"));
  EXPECT_THAT(guest.complaints(), IsEmpty());
  EXPECT_THAT(guest.undetermined(), Contains("boot.bios-no-bootcode"));
}

TEST(BootFaults, AnEfiLoaderThatOnlySettingsLeadToIsTold) {
  Guest guest = rhel9();
  guest.fs.remove("/boot/efi/EFI/BOOT/BOOTX64.EFI");
  EXPECT_THAT(guest.complaints(), ElementsAre("boot.efi-fallback-missing error"));
  Guest hybrid = ubuntu_cloud();
  hybrid.fs.remove("/boot/efi/EFI/BOOT/BOOTX64.EFI");
  EXPECT_THAT(hybrid.complaints(), IsEmpty());
}

TEST(BootFaults, AbsoluteLinksOfTheRootAreTold) {
  Guest guest = debian12_bios();
  guest.fs.remove("/bin").link("/bin", "/usr/bin");
  EXPECT_THAT(guest.complaints(), ElementsAre("boot.root-symlinks-absolute error"));
}

TEST(BootFaults, OfTheOtherLoaders) {
  Guest label = alpine();
  label.edit("/boot/extlinux.conf", "DEFAULT menu.c32", "DEFAULT gone");
  EXPECT_THAT(label.complaints(), ElementsAre("boot.extlinux error"));
  Guest chosen = arch();
  chosen.edit("/boot/loader/loader.conf", "arch.conf", "other*");
  EXPECT_THAT(chosen.complaints(), ElementsAre("boot.sdboot-default warning"));
  Guest image = unified();
  image.fs.file("/boot/EFI/Linux/arch-linux.efi", pe_image({{".cmdline", "root=LABEL=x"}}));
  EXPECT_THAT(image.complaints(), Contains("boot.uki error"));
}

TEST(BootFaults, ExtlinuxTakesNamesWithBlanksPathsUpwardsAndTypedDefaults) {
  const std::string append = "append root=UUID=" + std::string{system_uuid} + " modules=ext4\n";
  const std::string files =
      "linux ../boot/vmlinuz-virt\n" + append + "initrd ../boot/./initramfs-virt\n";
  for (const std::string& config : {"ui menu.c32\ndefault Linux 6 (b)\nlabel Linux 5 (a)\n" +
                                        files + "label Linux 6 (b)\n" + files,
                                    "default a single\nlabel a\n" + files,
                                    "default vmlinuz-virt initrd=initramfs-virt root=UUID=" +
                                        std::string{system_uuid} + "\n"}) {
    Guest guest = alpine();
    guest.write("/boot/extlinux.conf", config);
    EXPECT_THAT(guest.complaints(), ElementsAre()) << config;
    EXPECT_THAT(guest.undetermined(), ElementsAre()) << config;
  }
  Guest guest = alpine();
  guest.write("/boot/extlinux.conf",
              "ui menu.c32\ndefault b c\nlabel a\n" + files + "label b c\n" + files);
  EXPECT_EQ(guest.boot().default_or_null()->id, "b c");
}

TEST(BootFaults, GrubLegacyFindsTheKernelAmongModules) {
  Guest guest = centos6();
  guest.edit("/boot/grub/grub.conf", "kernel /vmlinuz",
             "kernel /tboot.gz\n\tmodule /xen.gz a\n\tmodule /vmlinuz");
  guest.edit("/boot/grub/grub.conf", "initrd /", "module /");
  guest.fs.file("/boot/tboot.gz", "t").file("/boot/xen.gz", "x");
  EXPECT_EQ(guest.boot().default_or_null()->kernel->path, "/boot/vmlinuz-2.6.32-754.el6.x86_64");
  EXPECT_EQ(guest.complaints(), centos6().complaints());
}

TEST(BootFaults, AddonsOfAUnifiedKernelAddToItsCommandLine) {
  Guest guest = unified();
  guest.fs.file("/boot/loader/addons/a.addon.efi", pe_image({{".cmdline", "console=ttyS0"}}))
      .file("/boot/EFI/Linux/arch-linux.efi.extra.d/b.ADDON.EFI", pe_image({{".cmdline", "b=1"}}))
      .file("/boot/EFI/Linux/arch-linux.efi.extra.d/c.cred", "x");
  EXPECT_EQ(guest.boot().default_or_null()->cmdline, "rw quiet console=ttyS0 b=1");
  EXPECT_THAT(guest.complaints(), ElementsAre());
  guest.fs.file("/boot/loader/addons/d.addon.efi", "MZ");
  EXPECT_THAT(guest.complaints(), ElementsAre("boot.uki warning"));
}

TEST(BootFaults, AnEntryThatNamesAUnifiedKernelIsFollowed) {
  Guest guest = unified();
  guest.fs.file("/boot/loader/entries/u.conf",
                "title U\nuki /EFI/Linux/arch-linux.efi\nsort-key a\n");
  const facts::Boot boot = guest.boot();
  EXPECT_EQ(boot.default_or_null()->title, "U");
  EXPECT_EQ(boot.default_or_null()->cmdline, "rw quiet");
  EXPECT_FALSE(boot.default_or_null()->hands_over);
  EXPECT_THAT(guest.complaints(), ElementsAre());
}

TEST(BootFaults, AFileSystemInsideClosedLuksIsUndetermined) {
  Guest guest = debian12_bios();
  guest::Volume luks;
  luks.device = "/dev/sda3";
  luks.number = 3;
  luks.filesystem = "crypto_LUKS";
  guest.inventory.volumes.push_back(luks);
  guest.edit(debian_config, std::string{"root=UUID="} + system_uuid,
             std::string{"root=UUID="} + absent_uuid);
  EXPECT_THAT(guest.complaints(), IsEmpty());
  EXPECT_THAT(guest.undetermined(), ElementsAre("boot.root-unresolvable"));
}

TEST(BootFaults, AnApplianceThatDiedLeavesEverythingUndetermined) {
  Guest guest = debian12_bios();
  guest.fs.fail_with(make_error(Errc::unavailable, "the appliance died"));
  EXPECT_THAT(guest.undetermined(), Contains("boot.no-config"));
  EXPECT_THAT(guest.complaints(), IsEmpty());
}

}  // namespace
}  // namespace imprint::guests
