#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/guests/library/guests.h"

namespace imprint::guests {
namespace {

using testing::AnyOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// What a healthy Debian says with one more line in /etc/fstab.
std::vector<std::string> with_line(const std::string& line) {
  Guest guest = debian12_bios();
  guest.add_fstab(line);
  return guest.complaints();
}

std::vector<std::string> with_fstab(const std::string& text) {
  Guest guest = debian12_bios();
  guest.fs.file("/etc/fstab", text);
  return guest.complaints();
}

std::string root_line(const std::string& options) {
  return "UUID=" + std::string{system_uuid} + " / ext4 " + options + " 0 1\n";
}

TEST(FstabDeviceNotInImage, RejectsARequiredLineWithItsLineAndEffect) {
  Guest guest = debian12_bios();
  guest.add_fstab("UUID=" + std::string{absent_uuid} + " /data ext4 defaults 0 2");
  const rules::Judgement judgement = guest.judge();
  EXPECT_THAT(complaints(judgement), ElementsAre("fstab.device-not-in-image error"));
  const Finding finding = finding_of(judgement, "fstab.device-not-in-image");
  EXPECT_EQ(finding.path, "/etc/fstab");
  EXPECT_EQ(finding.line, 5);
  EXPECT_THAT(finding.text, HasSubstr(absent_uuid));
  EXPECT_THAT(finding.message, HasSubstr(system_uuid));
  EXPECT_EQ(finding.effect, "the boot waits 90 s and stops in emergency mode: no login");
}

TEST(FstabDeviceNotInImage, KnowsEveryWayToNameADevice) {
  for (const char* spec :
       {"/dev/vdb1", "/dev/sdb1", "/dev/sda9", "LABEL=gone", "PARTUUID=5d1fd0f8-09",
        "PARTLABEL=gone", "/dev/mapper/vg-data", "/dev/vg/data",
        "/dev/disk/by-uuid/00000000-8e57-4b6b-a2f3-5d3f0e9b7a99"})
    EXPECT_THAT(with_line(std::string{spec} + " /data ext4 defaults 0 0"),
                ElementsAre("fstab.device-not-in-image error"))
        << spec;
}

TEST(FstabDeviceNotInImage, IsAsGraveAsItsEffect) {
  const std::string gone = "UUID=" + std::string{absent_uuid};
  EXPECT_THAT(with_line(gone + " /data ext4 nofail 0 2"), IsEmpty());
  EXPECT_THAT(with_line(gone + " /data ext4 noauto 0 2"), IsEmpty());
  EXPECT_THAT(with_line(gone + " /data ext4 noauto,auto 0 2"),
              ElementsAre("fstab.device-not-in-image error"));
  EXPECT_THAT(with_line(gone + " none swap sw 0 0"),
              ElementsAre("fstab.device-not-in-image warning"));
  EXPECT_THAT(with_line(gone + " /data ext4 x-systemd.automount 0 2"),
              ElementsAre("fstab.device-not-in-image warning"));
  EXPECT_THAT(with_line("srv:/export /mnt nfs defaults 0 0"), IsEmpty());
  EXPECT_THAT(with_fstab("UUID=" + std::string{absent_uuid} + " / ext4 defaults 0 1\n"),
              ElementsAre("fstab.device-not-in-image error"));
}

TEST(FstabDeviceNotInImage, FollowsTheInitOfTheGuest) {
  Guest checked = centos6();
  checked.add_fstab("/dev/sdb1 /data ext4 defaults 1 2");
  EXPECT_THAT(checked.complaints(), ElementsAre("fstab.device-not-in-image error"));
  Guest unchecked = centos6();
  unchecked.add_fstab("/dev/sdb1 /data ext4 defaults 0 0");
  EXPECT_THAT(unchecked.complaints(), ElementsAre("fstab.device-not-in-image warning"));
  Guest lenient = alpine();
  lenient.add_fstab("/dev/sdb1 /data ext4 defaults 0 2");
  EXPECT_THAT(lenient.complaints(), ElementsAre("fstab.device-not-in-image warning"));
}

TEST(FstabDeviceNotInImage, LeavesDrivesForMediaAlone) {
  EXPECT_THAT(with_line("/dev/fd0 /media/floppy auto rw,user,noauto 0 0"), IsEmpty());
  EXPECT_THAT(with_line("/dev/zram0 none swap defaults 0 0"), IsEmpty());
}

TEST(FstabDeviceNotInImage, TakesQuotesAndUpperCase) {
  EXPECT_THAT(with_line("LABEL=\"data\" /data ext4 defaults 0 2"), IsEmpty());
  EXPECT_THAT(with_line("UUID=11111111-2222-4333-8444-555555555555 /data ext4 defaults"),
              IsEmpty());
}

TEST(FstabSyntax, NamesTheLine) {
  EXPECT_THAT(with_line("UUID=1"), ElementsAre("fstab.syntax error"));
  EXPECT_THAT(with_line("LABEL=data data ext4 defaults 0 0"), ElementsAre("fstab.syntax error"));
  EXPECT_THAT(with_line("LABEL=data /data ext4 defaults 0 two"), ElementsAre("fstab.syntax error"));
  EXPECT_THAT(with_fstab("UUID=" + std::string{system_uuid} + " / ext4 defaults 0 1\r\n"),
              ElementsAre("fstab.syntax error"));
}

TEST(FstabRootMissing, IsGraveWhereTheKernelMountsReadOnly) {
  EXPECT_THAT(with_fstab(""), ElementsAre("fstab.root-missing error"));
  Guest guest = debian12_bios();
  guest.fs.remove("/etc/fstab");
  guest.edit_all("/boot/grub/grub.cfg", "7a11 ro", "7a11 rw");
  EXPECT_THAT(guest.complaints(), ElementsAre("fstab.root-missing warning"));
}

TEST(FstabFile, OfAnotherTypeIsNamed) {
  Guest guest = debian12_bios();
  guest.fs.remove("/etc/fstab").special("/etc/fstab", guest::FileType::fifo);
  EXPECT_THAT(guest.complaints(), ElementsAre("fstab.root-missing error"));
}

TEST(FstabFile, ThatIsHugeIsUndetermined) {
  Guest guest = debian12_bios();
  guest.fs.claimed_size("/etc/fstab", std::uint64_t{1} << 30U);
  const rules::Judgement judgement = guest.judge();
  EXPECT_THAT(complaints(judgement), IsEmpty());
  ASSERT_EQ(judgement.undetermined.size(), 1U);
  EXPECT_EQ(judgement.undetermined[0].rule, "fstab.syntax");
}

TEST(FstabOptions, WithAValueAreJudgedWhereOnlyOtherTypesHaveThem) {
  for (const char* options : {"uid=1000", "defaults,umask=022", "subvol=@x", "compress=zstd"})
    EXPECT_THAT(with_line("LABEL=data /data ext4 " + std::string{options} + " 0 2"),
                ElementsAre("fstab.bad-option error"))
        << options;
  EXPECT_THAT(with_line("LABEL=data /data ext4 nofail,gid=5 0 2"), IsEmpty());
  EXPECT_THAT(with_line("LABEL=data /data ext4 errors=remount-ro,data=ordered,commit=60 0 2"),
              IsEmpty());
  EXPECT_THAT(with_line("LABEL=data /data ext4 x-systemd.device-timeout=5,context=a,stripe=4 0 2"),
              IsEmpty());
  Guest guest = centos7();
  guest.edit("/etc/fstab", "xfs     defaults", "xfs errors=remount-ro");
  EXPECT_THAT(guest.complaints(), ElementsAre("fstab.bad-option warning"));
}

TEST(FstabOptions, AreJudgedByWhatTheTypeKnows) {
  EXPECT_THAT(with_line("LABEL=data /data ext4 default 0 2"),
              ElementsAre("fstab.bad-option error"));
  EXPECT_THAT(with_line("LABEL=data /data ext4 default,nofail 0 2"), IsEmpty());
  EXPECT_THAT(with_line("LABEL=data /data ext4 nosuchthing 0 2"),
              ElementsAre("fstab.bad-option warning"));
  EXPECT_THAT(with_line("LABEL=data /data ext4 newkey=1,x-foo 0 2"), IsEmpty());
}

TEST(FstabType, MustBeThatOfTheFileSystem) {
  EXPECT_THAT(with_line("LABEL=data /data xfs defaults 0 0"),
              ElementsAre("fstab.fstype-mismatch error"));
  EXPECT_THAT(with_line("LABEL=data /data ext3 defaults 0 2"),
              ElementsAre("fstab.fstype-mismatch error"));
  EXPECT_THAT(with_line("LABEL=data /data auto defaults 0 2"), IsEmpty());
}

TEST(FstabSubvolume, MustBeThere) {
  Guest guest = debian12_bios();
  const std::string modules = "/usr/lib/modules/6.1.0-18-amd64/";
  guest.append(modules + "modules.dep", "kernel/fs/btrfs/btrfs.ko:\n");
  guest.fs.file(modules + "kernel/fs/btrfs/btrfs.ko", elf_program());
  guest.inventory.volumes[2].filesystem = "btrfs";
  guest.inventory.volumes[2].subvolumes = {"@home"};
  guest.add_fstab("LABEL=data /data btrfs subvol=/@home 0 0");
  EXPECT_THAT(guest.complaints(), IsEmpty());
  guest.add_fstab("LABEL=data /srv btrfs subvol=@srv 0 0");
  EXPECT_THAT(guest.complaints(), ElementsAre("fstab.subvol-missing error"));
}

TEST(FstabCrypttab, MustOpenWhatIsNeeded) {
  Guest guest = debian12_bios();
  guest.fs.file("/etc/crypttab", "data UUID=" + std::string{absent_uuid} + " none luks\n");
  guest.add_fstab("/dev/mapper/data /data ext4 defaults 0 2");
  const rules::Judgement judgement = guest.judge();
  EXPECT_THAT(complaints(judgement), ElementsAre("fstab.crypttab error"));
  EXPECT_EQ(finding_of(judgement, "fstab.crypttab").path, "/etc/crypttab");
}

TEST(FstabLayout, TellsOfLinesThatLieOnEachOther) {
  EXPECT_THAT(with_line(root_line("defaults")), ElementsAre("fstab.root-duplicate warning"));
  EXPECT_THAT(with_line("LABEL=data /data ext4\nLABEL=data /data ext4"),
              ElementsAre("fstab.duplicate-target warning"));
  EXPECT_THAT(with_line("LABEL=data /proc ext4 defaults 0 0"),
              ElementsAre("fstab.api-fs-override warning"));
  EXPECT_THAT(with_line("/nowhere /data none bind 0 0"), ElementsAre("fstab.bind-source warning"));
  EXPECT_THAT(with_line("LABEL=data /etc/passwd ext4 defaults 0 2"),
              ElementsAre("fstab.target-missing error"));
}

TEST(FstabLayout, TellsOfTheWrongOrderWhereTheOrderCounts) {
  const std::string lines = fmt::format(
      "tmpfs /data/inner tmpfs defaults 0 0\nUUID={} /data ext4 defaults 0 2", system_uuid);
  Guest old = centos6();
  old.fs.folder("/data/inner");
  old.add_fstab(lines);
  EXPECT_THAT(old.complaints(), ElementsAre("fstab.order warning"));
  EXPECT_THAT(with_line(lines), IsEmpty());
}

TEST(FstabRootMissing, IsNoMatterWhereOstreeMountsTheRoot) {
  Guest guest = fedora_coreos();
  EXPECT_THAT(guest.complaints(), IsEmpty());
  guest.edit("/boot/loader/entries/ostree-2-fedora-coreos.conf", "ostree=", "other=");
  EXPECT_THAT(guest.complaints(), ElementsAre("fstab.root-missing warning"));
}

TEST(FstabNames, ThatChangeWithTheHardwareAreNamed) {
  EXPECT_THAT(with_line("/dev/sda3 /data ext4 defaults 0 2"),
              ElementsAre("fstab.kernel-device-name warning"));
  EXPECT_THAT(with_line("/dev/vda3 /data ext4 defaults 0 2"), IsEmpty());
  EXPECT_THAT(with_line("/dev/disk/by-path/pci-0000:00:1f.2-ata-1-part1 /data ext4 defaults 0 2"),
              ElementsAre("fstab.by-path error"));
}

TEST(FstabNames, ThatOnlyTheMachineKnowsAreUndetermined) {
  Guest guest = debian12_bios();
  guest.add_fstab("/dev/disk/by-id/ata-QEMU_HARDDISK_QM1-part3 /data ext4 defaults 0 2");
  const rules::Judgement judgement = guest.judge();
  EXPECT_THAT(complaints(judgement), IsEmpty());
  ASSERT_EQ(judgement.undetermined.size(), 1U);
  EXPECT_EQ(judgement.undetermined[0].rule, "fstab.device-not-in-image");
}

TEST(FstabDevice, OfALoopMountIsAFileOfTheImage) {
  const std::string line = "/srv/data.img /mnt ext4 loop";
  EXPECT_THAT(with_line(line), ElementsAre("fstab.device-not-in-image error"));
  EXPECT_THAT(with_line("/srv/tools.iso /mnt iso9660 ro"),
              ElementsAre("fstab.device-not-in-image error"));
  EXPECT_THAT(with_line(line + ",nofail"), IsEmpty());
  EXPECT_THAT(with_line("LABEL=later /srv ext4 nofail\n" + line), IsEmpty());
  Guest guest = debian12_bios();
  guest.fs.file("/srv/data.img", "ext4");
  guest.add_fstab(line);
  EXPECT_THAT(guest.complaints(), IsEmpty());
}

TEST(FstabForeignTypes, OfAnotherHypervisorStopTheBootWhereTheyAreRequired) {
  for (const char* type : {"9p trans=virtio", "virtiofs defaults", "vboxsf defaults"}) {
    const std::string line = std::string{"share /mnt "} + type;
    EXPECT_THAT(with_line(line), ElementsAre("fstab.nonstandard-net-types error")) << line;
    EXPECT_THAT(with_line(line + ",nofail"), IsEmpty()) << line;
  }
}

TEST(FstabDataDisk, IsToldOfWhereTheCloudMinds) {
  Guest guest = debian12_bios();
  guest.inventory.volumes[2].disk = 1;
  guest.add_fstab("LABEL=data /data ext4 defaults,nofail 0 2");
  const rules::Judgement judgement = guest.judge();
  EXPECT_THAT(complaints(judgement), IsEmpty());
  EXPECT_EQ(finding_of(judgement, "fstab.data-disk-mount").line, 5);
}

TEST(FstabOther, FaultsFireOneRuleEach) {
  EXPECT_THAT(with_fstab(root_line("ro")), ElementsAre("fstab.root-ro warning"));
  EXPECT_THAT(with_fstab("UUID=" + std::string{system_uuid} + " / ext4 defaults 0 2\n"),
              ElementsAre("fstab.passno warning"));
  EXPECT_THAT(with_line("/swapfile none swap sw 0 0"), ElementsAre("fstab.swap-options warning"));
  EXPECT_THAT(with_line("//srv/x /mnt cifs defaults 0 0"),
              ElementsAre("fstab.nonstandard-net-types warning"));
  EXPECT_THAT(with_line("srv:/x /mnt nfs pass=secret 0 0"),
              ElementsAre("fstab.credentials-inline warning"));
  EXPECT_THAT(with_line("LABEL=data /var ext4 noexec 0 2"),
              ElementsAre("fstab.mount-var-noexec warning"));
}

TEST(FstabCredentials, AreNotRepeatedInTheReport) {
  Guest guest = debian12_bios();
  guest.add_fstab("srv:/x /mnt nfs pass=secret 0 0");
  for (const Finding& finding : guest.judge().findings) {
    if (finding.rule != "fstab.credentials-inline") continue;
    EXPECT_THAT(finding.text + finding.message, testing::Not(HasSubstr("secret")));
  }
}

}  // namespace
}  // namespace imprint::guests
