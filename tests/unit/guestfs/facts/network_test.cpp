#include "guestfs/facts/network.h"

#include <gtest/gtest.h>

#include <random>

#include "guestfs/guest/memory_fs.h"

namespace imprint::facts {
namespace {

NetworkFacts read(guest::MemoryFs& fs) {
  guest::FollowingFs following{fs};
  return read_network(following);
}

TEST(Ifcfg, ReadsAFixedAddressAndAHardwareAddress) {
  const NetworkInterface card = parse_ifcfg(
      "DEVICE=\"eth0\"\nBOOTPROTO=none\nHWADDR=52:54:00:01:02:03\nIPADDR=10.0.0.2\nONBOOT=no\nMTU="
      "9000\n",
      "/etc/sysconfig/network-scripts/ifcfg-eth0");
  EXPECT_EQ(card.name, "eth0");
  EXPECT_TRUE(card.is_physical);
  EXPECT_FALSE(card.dhcp);
  ASSERT_TRUE(card.address && card.mac && card.off && card.mtu);
  EXPECT_EQ(card.address->line, 4);
  EXPECT_EQ(card.mac->line, 3);
  EXPECT_EQ(card.off->line, 5);
  EXPECT_EQ(card.mtu->bytes, 9000U);
}

TEST(Ifcfg, KnowsWhatCloudInitWrote) {
  EXPECT_TRUE(is_written_by_cloud_init(parse_ifcfg(
      "# Created by cloud-init on instance boot automatically, do not edit.\nHWADDR=1\n",
      "/etc/sysconfig/network-scripts/ifcfg-eth0")));
  EXPECT_FALSE(is_written_by_cloud_init(parse_ifcfg("# By hand\n", "/x/ifcfg-eth0")));
}

TEST(Interfaces, StartCardsByPattern) {
  const std::string text = "auto /eth*\niface eth1 inet dhcp\niface ens3 inet dhcp\n";
  const auto cards = parse_interfaces(text, "/etc/network/interfaces", cards_started_by(text));
  ASSERT_EQ(cards.size(), 2U);
  EXPECT_FALSE(cards[0].off);
  EXPECT_TRUE(cards[1].off);
}

TEST(Ifcfg, KnowsWhatIsNoCard) {
  EXPECT_FALSE(parse_ifcfg("DEVICE=lo\nIPADDR=127.0.0.1\n", "/x/ifcfg-lo").is_physical);
  EXPECT_FALSE(parse_ifcfg("MASTER=bond0\nSLAVE=yes\n", "/x/ifcfg-eth1").is_physical);
  EXPECT_FALSE(parse_ifcfg("TYPE=Bridge\n", "/x/ifcfg-lan").is_physical);
  EXPECT_FALSE(parse_ifcfg("VLAN=yes\n", "/x/ifcfg-eth0.5").is_physical);
  EXPECT_TRUE(parse_ifcfg("TYPE=Ethernet\n", "/x/ifcfg-ens3").is_physical);
}

TEST(Ifcfg, ReadsSusesWay) {
  const NetworkInterface card =
      parse_ifcfg("BOOTPROTO='static'\nIPADDR='10.0.0.2/24'\nSTARTMODE='auto'\n", "/x/ifcfg-eth0");
  EXPECT_TRUE(card.address);
  EXPECT_FALSE(card.off);
  EXPECT_TRUE(parse_ifcfg("BOOTPROTO='dhcp'\nSTARTMODE='off'\n", "/x/ifcfg-eth0").off);
}

TEST(Interfaces, ReadsStanzas) {
  const std::string text =
      "auto lo eth0\niface lo inet loopback\n\niface eth0 inet static\n  address 10.0.0.2/24\n"
      "  hwaddress ether 52:54:00:01:02:03\niface eth1 inet dhcp\n";
  const auto cards = parse_interfaces(text, "/etc/network/interfaces", cards_started_by(text));
  ASSERT_EQ(cards.size(), 3U);
  EXPECT_FALSE(cards[0].is_physical);
  ASSERT_TRUE(cards[1].address && cards[1].mac);
  EXPECT_EQ(cards[1].address->line, 5);
  EXPECT_FALSE(cards[1].off);
  EXPECT_TRUE(cards[2].dhcp);
  EXPECT_TRUE(cards[2].off);
}

TEST(Interfaces, ACardMayBeStartedInAnotherFile) {
  guest::MemoryFs fs;
  fs.file("/etc/network/interfaces", "source /etc/network/interfaces.d/*\nallow-hotplug eth0\n")
      .file("/etc/network/interfaces.d/eth0", "iface eth0 inet dhcp\niface eth0 inet6 auto\n");
  const NetworkFacts facts = read(fs);
  ASSERT_EQ(facts.interfaces.size(), 1U);
  EXPECT_FALSE(facts.interfaces[0].off);
  EXPECT_TRUE(facts.interfaces[0].dhcp);
}

TEST(Netplan, ReadsCards) {
  std::vector<YamlFault> faults;
  const auto cards = parse_netplan(
      "network:\n  version: 2\n  ethernets:\n    all-en:\n      match:\n        name: en*\n"
      "      dhcp4: true\n    eth1:\n      addresses: [10.0.0.2/24]\n      match:\n"
      "        macaddress: \"52:54:00:01:02:03\"\n",
      "/etc/netplan/a.yaml", faults);
  ASSERT_EQ(cards.size(), 2U);
  EXPECT_EQ(cards[0].name, "en*");
  EXPECT_TRUE(cards[0].dhcp);
  EXPECT_FALSE(cards[0].mac);
  ASSERT_TRUE(cards[1].address && cards[1].mac);
  EXPECT_EQ(cards[1].mac->line, 11);
  EXPECT_TRUE(faults.empty());
}

TEST(Netplan, TakesTheLoopbackForNoCard) {
  std::vector<YamlFault> faults;
  const auto cards = parse_netplan(
      "network:\n  ethernets:\n    lo:\n      addresses: [10.9.9.9/32]\n", "/x", faults);
  ASSERT_EQ(cards.size(), 1U);
  EXPECT_FALSE(cards[0].is_physical);
}

TEST(Netplan, MembersOfBondsMayNeedTheirAddress) {
  std::vector<YamlFault> faults;
  const auto cards = parse_netplan(
      "network:\n  ethernets:\n    a:\n      match: {macaddress: \"52:54:00:01:02:03\"}\n"
      "  bonds:\n    bond0:\n      interfaces: [a]\n      addresses: [10.0.0.1/24]\n",
      "/etc/netplan/a.yaml", faults);
  ASSERT_EQ(cards.size(), 1U);
  EXPECT_FALSE(cards[0].is_physical);
}

TEST(Keyfile, ReadsProfiles) {
  const NetworkInterface card = parse_keyfile(
      "[connection]\nid=ens3\nuuid=x\ntype=ethernet\ninterface-name=ens3\nautoconnect=false\n\n"
      "[ethernet]\nmac-address=52:54:00:01:02:03\n\n[ipv4]\naddress1=10.0.0.2/24\nmethod=manual\n",
      "/etc/NetworkManager/system-connections/ens3.nmconnection");
  EXPECT_TRUE(card.is_physical);
  ASSERT_TRUE(card.bound_name && card.mac && card.address && card.off);
  EXPECT_EQ(card.address->line, 12);
  EXPECT_FALSE(parse_keyfile("[connection]\ntype=bridge\n", "/x").is_physical);
}

TEST(Networkd, ReadsNetworksAndLinks) {
  const NetworkInterface network = parse_networkd(
      "[Match]\nName=eth0\nMACAddress=52:54:00:01:02:03\n[Network]\nAddress=10.0.0.2/24\n",
      "/x/a.network");
  ASSERT_TRUE(network.mac && network.address);
  EXPECT_FALSE(network.dhcp);
  EXPECT_TRUE(parse_networkd("[Match]\nName=en*\n[Network]\nDHCP=ipv4\n", "/x/b.network").dhcp);
  EXPECT_TRUE(
      parse_networkd("[Match]\nMACAddress=52:54:00:01:02:03\n[Link]\nName=lan\n", "/x/a.link").mac);
  EXPECT_FALSE(parse_networkd("[Match]\nName=docker*\n", "/x/c.network").is_physical);
}

TEST(PersistentRules, AreLinesThatCompareOneAddress) {
  const std::string path = "/etc/udev/rules.d/70-persistent-net.rules";
  EXPECT_TRUE(
      parse_persistent_rules(
          "# SUBSYSTEM==\"net\", ATTR{address}==\"52:54:00:01:02:03\", NAME=\"eth0\"\n", path)
          .empty());
  EXPECT_TRUE(parse_persistent_rules("", path).empty());
  const auto names = parse_persistent_rules(
      "# a comment\nSUBSYSTEM==\"net\", ACTION==\"add\", ATTR{address}==\"52:54:00:01:02:03\", "
      "NAME=\"eth0\"\n",
      path);
  ASSERT_EQ(names.size(), 1U);
  EXPECT_EQ(names[0].place.line, 2);
  EXPECT_EQ(names[0].mac, "52:54:00:01:02:03");
}

TEST(NetworkFacts, LeaveBackupsAlone) {
  guest::MemoryFs fs;
  fs.file("/etc/sysconfig/network-scripts/ifcfg-eth0.bak", "IPADDR=10.0.0.2\n")
      .file("/etc/sysconfig/network-scripts/ifcfg-eth0", "BOOTPROTO=dhcp\n")
      .file("/etc/netplan/a.yaml.old", "a: [")
      .special("/etc/netplan/b.yaml", guest::FileType::fifo);
  const NetworkFacts facts = read(fs);
  EXPECT_EQ(facts.interfaces.size(), 1U);
  EXPECT_TRUE(facts.faults.empty());
  EXPECT_TRUE(facts.unknown.empty());
}

TEST(NetworkFacts, SayWhatCouldNotBeRead) {
  guest::MemoryFs fs;
  fs.fail_with(make_error(Errc::unavailable, "gone"));
  EXPECT_FALSE(read(fs).unknown.empty());
}

TEST(NetworkFacts, EndForAnyBytes) {
  std::mt19937 random{11};
  constexpr std::string_view letters = "iface auto=[]\"':\n \t#network{}ETH0\\\xff";
  for (int round = 0; round < 500; ++round) {
    std::string text(random() % 200, ' ');
    for (char& c : text) c = letters[random() % letters.size()];
    std::vector<YamlFault> faults;
    parse_ifcfg(text, "/x/ifcfg-a");
    parse_interfaces(text, "/x", cards_started_by(text));
    sources_of_interfaces(text);
    parse_netplan(text, "/x", faults);
    parse_keyfile(text, "/x");
    parse_networkd(text, "/x");
    parse_persistent_rules(text, "/x");
  }
}

}  // namespace
}  // namespace imprint::facts
