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

TEST(ReleaseEol, KnowsServicePacksAndStreams) {
  const auto told = [](const std::string& os_release) {
    Guest guest = debian12_bios();
    guest.write("/etc/os-release", os_release);
    const std::string message = guest.finding_of("release.eol").message;
    const std::size_t at = message.find("since ");
    return at == std::string::npos ? std::string{} : message.substr(at + 6, 10);
  };
  EXPECT_EQ(told("ID=sles\nVERSION_ID=15.4\n"), "2023-12-31");
  EXPECT_EQ(told("ID=sles\nVERSION_ID=15.7\n"), "");
  EXPECT_EQ(told("ID=centos\nVERSION_ID=8\nPRETTY_NAME=\"CentOS Linux 8\"\n"), "2021-12-31");
  EXPECT_EQ(told("ID=centos\nVERSION_ID=8\nPRETTY_NAME=\"CentOS Stream 8\"\n"), "2024-05-31");
  EXPECT_EQ(told("ID=openEuler\nVERSION_ID=\"22.03\"\nVERSION=\"22.03 (LTS-SP1)\"\n"),
            "2024-12-31");
  EXPECT_EQ(told("ID=openEuler\nVERSION_ID=\"24.03\"\nVERSION=\"24.03 (LTS-SP3)\"\n"), "");
  EXPECT_EQ(told("ID=amzn\nVERSION_ID=2023\n"), "");
  EXPECT_EQ(told("ID=amzn\nVERSION_ID=2\n"), "2026-06-30");
  EXPECT_EQ(told("ID=rhel\nVERSION_ID=7.9\n"), "2024-06-30");
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
