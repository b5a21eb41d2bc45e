#include <gmock/gmock.h>

#include "guestfs/profiles/load_profile.h"
#include "tests/guests/library/guests.h"

namespace imprint::guests {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

bool is_silent(Guest& guest, const std::string& rule, const rules::Profile& profile = {}) {
  return guest.finding_of(rule, profile).rule.empty();
}

TEST(ReleaseEol, TellsOfReleasesWithoutUpdates) {
  Guest old = centos6();
  EXPECT_EQ(old.finding_of("release.eol").severity, Severity::info);
  EXPECT_EQ(old.finding_of("release.eol", profiles::load_profile("jdcloud").value()).severity,
            Severity::error);
  Guest current = debian12_bios();
  EXPECT_TRUE(is_silent(current, "release.eol"));
}

TEST(FwMismatch, FiresWhereTheCloudHasOtherFirmware) {
  const rules::Profile jdcloud = profiles::load_profile("jdcloud").value();
  Guest uefi = arch();
  EXPECT_EQ(uefi.finding_of("fw.mismatch", jdcloud).severity, Severity::error);
  EXPECT_TRUE(is_silent(uefi, "fw.mismatch"));
  Guest bios = debian12_bios();
  EXPECT_TRUE(is_silent(bios, "fw.mismatch", jdcloud));
}

TEST(CpuLevel, IsToldSinceVersion9) {
  Guest nine = rhel9();
  EXPECT_FALSE(is_silent(nine, "cpu.level"));
  Guest eight = rhel8();
  EXPECT_TRUE(is_silent(eight, "cpu.level"));
}

TEST(OsRtc, TellsOfLocalTime) {
  Guest guest = debian12_bios();
  guest.fs.file("/etc/adjtime", "0.0 0 0.0\n0\nLOCAL\n");
  EXPECT_EQ(guest.finding_of("os.rtc").line, 3);
  guest.fs.file("/etc/adjtime", "0.0 0 0.0\n0\nUTC\n");
  EXPECT_TRUE(is_silent(guest, "os.rtc"));
}

TEST(FsGrowpartMissing, IsSilentWhereItIsThere) {
  Guest guest = debian12_bios();
  for (const char* path : {"/usr/bin/growpart", "/usr/sbin/growpart", "/usr/bin/systemd-repart"})
    guest.fs.remove(path);
  EXPECT_FALSE(is_silent(guest, "fs.growpart-missing"));
  guest.fs.file("/usr/bin/growpart", "x", 0755);
  EXPECT_TRUE(is_silent(guest, "fs.growpart-missing"));
}

void add_mount(Guest& guest, const std::string& what) {
  guest.fs.file(
      "/etc/systemd/system/data.mount",
      "[Mount]\nWhat=" + what + "\nWhere=/data\n\n[Install]\nWantedBy=multi-user.target\n");
}

TEST(FstabSystemdMountUnits, RejectWhatTheBootNeeds) {
  Guest guest = debian12_bios();
  add_mount(guest, std::string{"/dev/disk/by-uuid/"} + absent_uuid);
  EXPECT_THAT(guest.complaints(), IsEmpty());
  guest.fs.link("/etc/systemd/system/multi-user.target.wants/data.mount", "../data.mount");
  EXPECT_THAT(guest.complaints(), ElementsAre("fstab.systemd-mount-units warning"));
  guest.fs.link("/etc/systemd/system/local-fs.target.requires/data.mount", "../data.mount");
  EXPECT_THAT(guest.complaints(), ElementsAre("fstab.systemd-mount-units error"));
  EXPECT_EQ(guest.finding_of("fstab.systemd-mount-units").line, 2);
}

TEST(FstabSystemdMountUnits, AreSilentOfWhatIsThereAndOfNoDevices) {
  Guest guest = debian12_bios();
  guest.fs.link("/etc/systemd/system/local-fs.target.requires/data.mount", "../data.mount");
  for (const auto& what :
       {"UUID=" + std::string{data_uuid}, std::string{"tmpfs"}, std::string{"server:/export"}}) {
    add_mount(guest, what);
    EXPECT_TRUE(is_silent(guest, "fstab.systemd-mount-units")) << what;
  }
}

}  // namespace
}  // namespace imprint::guests
