#include "guestfs/facts/ostree.h"

#include <gtest/gtest.h>

#include "tests/guests/library/guests.h"

namespace imprint::facts {
namespace {

using guest::Deployment;
using guest::Match;

const Deployment older{"os", "1.0"};
const Deployment newer{"os", "2.0"};

/// A physical root with two deployments, and links of a menu to both.
guest::MemoryFs physical_root() {
  guest::MemoryFs fs;
  fs.folder("/ostree/deploy/os/deploy/1.0/usr").folder("/ostree/deploy/os/deploy/2.0/usr");
  fs.link("/ostree/boot.1", "boot.1.1");
  fs.link("/ostree/boot.1.1/os/aa/0", "../../../deploy/os/deploy/1.0");
  fs.link("/ostree/boot.1.1/os/bb/0", "../../../deploy/os/deploy/2.0");
  return fs;
}

BootEntry entry(const std::string& cmdline) {
  BootEntry result;
  result.cmdline = cmdline;
  result.cmdline_place = {"/boot/loader/entries/ostree-2.conf", 3, cmdline};
  return result;
}

/// The deployment that a menu starts whose default entry is the first.
Deployment chosen(guest::MemoryFs fs, const std::vector<std::string>& cmdlines) {
  guest::FollowingFs following{fs};
  Boot boot;
  for (const std::string& cmdline : cmdlines) boot.entries.push_back(entry(cmdline));
  if (!boot.entries.empty()) boot.default_entry = 0;
  return choose_deployment(following, boot, {older, newer});
}

BootFile target(guest::MemoryFs fs, const std::string& cmdline) {
  guest::FollowingFs following{fs};
  return read_deployment(following, entry(cmdline)).value();
}

TEST(OstreeDeployment, IsThatOfTheDefaultEntry) {
  EXPECT_EQ(chosen(physical_root(), {"rw ostree=/ostree/boot.1/os/bb/0 quiet",
                                     "rw ostree=/ostree/boot.1/os/aa/0 quiet"}),
            newer);
}

TEST(OstreeDeployment, IsTheOneThatHasLostItsLinkWhereTheDefaultEntryLeadsNowhere) {
  for (const auto& [word, lost] : {std::pair{"bb", older}, {"aa", newer}})
    EXPECT_EQ(chosen(physical_root(), {"ostree=/ostree/boot.1/os/cc/0",
                                       fmt::format("ostree=/ostree/boot.1/os/{}/0", word)}),
              lost);
}

TEST(OstreeDeployment, IsThatOfTheNextEntryWhereTheDefaultOneHasNone) {
  EXPECT_EQ(chosen(physical_root(), {"root=UUID=1", "ostree=/ostree/boot.1/os/bb/0",
                                     "ostree=/ostree/boot.1/os/aa/0"}),
            newer);
}

TEST(OstreeDeployment, IsTheFirstOneWhereNoEntryNamesAny) {
  EXPECT_EQ(chosen(physical_root(), {"root=UUID=1"}), older);
  EXPECT_EQ(chosen(physical_root(), {}), older);
}

TEST(OstreeDeployment, IsFoundInItsOwnTreeBelowSysroot) {
  guest::MemoryFs fs;
  fs.folder("/sysroot/ostree/deploy/os/deploy/1.0/usr")
      .link("/sysroot/ostree/boot.0/os/aa/0", "../../../deploy/os/deploy/1.0");
  const BootFile found = target(std::move(fs), "ostree=/ostree/boot.0/os/aa/0");
  EXPECT_EQ(found.match, Match::found);
  EXPECT_EQ(found.path, "/sysroot/ostree/deploy/os/deploy/1.0");
}

TEST(OstreeDeployment, IsAskedForByTheFirstWordOfThatName) {
  EXPECT_EQ(target(physical_root(), "ostree=/ostree/boot.1/os/bb/0 ostree=/gone").match,
            Match::found);
  guest::MemoryFs fs;
  guest::FollowingFs following{fs};
  EXPECT_EQ(read_deployment(following, entry("root=UUID=1 rw")), std::nullopt);
}

TEST(OstreeDeployment, IsAbsentWithoutItsLink) {
  const BootFile gone = target(physical_root(), "ostree=/ostree/boot.0/os/bb/0");
  EXPECT_EQ(gone.match, Match::absent);
  EXPECT_EQ(gone.place.line, 3);
  guest::MemoryFs dangling = physical_root();
  dangling.remove("/ostree/deploy/os/deploy/2.0");
  EXPECT_EQ(target(std::move(dangling), "ostree=/ostree/boot.1/os/bb/0").match, Match::absent);
}

TEST(OstreeDeployment, IsAbsentBehindWhatIsNoLinkOrLeadsToNoSystem) {
  EXPECT_EQ(target(physical_root(), "ostree=/ostree/deploy/os/deploy/2.0").match, Match::absent);
  guest::MemoryFs hollow = physical_root();
  hollow.remove("/ostree/deploy/os/deploy/2.0/usr");
  EXPECT_EQ(target(std::move(hollow), "ostree=/ostree/boot.1/os/bb/0").match, Match::absent);
}

TEST(OstreeDeployment, IsUnknownWhereItCannotBeLookedAt) {
  guest::MemoryFs fs = physical_root();
  fs.fail_with({Errc::corrupt, "damaged"});
  EXPECT_EQ(target(std::move(fs), "ostree=/ostree/boot.1/os/bb/0").match, Match::unknown);
}

TEST(OstreeDeployment, IsReadOfAGuestWithItsBootChain) {
  const Boot boot = guests::fedora_coreos().boot();
  ASSERT_TRUE(boot.deployment);
  EXPECT_EQ(boot.deployment->written, "/ostree/boot.1/fedora-coreos/2b0c/0");
  EXPECT_EQ(boot.deployment->path, "/sysroot/ostree/deploy/fedora-coreos/deploy/9f3a.0");
  EXPECT_FALSE(guests::rhel9().boot().deployment);
}

/// As the image is published: Ignition has not written anything yet.
TEST(OstreeRoot, IsFoundByItsLabelUntilIgnitionHasWrittenRoot) {
  constexpr const char* path = "/boot/loader.1/entries/ostree-2-fedora-coreos.conf";
  guests::Guest guest = guests::fedora_coreos();
  guest.edit(path, fmt::format("root=UUID={} rw rootflags=prjquota ", guests::split_root_uuid), "");
  guest.edit(path, fmt::format("boot=UUID={} ", guests::system_uuid), "");
  EXPECT_EQ(guest.complaints(), guests::fedora_coreos().complaints());
  guest.inventory.volumes[3].label = "data";
  EXPECT_EQ(guest.finding_of("boot.root-unresolvable").severity, Severity::error);
}

}  // namespace
}  // namespace imprint::facts
