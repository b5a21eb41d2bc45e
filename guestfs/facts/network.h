#pragma once
// How the guest sets up its network cards: ifcfg files of Red Hat and SUSE, interfaces(5) of Debian
// and Alpine, netplan, keyfiles of NetworkManager, files of systemd-networkd; and the rules of udev
// that bind a name to one card.

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "guestfs/facts/place.h"
#include "guestfs/facts/source_file.h"

namespace imprint::facts {

enum class NetworkTool { ifcfg, interfaces, netplan, network_manager, networkd };

struct MtuSetting {
  std::uint32_t bytes = 0;
  Place place;
};

/// What one file, or one stanza of a file, says of a card.
struct NetworkInterface {
  NetworkTool tool = NetworkTool::ifcfg;
  Place place;       ///< of the file, or of the stanza's first line
  std::string name;  ///< "eth0", or a pattern as "en*"; empty: any
  /// A card of its own: no loopback, bridge, bond, VLAN, tunnel, nor a member of a bridge or bond.
  bool is_physical = true;
  bool generated = false;           ///< its first line says that cloud-init wrote it
  bool dhcp = false;                ///< asks for its address: DHCP, or IPv6's own way
  std::optional<Place> address;     ///< a fixed one
  std::optional<Place> mac;         ///< only for the card of this hardware address, or gives it one
  std::optional<Place> off;         ///< not brought up at boot
  std::optional<Place> bound_name;  ///< a keyfile's interface-name
  std::optional<Place> hostname;    ///< the name that is told to the DHCP server
  std::optional<Place> ipv6_off;
  std::optional<MtuSetting> mtu;
};

/// A line of udev's that gives the card of one hardware address a name.
struct PersistentName {
  Place place;
  std::string mac;
};

struct YamlFault {
  Place place;
  std::string message;
};

struct NetworkFacts {
  std::vector<NetworkInterface> interfaces;
  std::vector<PersistentName> persistent;
  std::vector<YamlFault> faults;     ///< files of netplan that are no YAML: none of them counts
  std::vector<std::string> unknown;  ///< what could not be looked at, and why
};

// The parsers: pure, never fail. Paths are for the places, and for the names that files have.
NetworkInterface parse_ifcfg(std::string_view text, const std::string& path);
/// What "auto" and "allow-hotplug" lines name: the only cards that are brought up at boot.
std::set<std::string> cards_started_by(std::string_view text);
std::vector<NetworkInterface> parse_interfaces(std::string_view text, const std::string& path,
                                               const std::set<std::string>& started);
/// The files that "source" and "source-directory" lines name, patterns as they stand.
std::vector<std::string> sources_of_interfaces(std::string_view text);
std::vector<NetworkInterface> parse_netplan(std::string_view text, const std::string& path,
                                            std::vector<YamlFault>& faults);
NetworkInterface parse_keyfile(std::string_view text, const std::string& path);
/// Of a .network or .link file.
NetworkInterface parse_networkd(std::string_view text, const std::string& path);
std::vector<PersistentName> parse_persistent_rules(std::string_view text, const std::string& path);

/// Whether cloud-init wrote the file: it will write it again.
bool is_written_by_cloud_init(const NetworkInterface& interface);

/// Reads all of them, at most 500 files. Never fails.
NetworkFacts read_network(guest::FollowingFs& fs);

}  // namespace imprint::facts
