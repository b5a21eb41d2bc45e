// The configurations that shell scripts read: ifcfg files and interfaces(5).

#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <set>

#include "guestfs/facts/network.h"
#include "guestfs/facts/release.h"
#include "guestfs/facts/text_lines.h"

namespace imprint::facts {
namespace {

std::string file_name(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// By the names that tools give what is no card.
bool has_virtual_name(std::string_view name) {
  constexpr std::array<std::string_view, 14> prefixes{"lo",   "br",   "virbr", "bond",  "team",
                                                      "vlan", "tun",  "tap",   "dummy", "docker",
                                                      "cni",  "veth", "wg",    "sit"};
  if (name.starts_with("br-") || name.starts_with("veth")) return true;
  if (name.find('.') != std::string_view::npos && name.find('*') == std::string_view::npos)
    return true;  // eth0.100: a VLAN
  return std::any_of(prefixes.begin(), prefixes.end(), [&](std::string_view prefix) {
    return name.starts_with(prefix) &&
           name.substr(prefix.size()).find_first_not_of("0123456789-:") == std::string_view::npos;
  });
}

/// A value that gives the card its own, or a random, hardware address.
bool is_mac(std::string_view value) {
  return value.find(':') != std::string_view::npos || value.find('-') != std::string_view::npos;
}

std::optional<MtuSetting> mtu_of(std::string_view value, const Place& place) {
  const auto bytes = parse_number(trim(value));
  return bytes && *bytes > 0 ? std::optional{MtuSetting{*bytes, place}} : std::nullopt;
}

void take_ifcfg(NetworkInterface& interface, const ReleaseSetting& setting) {
  const std::string& key = setting.key;
  const std::string value = lower(trim(setting.value));
  if (value.empty()) return;
  if (key == "DEVICE")
    interface.name = value;
  else if (key == "BOOTPROTO")
    interface.dhcp =
        value.find("dhcp") != std::string::npos || is_one_of(value, {"bootp", "auto6", "autoip"});
  else if (key == "IPADDR" || key == "IPADDR0" || key == "IPADDR1" || key == "IPADDR_0")
    interface.address = setting.place;
  else if (is_one_of(key, {"HWADDR", "MACADDR", "LLADDR"}) && is_mac(value))
    interface.mac = setting.place;
  else if ((key == "ONBOOT" && value == "no") ||
           (key == "STARTMODE" && is_one_of(value, {"off", "manual"})))
    interface.off = setting.place;
  else if (key == "MTU")
    interface.mtu = mtu_of(value, setting.place);
  else if (key == "DHCP_HOSTNAME")
    interface.hostname = setting.place;
  else if (key == "IPV6INIT" && value == "no")
    interface.ipv6_off = setting.place;
}

/// A setting that makes it something else than a card with an address of its own.
bool is_no_card(const ReleaseSetting& setting) {
  const std::string value = lower(trim(setting.value));
  if (value.empty() || value == "no" || value == "none") return false;
  if (setting.key == "TYPE" || setting.key == "DEVICETYPE")
    return !is_one_of(value, {"ethernet", "eth", "infiniband"});
  return is_one_of(setting.key,
                   {"MASTER", "SLAVE", "BRIDGE", "TEAM_MASTER", "VLAN", "ETHERDEVICE",
                    "BONDING_MASTER", "BONDING_OPTS", "BONDING_MASTER_UUID", "OVS_BRIDGE"});
}

bool starts_cards(std::string_view word) {
  return word == "auto" || word.starts_with("allow-");
}

/// One "iface" stanza at a time.
class InterfacesParser {
 public:
  InterfacesParser(const std::string& path, const std::set<std::string>& started)
      : path_{path}, started_{started} {}

  std::vector<NetworkInterface> parse(std::string_view text) {
    for (const TextLine& line : split_lines(text)) take(line);
    for (NetworkInterface& interface : found_)
      if (!is_started(interface.name)) interface.off = interface.place;
    return std::move(found_);
  }

 private:
  void take(const TextLine& line) {
    const auto words = split_at_blanks(line.text);
    if (words.empty() || words[0].starts_with('#')) return;
    if (words[0] == "iface" && words.size() >= 2) {
      begin(words, line);
    } else if (starts_cards(words[0]) ||
               is_one_of(words[0], {"mapping", "source", "source-directory", "no-auto-down"})) {
      inside_ = false;
    } else if (inside_ && words.size() >= 2) {
      option(words, line);
    }
  }

  void begin(const std::vector<std::string>& words, const TextLine& line) {
    const bool again = !found_.empty() && found_.back().name == words[1];
    if (!again) {
      NetworkInterface interface;
      interface.tool = NetworkTool::interfaces;
      interface.place = place_of(path_, line);
      interface.name = words[1];
      interface.is_physical = !has_virtual_name(words[1]) && words.back() != "loopback";
      found_.push_back(std::move(interface));
    }
    const std::string& method = words.back();
    const bool old_family = words.size() < 4 || words[2] == "inet";
    if (method == "dhcp" || (old_family && method == "bootp")) found_.back().dhcp = true;
    if (method == "auto" && !old_family) found_.back().dhcp = true;
    fixed_ = method == "static" && old_family ? std::optional{place_of(path_, line)} : std::nullopt;
    if (fixed_) found_.back().address = fixed_;
    inside_ = true;
  }

  void option(const std::vector<std::string>& words, const TextLine& line) {
    NetworkInterface& interface = found_.back();
    const Place place = place_of(path_, line);
    const std::string& key = words[0];
    if (key == "address" && fixed_)
      interface.address = place;
    else if (key == "hwaddress" && is_mac(words.back()))
      interface.mac = place;
    else if (key == "mtu")
      interface.mtu = mtu_of(words[1], place);
    else if (key == "hostname")
      interface.hostname = place;
    else if (is_virtual_option(key))
      interface.is_physical = false;
  }

  static bool is_virtual_option(std::string_view key) {
    return key.starts_with("bridge") || key.starts_with("bond") || key.starts_with("vlan") ||
           key.starts_with("slaves") || key.starts_with("tunnel");
  }

  const std::string& path_;
  std::vector<NetworkInterface> found_;
  /// By its name, or by a pattern, which stands behind a slash: "auto /eth*".
  [[nodiscard]] bool is_started(const std::string& name) const {
    return started_.contains(name) ||
           std::any_of(started_.begin(), started_.end(), [&](const std::string& word) {
             const std::size_t slash = word.find('/');
             return slash != std::string::npos &&
                    ::fnmatch(word.c_str() + slash + 1, name.c_str(), 0) == 0;
           });
  }

  const std::set<std::string>& started_;
  std::optional<Place> fixed_;
  bool inside_ = false;
};

}  // namespace

NetworkInterface parse_ifcfg(std::string_view text, const std::string& path) {
  constexpr std::string_view prefix = "ifcfg-";
  NetworkInterface interface;
  interface.tool = NetworkTool::ifcfg;
  interface.place = {path, 0, {}};
  const std::string file = file_name(path);
  if (file.starts_with(prefix)) interface.name = file.substr(prefix.size());
  interface.generated = text.starts_with("# Created by cloud-init");
  bool card = true;
  for (const ReleaseSetting& setting : parse_os_release(text, path).settings) {
    take_ifcfg(interface, setting);
    card = card && !is_no_card(setting);
  }
  interface.is_physical = card && !has_virtual_name(interface.name);
  return interface;
}

std::set<std::string> cards_started_by(std::string_view text) {
  std::set<std::string> cards;
  for (const TextLine& line : split_lines(text)) {
    const auto words = split_at_blanks(line.text);
    if (!words.empty() && starts_cards(words[0])) cards.insert(words.begin() + 1, words.end());
  }
  return cards;
}

std::vector<NetworkInterface> parse_interfaces(std::string_view text, const std::string& path,
                                               const std::set<std::string>& started) {
  return InterfacesParser{path, started}.parse(text);
}

std::vector<std::string> sources_of_interfaces(std::string_view text) {
  std::vector<std::string> sources;
  for (const TextLine& line : split_lines(text)) {
    auto words = split_at_blanks(line.text);
    if (words.size() < 2) continue;
    if (words[0] == "source-directory") words[1] += "/*";
    if (words[0] == "source" || words[0] == "source-directory")
      sources.push_back(std::move(words[1]));
  }
  return sources;
}

}  // namespace imprint::facts
