#include <gtest/gtest.h>
#include <libvirt/libvirt.h>

#include <thread>

#include "plugins/libvirt/domain_xml.h"
#include "plugins/libvirt/handles.h"
#include "plugins/libvirt/libvirt_hypervisor.h"
#include "tests/support/hypervisor_conformance.h"

namespace imprint::test {
namespace {

std::shared_ptr<Hypervisor> create(const std::filesystem::path&) {
  auto hypervisor =
      libvirt::LibvirtHypervisor::create({{"uri", "test:///default"}, {"accelerator", "tcg"}});
  EXPECT_TRUE(hypervisor) << hypervisor.error().message;
  return hypervisor ? std::shared_ptr<Hypervisor>{std::move(*hypervisor)} : nullptr;
}

INSTANTIATE_TEST_SUITE_P(LibvirtTestDriver, HypervisorConformance,
                         ::testing::Values(HypervisorCase{"libvirt_test_driver", create, {}}));

/// The driver comes with a running machine "test" that is not ours.
class ForeignMachine : public ::testing::Test {
 protected:
  void SetUp() override {
    hypervisor_ = create({});
    ASSERT_NE(hypervisor_, nullptr);
    connection_.reset(virConnectOpen("test:///default"));
    domain_.reset(virDomainLookupByName(connection_.get(), "test"));
    ASSERT_NE(domain_, nullptr);
    std::array<char, VIR_UUID_STRING_BUFLEN> text{};
    ASSERT_EQ(virDomainGetUUIDString(domain_.get(), text.data()), 0);
    uuid_ = text.data();
  }

  std::shared_ptr<Hypervisor> hypervisor_;
  libvirt::ConnectionHandle connection_;
  libvirt::Domain domain_;
  std::string uuid_;
};

TEST_F(ForeignMachine, IsNeverTouched) {
  EXPECT_FAILS(hypervisor_->stop(uuid_, std::chrono::seconds{0}), Errc::denied);
  EXPECT_FAILS(hypervisor_->undefine(uuid_), Errc::denied);
  EXPECT_FAILS(hypervisor_->start(uuid_), Errc::denied);
  EXPECT_EQ(virDomainIsActive(domain_.get()), 1);
}

TEST_F(ForeignMachine, IsNotListed) {
  const auto machines = hypervisor_->list();
  ASSERT_TRUE(machines) << machines.error().message;
  EXPECT_TRUE(machines->empty());
}

TEST_F(ForeignMachine, IsNotOverwrittenByADefinition) {
  Machine machine = machine_in("/srv/machines");
  machine.uuid = uuid_;
  EXPECT_FAILS(hypervisor_->define(machine), Errc::conflict);
  EXPECT_STREQ(virDomainGetName(domain_.get()), "test");
}

TEST_F(ForeignMachine, IsListedFromTheMomentItBearsOurMark) {
  ASSERT_TRUE(hypervisor_->list());
  const auto mark = [&](const char* xml) {
    return virDomainSetMetadata(domain_.get(), VIR_DOMAIN_METADATA_ELEMENT, xml, "imprint",
                                libvirt::mark_namespace, VIR_DOMAIN_AFFECT_LIVE);
  };
  const auto comes_to = [&](std::size_t machines) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    while (std::chrono::steady_clock::now() < end) {
      if (const auto listed = hypervisor_->list(); listed && listed->size() == machines)
        return true;
      std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
    return false;
  };
  ASSERT_EQ(mark("<machine instance='i-1' generation='1'/>"), 0);
  EXPECT_TRUE(comes_to(1));
  ASSERT_EQ(mark(nullptr), 0);
  EXPECT_TRUE(comes_to(0));
}

TEST(LibvirtCreate, RefusesAUriThatCanNeverWork) {
  for (const char* uri : {"test:///", "qemu+nonsense:///system"})
    EXPECT_FAILS(libvirt::LibvirtHypervisor::create({{"uri", uri}, {"accelerator", "tcg"}}),
                 Errc::invalid);
}

TEST(LibvirtCreate, WaitsInTheBackgroundForADaemonThatIsAway) {
  const TempFolder folder;
  const std::string uri = "qemu+unix:///system?socket=" + (folder / "no-such-socket").string();
  auto hypervisor = libvirt::LibvirtHypervisor::create({{"uri", uri}, {"accelerator", "tcg"}});
  ASSERT_TRUE(hypervisor) << hypervisor.error().message;
  EXPECT_FAILS((*hypervisor)->state(random_uuid()), Errc::unavailable);
}

}  // namespace
}  // namespace imprint::test
