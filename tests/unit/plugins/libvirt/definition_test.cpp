#include "plugins/libvirt/definition.h"

#include <gtest/gtest.h>

#include "plugins/libvirt/swap.h"
#include "tests/support/machines.h"

namespace imprint::libvirt {
namespace {

class DefinitionTest : public ::testing::Test {
 protected:
  std::string xml() {
    const auto text = build_domain(machine_, platform_);
    EXPECT_TRUE(text) << text.error().message;
    pugi::xml_document document;  // memory comes back from libvirt in KiB
    document.load_string(text ? text->c_str() : "");
    pugi::xml_node memory = document.child("domain").child("memory");
    memory.text().set(memory.text().as_ullong() / 1024);
    return to_text(document);
  }
  Definition read(const std::string& text) {
    const auto definition = read_definition(text);
    EXPECT_TRUE(definition) << definition.error().message;
    return definition ? *definition : Definition{};
  }

  Machine machine_ = test::machine_in("/srv/machines");
  Platform platform_{"qemu", "", "/fw/code.fd", "/fw/vars.fd"};
};

TEST_F(DefinitionTest, FindsNoDifferenceToWhatItWasBuiltFrom) {
  machine_.system.base_path = "/srv/images/base.qcow2";
  machine_.network = "default";
  const Definition definition = read(xml());
  EXPECT_EQ(difference_of_rest(definition, machine_), std::nullopt);
  EXPECT_EQ(difference_of_system(definition, machine_), std::nullopt);
}

TEST_F(DefinitionTest, SeesEveryDifference) {
  const Definition definition = read(xml());
  const auto differs = [&](auto change) {
    Machine other = machine_;
    change(other);
    return difference_of_rest(definition, other) || difference_of_system(definition, other);
  };
  EXPECT_TRUE(differs([](Machine& other) { other.instance = InstanceId::generate(); }));
  EXPECT_TRUE(differs([](Machine& other) { other.cpus = 2; }));
  EXPECT_TRUE(differs([](Machine& other) { other.memory *= 2; }));
  EXPECT_TRUE(differs([](Machine& other) { other.network = "default"; }));
  EXPECT_TRUE(differs([](Machine& other) { other.console_log = "/elsewhere.log"; }));
  EXPECT_TRUE(differs([](Machine& other) { other.firmware = Firmware::uefi; }));
  EXPECT_TRUE(differs([](Machine& other) { other.system.path = "/x"; }));
  EXPECT_TRUE(differs([](Machine& other) { other.system.base_path = "/x"; }));
  EXPECT_TRUE(differs([](Machine& other) { other.seed.path = "/x"; }));
  EXPECT_TRUE(differs([](Machine& other) { other.data_disks.front().path = "/x"; }));
  EXPECT_TRUE(differs([](Machine& other) { other.data_disks.front().format = DiskFormat::raw; }));
  EXPECT_TRUE(differs([](Machine& other) { other.data_disks.front().serial = "x"; }));
  EXPECT_TRUE(differs([](Machine& other) { other.data_disks.clear(); }));
}

TEST_F(DefinitionTest, KnowsOurMarkByItsNamespaceAndNotByItsPrefix) {
  const Definition ours = read(
      "<domain><metadata><m:machine xmlns:m='https://imprint.dev/xmlns/domain/1' instance='i-1'/>"
      "</metadata></domain>");
  ASSERT_TRUE(ours.mark);
  EXPECT_EQ(ours.mark->instance, "i-1");
  const Definition foreign = read(
      "<domain><metadata><imprint:machine xmlns:imprint='https://example.org/' instance='i-1'/>"
      "</metadata></domain>");
  EXPECT_FALSE(foreign.mark);
}

TEST_F(DefinitionTest, RefusesWhatIsNoDomain) {
  for (const char* text : {"", "<domain", "<network/>", "\xff\xfe"})
    EXPECT_EQ(read_definition(text).error().code, Errc::corrupt) << text;
}

TEST_F(DefinitionTest, SwapLeavesAllElseAsItIs) {
  pugi::xml_document before;
  before.load_string(xml().c_str());
  for (const pugi::xpath_node& disk : before.select_nodes("//disk")) {
    const std::string target = disk.node().child("target").attribute("dev").as_string();
    pugi::xml_node address = disk.node().append_child("address");
    address.append_attribute("slot").set_value(target.c_str());
  }
  before.child("domain").child("os").child("type").attribute("machine").set_value("pc-q35-7.2");

  const Machine next = test::reimaged(machine_, "/srv/machines");
  const auto swapped = swap_system(to_text(before), next, platform_);
  ASSERT_TRUE(swapped) << swapped.error().message;
  const Definition definition = read(*swapped);
  EXPECT_EQ(difference_of_rest(definition, next), std::nullopt);
  EXPECT_EQ(difference_of_system(definition, next), std::nullopt);
  EXPECT_EQ(definition.mark->generation, next.generation);

  const auto back = swap_system(*swapped, machine_, platform_);
  ASSERT_TRUE(back) << back.error().message;
  pugi::xml_document after;
  after.load_string(back->c_str());
  EXPECT_EQ(to_text(after), to_text(before));
}

TEST_F(DefinitionTest, SwapChangesTheFirmwareBothWays) {
  const std::string bios = xml();
  Machine uefi = machine_;
  uefi.firmware = Firmware::uefi;
  const auto there = swap_system(bios, uefi, platform_);
  ASSERT_TRUE(there);
  EXPECT_EQ(read(*there).firmware, Firmware::uefi);
  const auto back = swap_system(*there, machine_, platform_);
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, bios);
}

TEST_F(DefinitionTest, SwapRefusesADefinitionWithoutOurDisks) {
  EXPECT_EQ(swap_system("<domain><devices/></domain>", machine_, platform_).error().code,
            Errc::corrupt);
  EXPECT_EQ(swap_system("no xml", machine_, platform_).error().code, Errc::corrupt);
}

}  // namespace
}  // namespace imprint::libvirt
