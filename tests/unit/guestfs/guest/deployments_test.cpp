#include "guestfs/guest/deployments.h"

#include <gmock/gmock.h>

#include "guestfs/guest/memory_fs.h"

namespace imprint::guest {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::optional<Deployment> at(const char* path) {
  return deployment_at(GuestPath::parse(path).value());
}

TEST(Deployments, AreKnownByTheirPathBelowAnyFolder) {
  const Deployment wanted{"fedora", "9f3a.0"};
  EXPECT_EQ(at("/ostree/deploy/fedora/deploy/9f3a.0"), wanted);
  EXPECT_EQ(at("/sysroot/ostree/deploy/fedora/deploy/9f3a.0"), wanted);
  EXPECT_EQ(wanted.root().str(), "/ostree/deploy/fedora/deploy/9f3a.0");
  EXPECT_EQ(wanted.var().str(), "/ostree/deploy/fedora/var");
  for (const char* path : {"/", "/ostree/deploy/fedora", "/ostree/deploy/fedora/deploy",
                           "/ostree/deploy/fedora/deploy/9f3a.0/usr", "/a/b/c/d/e"})
    EXPECT_EQ(at(path), std::nullopt) << path;
}

TEST(Deployments, AreTheFoldersThatHoldAUsr) {
  MemoryFs fs;
  fs.folder("/ostree/deploy/b/deploy/2.0/usr")
      .folder("/ostree/deploy/a/deploy/1.1/usr")
      .folder("/ostree/deploy/a/deploy/1.0/usr")
      .folder("/ostree/deploy/a/deploy/0.0/etc")
      .file("/ostree/deploy/a/deploy/1.0.origin", "[origin]\n")
      .folder("/ostree/deploy/a/var")
      .link("/ostree/deploy/c", "a");
  EXPECT_THAT(list_deployments(fs).value(),
              ElementsAre(Deployment{"a", "1.0"}, Deployment{"a", "1.1"}, Deployment{"b", "2.0"}));
}

TEST(Deployments, AreNoneOnOtherDisks) {
  MemoryFs fs;
  fs.folder("/usr").file("/etc/fstab", "").folder("/ostree/repo");
  EXPECT_THAT(list_deployments(fs).value(), IsEmpty());
}

TEST(Deployments, AreBounded) {
  MemoryFs fs;
  for (int i = 0; i < 1100; ++i) fs.folder(fmt::format("/ostree/deploy/a/deploy/{:04}.0/usr", i));
  EXPECT_EQ(list_deployments(fs).value().size(), 1000U);
}

TEST(Deployments, PassOnTheDeathOfTheAppliance) {
  MemoryFs fs;
  fs.folder("/ostree/deploy/a/deploy/1.0/usr").fail_with({Errc::unavailable, "gone"});
  EXPECT_EQ(list_deployments(fs).error().code, Errc::unavailable);
}

}  // namespace
}  // namespace imprint::guest
