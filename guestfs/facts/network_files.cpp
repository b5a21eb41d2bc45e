// The configurations of NetworkManager, systemd-networkd, netplan and udev.

#include <algorithm>
#include <array>

#include "guestfs/facts/ini_text.h"
#include "guestfs/facts/network.h"
#include "guestfs/facts/text_lines.h"
#include "guestfs/facts/yaml_text.h"

namespace imprint::facts {
namespace {

std::optional<Place> place_of_setting(const IniSetting* setting) {
  return setting == nullptr ? std::nullopt : std::optional{setting->place};
}

std::optional<MtuSetting> mtu_of(const IniSetting* setting) {
  if (setting == nullptr) return std::nullopt;
  const auto bytes = parse_number(setting->value);
  return bytes && *bytes > 0 ? std::optional{MtuSetting{*bytes, setting->place}} : std::nullopt;
}

bool is_no(const IniSetting* setting) {
  if (setting == nullptr) return false;
  const std::string word = lower(setting->value);
  return word == "no" || word == "false" || word == "off" || word == "0";
}

/// Of a netplan file: the text of a line, for the evidence.
class YamlLines {
 public:
  YamlLines(std::string_view text, const std::string& path)
      : lines_{split_lines(text)}, path_{path} {}
  [[nodiscard]] Place at(int number) const {
    const auto index = static_cast<std::size_t>(std::max(number - 1, 0));
    if (number < 1 || index >= lines_.size()) return {path_, 0, {}};
    return place_of(path_, lines_[index]);
  }

 private:
  std::vector<TextLine> lines_;
  const std::string& path_;
};

bool asks_for_address(const YamlNode& card) {
  return card.truth_of("dhcp4").value_or(false) || card.truth_of("dhcp6").value_or(false);
}

NetworkInterface netplan_card(const std::string& id, const YamlNode& card, const YamlLines& lines) {
  NetworkInterface interface;
  interface.tool = NetworkTool::netplan;
  interface.place = lines.at(card.line);
  const YamlNode* match = card.at({"match", "name"});
  interface.name = match != nullptr ? match->text : id;
  interface.dhcp = asks_for_address(card);
  if (const YamlNode* addresses = card.find("addresses"); addresses && !addresses->items.empty())
    interface.address = lines.at(addresses->items.front().line);
  for (const YamlNode* mac : {card.at({"match", "macaddress"}), card.find("macaddress")})
    if (mac != nullptr && mac->text.find(':') != std::string::npos)
      interface.mac = lines.at(mac->line);
  if (const YamlNode* mtu = card.find("mtu"))
    if (const auto bytes = parse_number(mtu->text); bytes && *bytes > 0)
      interface.mtu = MtuSetting{*bytes, lines.at(mtu->line)};
  if (const YamlNode* name = card.at({"dhcp4-overrides", "hostname"}))
    interface.hostname = lines.at(name->line);
  return interface;
}

/// The hardware address that a line of rules compares with, in the way of udev's own generator.
std::string mac_in_rule(std::string_view line) {
  for (const std::string_view key : {"ATTR{address}==\"", "SYSFS{address}==\""}) {
    const std::size_t start = line.find(key);
    if (start == std::string_view::npos) continue;
    const std::string_view rest = line.substr(start + key.size());
    const std::string_view mac = rest.substr(0, rest.find('"'));
    if (mac.find(':') != std::string_view::npos && mac.find('*') == std::string_view::npos)
      return std::string{mac};
  }
  return {};
}

}  // namespace

NetworkInterface parse_keyfile(std::string_view text, const std::string& path) {
  const auto settings = parse_ini(text, path);
  const auto find = [&](std::string_view section, std::string_view key) {
    return find_ini(settings, section, key);
  };
  NetworkInterface interface;
  interface.tool = NetworkTool::network_manager;
  interface.place = {path, 0, {}};
  const IniSetting* type = find("connection", "type");
  const IniSetting* master = find("connection", "master");
  if (master == nullptr) master = find("connection", "controller");
  interface.is_physical = master == nullptr && type != nullptr &&
                          (type->value == "ethernet" || type->value == "802-3-ethernet");
  if (const IniSetting* name = find("connection", "interface-name")) {
    interface.name = name->value;
    interface.bound_name = name->place;
  }
  for (const char* section : {"ethernet", "802-3-ethernet"}) {
    for (const char* key : {"mac-address", "cloned-mac-address"})
      if (const IniSetting* mac = find(section, key);
          mac && mac->value.find(':') != std::string::npos)
        interface.mac = mac->place;
    if (auto mtu = mtu_of(find(section, "mtu"))) interface.mtu = std::move(mtu);
  }
  const IniSetting* method4 = find("ipv4", "method");
  const IniSetting* method6 = find("ipv6", "method");
  interface.dhcp = (method4 != nullptr && method4->value == "auto") ||
                   (method6 != nullptr && (method6->value == "auto" || method6->value == "dhcp"));
  if (method4 != nullptr && method4->value == "manual") {
    const IniSetting* address = find("ipv4", "address1");
    interface.address = (address != nullptr ? address : method4)->place;
    interface.dhcp = false;
  }
  if (method6 != nullptr && (method6->value == "disabled" || method6->value == "ignore"))
    interface.ipv6_off = method6->place;
  interface.hostname = place_of_setting(find("ipv4", "dhcp-hostname"));
  if (const IniSetting* automatic = find("connection", "autoconnect"); is_no(automatic))
    interface.off = automatic->place;
  return interface;
}

NetworkInterface parse_networkd(std::string_view text, const std::string& path) {
  const auto settings = parse_ini(text, path);
  const auto find = [&](std::string_view section, std::string_view key) {
    return find_ini(settings, section, key);
  };
  NetworkInterface interface;
  interface.tool = NetworkTool::networkd;
  interface.place = {path, 0, {}};
  if (const IniSetting* name = find("Match", "Name")) interface.name = name->value;
  const IniSetting* type = find("Match", "Type");
  const bool other_type = type != nullptr && type->value != "ether";
  const bool member = find("Network", "Bridge") != nullptr || find("Network", "Bond") != nullptr;
  const bool made = find("Match", "Kind") != nullptr || (find("Match", "Driver") != nullptr &&
                                                         find("Match", "Driver")->value == "veth");
  constexpr std::array<std::string_view, 8> no_cards{"lo",   "br",    "bond", "docker",
                                                     "veth", "dummy", "tun",  "ve-"};
  const bool named_virtual =
      std::any_of(no_cards.begin(), no_cards.end(),
                  [&](std::string_view prefix) { return interface.name.starts_with(prefix); });
  interface.is_physical = !other_type && !member && !made && !named_virtual;
  const IniSetting* dhcp = find("Network", "DHCP");
  interface.dhcp = dhcp != nullptr && !is_no(dhcp);
  for (const char* section : {"Network", "Address"})
    if (const IniSetting* address = find(section, "Address")) interface.address = address->place;
  for (const auto& [section, key] :
       {std::pair{"Match", "MACAddress"}, std::pair{"Match", "PermanentMACAddress"},
        std::pair{"Link", "MACAddress"}})
    if (const IniSetting* mac = find(section, key)) interface.mac = mac->place;
  interface.mtu = mtu_of(find("Link", "MTUBytes"));
  interface.hostname = place_of_setting(find("DHCPv4", "Hostname"));
  return interface;
}

std::vector<NetworkInterface> parse_netplan(std::string_view text, const std::string& path,
                                            std::vector<YamlFault>& faults) {
  const YamlText yaml = parse_yaml(text);
  const YamlLines lines{text, path};
  if (!yaml.fault.empty()) faults.push_back({lines.at(yaml.fault_line), yaml.fault});
  std::vector<NetworkInterface> found;
  const YamlNode* cards = yaml.root.at({"network", "ethernets"});
  if (cards == nullptr) return found;
  for (const auto& [id, card] : cards->members) {
    found.push_back(netplan_card(id, card, lines));
    found.back().is_physical = found.back().name != "lo";
  }
  // The members of bridges and bonds have no address of their own, and may need their MAC.
  for (const char* kind : {"bonds", "bridges"}) {
    const YamlNode* joined = yaml.root.at({"network", kind});
    if (joined == nullptr) continue;
    for (const auto& [name, each] : joined->members) {
      const YamlNode* members = each.find("interfaces");
      if (members == nullptr) continue;
      for (const YamlNode& member : members->items)
        for (std::size_t i = 0; i < found.size(); ++i)
          if (cards->members[i].name == member.text) found[i].is_physical = false;
    }
  }
  return found;
}

std::vector<PersistentName> parse_persistent_rules(std::string_view text, const std::string& path) {
  std::vector<PersistentName> names;
  for (const TextLine& line : split_lines(text)) {
    const std::string_view content = trim(line.text);
    if (content.empty() || content.front() == '#') continue;
    std::string mac = mac_in_rule(content);
    if (!mac.empty() && content.find("NAME") != std::string_view::npos)
      names.push_back({place_of(path, line), std::move(mac)});
  }
  return names;
}

bool is_written_by_cloud_init(const NetworkInterface& interface) {
  return interface.generated || interface.place.path.find("cloud-init") != std::string::npos;
}

}  // namespace imprint::facts
