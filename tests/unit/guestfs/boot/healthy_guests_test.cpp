#include <gmock/gmock.h>

#include "guestfs/facts/kernel_cmdline.h"
#include "tests/guests/library/guests.h"

namespace imprint::guests {
namespace {

using facts::Loader;
using guest::Match;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(HealthyGuests, HaveNothingToComplainAboutAndNothingUndetermined) {
  for (const auto& [name, make] : healthy_guests()) {
    Guest guest = make();
    EXPECT_THAT(guest.complaints(), IsEmpty()) << name;
    EXPECT_THAT(guest.undetermined(), IsEmpty()) << name;
  }
}

TEST(HealthyGuests, BootAnEntryWhoseFilesAndRootAreFound) {
  for (const auto& [name, make] : healthy_guests()) {
    Guest guest = make();
    if (guest.facts().windows) continue;  // its loader is not read
    const facts::Boot boot = guest.boot();
    ASSERT_NE(boot.default_or_null(), nullptr) << name;
    const facts::BootEntry& entry = *boot.default_or_null();
    ASSERT_TRUE(entry.kernel) << name;
    EXPECT_EQ(entry.kernel->match, Match::found) << name << ": " << entry.kernel->why;
    for (const facts::BootFile& initrd : entry.initrds)
      EXPECT_EQ(initrd.match, Match::found) << name << ": " << initrd.why;
    if (name == "unified") continue;  // finds its root by the partition's type
    ASSERT_TRUE(boot.root) << name;
    EXPECT_EQ(boot.root->resolution.match, Match::found) << name << ": " << boot.root->spec;
  }
}

TEST(HealthyGuests, TellTheirFirmware) {
  EXPECT_THAT(debian12_bios().boot().firmware, ElementsAre("bios"));
  EXPECT_THAT(debian12_lvm_uefi().boot().firmware, ElementsAre("uefi"));
  EXPECT_THAT(ubuntu_cloud().boot().firmware, ElementsAre("bios", "uefi"));
  EXPECT_THAT(alpine().boot().firmware, ElementsAre("bios"));
}

TEST(HealthyGuests, TellTheirLoader) {
  EXPECT_EQ(debian12_bios().boot().loader, Loader::grub2);
  EXPECT_EQ(centos6().boot().loader, Loader::grub_legacy);
  EXPECT_EQ(rhel9().boot().loader, Loader::grub2);
  EXPECT_EQ(alpine().boot().loader, Loader::extlinux);
  EXPECT_EQ(arch().boot().loader, Loader::systemd_boot);
}

TEST(HealthyGuests, OfDebianBootTheFirstEntryFromItsLine) {
  const facts::Boot boot = debian12_bios().boot();
  const facts::BootEntry& entry = *boot.default_or_null();
  EXPECT_EQ(entry.title, "Debian GNU/Linux");
  EXPECT_EQ(entry.id, "gnulinux-simple-1f5e0f3c-8e57-4b6b-a2f3-5d3f0e9b7a11");
  EXPECT_EQ(entry.kernel->path, "/boot/vmlinuz-6.1.0-18-amd64");
  EXPECT_EQ(entry.kernel->place.path, "/boot/grub/grub.cfg");
  EXPECT_EQ(entry.kernel->place.line, 119);
  ASSERT_EQ(entry.initrds.size(), 1U);
  EXPECT_EQ(entry.initrds[0].path, "/boot/initrd.img-6.1.0-18-amd64");
  EXPECT_EQ(boot.root->spec, std::string{"UUID="} + system_uuid);
  EXPECT_EQ(boot.entries.size(), 5U);
}

TEST(HealthyGuests, ReachTheMenuThroughTheStubOnTheEfiSystemPartition) {
  const facts::Boot boot = debian12_lvm_uefi().boot();
  EXPECT_THAT(boot.configs, ElementsAre("/boot/efi/EFI/debian/grub.cfg", "/boot/grub/grub.cfg"));
  EXPECT_EQ(boot.default_or_null()->kernel->written, "/vmlinuz-6.1.0-18-amd64");
  EXPECT_EQ(boot.default_or_null()->kernel->path, "/boot/vmlinuz-6.1.0-18-amd64");
}

TEST(HealthyGuests, OfUbuntuTryTheKernelWithoutInitramfsFirst) {
  EXPECT_THAT(ubuntu_cloud().boot().default_or_null()->initrds, IsEmpty());
  Guest second = ubuntu_cloud();
  second.fs.file("/boot/grub/grubenv", grubenv("initrdfail=1\n"));
  EXPECT_EQ(second.boot().default_or_null()->initrds.size(), 1U);
  EXPECT_THAT(second.complaints(), IsEmpty());
}

TEST(HealthyGuests, OfRhel8TakeTheirOptionsFromTheEnvironmentBlock) {
  const facts::Boot boot = rhel8().boot();
  EXPECT_EQ(facts::cmdline_value(boot.default_or_null()->cmdline, "crashkernel"), "auto");
  EXPECT_EQ(boot.default_or_null()->place.path,
            "/boot/loader/entries/4f1d-4.18.0-513.el8.x86_64.conf");
  EXPECT_EQ(boot.default_or_null()->kernel->place.line, 3);
}

TEST(HealthyGuests, OfOpenSuseAreReadThroughTheirSnapshot) {
  const facts::Boot boot = sles15().boot();
  ASSERT_EQ(boot.entries.size(), 2U);
  EXPECT_EQ(boot.entries[1].kernel->path, "/boot/vmlinuz-5.14.21-150500.55.19-default");
}

TEST(HealthyGuests, WithAUnifiedKernelTellItsNameAndCommandLine) {
  const facts::Boot boot = unified().boot();
  EXPECT_EQ(boot.default_or_null()->title, "Arch Linux");
  EXPECT_EQ(boot.default_or_null()->cmdline, "rw quiet");
}

/// A later entry beside the one of the healthy guest.
Guest arch_with_entry(const std::string& architectures) {
  Guest guest = arch();
  guest.fs.file("/boot/loader/entries/later.conf",
                "title Later\nlinux /vmlinuz-later\n" + architectures);
  guest.write("/boot/loader/loader.conf", "default later*\n");
  return guest;
}

TEST(SystemdBoot, ListsEntriesForItsOwnMachineAlone) {
  EXPECT_EQ(arch_with_entry("architecture X64\n").boot().default_or_null()->title, "Later");
  for (const char* other : {"architecture aa64\n", "architecture x64\narchitecture ia32\n"}) {
    Guest guest = arch_with_entry(other);
    EXPECT_NE(guest.boot().default_or_null()->title, "Later") << other;
    guest.fs.remove("/boot/EFI/systemd");
    EXPECT_NE(guest.boot().default_or_null()->title, "Later") << "by the fallback's name";
    guest.fs.remove("/boot/EFI/BOOT");
    EXPECT_EQ(guest.boot().default_or_null()->title, "Later") << "nothing tells the machine";
  }
}

}  // namespace
}  // namespace imprint::guests
