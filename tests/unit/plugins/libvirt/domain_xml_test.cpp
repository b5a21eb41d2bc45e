#include "plugins/libvirt/domain_xml.h"

#include <gtest/gtest.h>

#include <pugixml.hpp>

#include "tests/support/machines.h"

namespace imprint::libvirt {
namespace {

class BuildDomain : public ::testing::Test {
 protected:
  pugi::xml_node build() {
    const auto xml = build_domain(machine_, platform_);
    EXPECT_TRUE(xml) << xml.error().message;
    document_.load_string(xml ? xml->c_str() : "");
    return document_.child("domain");
  }
  std::string attribute(const std::string& path, const char* name) {
    const pugi::xpath_node node = document_.select_node(path.c_str());
    return node.node().attribute(name).as_string("(none)");
  }

  Machine machine_ = test::machine_in("/srv/machines");
  Platform platform_{"qemu", "", "/fw/code.fd", "/fw/vars.fd"};
  pugi::xml_document document_;
};

TEST_F(BuildDomain, SpellsEveryChainOutToItsEnd) {
  machine_.system.base_path = "/srv/images/base.qcow2";
  build();
  EXPECT_EQ(document_.select_nodes("//disk").size(), 3U);
  EXPECT_EQ(document_.select_nodes("//disk//backingStore[not(node())]").size(), 3U);
  EXPECT_EQ(attribute("//disk[target/@dev='vda']/backingStore/source", "file"),
            "/srv/images/base.qcow2");
  EXPECT_EQ(attribute("//disk[target/@dev='vda']/backingStore/format", "type"), "qcow2");
  EXPECT_EQ(attribute("//disk[target/@dev='vda']/backingStore/source/seclabel", "relabel"), "no");
}

TEST_F(BuildDomain, SaysTheFormatOfEveryDisk) {
  build();
  EXPECT_EQ(attribute("//disk[target/@dev='vda']/driver", "type"), "qcow2");
  EXPECT_EQ(attribute("//disk[target/@dev='vdb']/driver", "type"), "qcow2");
  EXPECT_EQ(attribute("//disk[target/@dev='vdz']/driver", "type"), "raw");
}

TEST_F(BuildDomain, BootsFromTheSystemDiskOnly) {
  build();
  EXPECT_EQ(document_.select_nodes("//boot").size(), 1U);
  EXPECT_EQ(attribute("//disk[target/@dev='vda']/boot", "order"), "1");
  EXPECT_TRUE(document_.select_node("//disk[target/@dev='vdz']/readonly"));
}

TEST_F(BuildDomain, EscapesWhatComesFromUsers) {
  machine_.network = "a'/><interface type=\"bridge\"";
  machine_.name = "<&\">";
  machine_.system.path = "/srv/a&b'<c>.qcow2";
  build();
  EXPECT_EQ(document_.select_nodes("//interface").size(), 1U);
  EXPECT_EQ(attribute("//interface/source", "network"), *machine_.network);
  EXPECT_EQ(attribute("//disk[target/@dev='vda']/source", "file"), machine_.system.path);
  EXPECT_EQ(attribute("//metadata/*", "name"), machine_.name);
}

TEST_F(BuildDomain, CarriesOurMark) {
  build();
  EXPECT_EQ(attribute("//metadata/*", "instance"), machine_.instance.str());
  EXPECT_EQ(attribute("//metadata/*", "xmlns:imprint"), mark_namespace);
}

TEST_F(BuildDomain, KeepsTheFirmwareVariablesBesideTheSystemDisk) {
  machine_.firmware = Firmware::uefi;
  const pugi::xml_node os = build().child("os");
  EXPECT_EQ(os.child("loader").text().as_string(), std::string{"/fw/code.fd"});
  EXPECT_EQ(os.child("nvram").text().as_string(), machine_.system.path + ".nvram");
  EXPECT_FALSE(os.child("bios"));
}

TEST_F(BuildDomain, GivesTheGuestTheCpuOfTheAccelerator) {
  EXPECT_EQ(build().child("cpu").attribute("mode").as_string(), std::string{"maximum"});
  platform_.domain_type = "kvm";
  EXPECT_EQ(build().child("cpu").attribute("mode").as_string(), std::string{"host-passthrough"});
}

TEST_F(BuildDomain, RefusesSerialsThatCannotTellDisksApart) {
  machine_.data_disks.front().serial = machine_.system.serial;
  EXPECT_EQ(build_domain(machine_, platform_).error().code, Errc::invalid);
  machine_.data_disks.front().serial = "";
  EXPECT_EQ(build_domain(machine_, platform_).error().code, Errc::invalid);
  machine_.data_disks.front().serial = "longer-than-twenty-ch";
  EXPECT_EQ(build_domain(machine_, platform_).error().code, Errc::invalid);
}

TEST_F(BuildDomain, NamesAllDataDisksItAllows) {
  machine_.data_disks.clear();
  for (std::size_t index = 0; index < most_data_disks; ++index)
    machine_.data_disks.push_back(test::disk_at("/srv/data." + std::to_string(index),
                                                DiskRole::data, "data-" + std::to_string(index)));
  build();
  EXPECT_EQ(attribute("//disk[serial='data-0']/target", "dev"), "vdb");
  EXPECT_EQ(attribute("//disk[serial='data-23']/target", "dev"), "vdy");
  machine_.data_disks.push_back(test::disk_at("/srv/more", DiskRole::data, "more"));
  EXPECT_EQ(build_domain(machine_, platform_).error().code, Errc::invalid);
}

}  // namespace
}  // namespace imprint::libvirt
