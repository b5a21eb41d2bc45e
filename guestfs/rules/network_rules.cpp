// The rules net.*: whether the machine gets a network wherever it is started. Here those about
// single cards; the others are in network_host_rules.cpp.

#include "guestfs/rules/network_rules.h"

#include <algorithm>
#include <array>

#include "guestfs/facts/text_lines.h"
#include "guestfs/language/say.h"
#include "guestfs/rules/evidence.h"
#include "guestfs/rules/table.h"

namespace imprint::rules {
namespace {

using facts::NetworkFacts;
using facts::NetworkInterface;
using facts::NetworkTool;

/// What holds for every rule that goes through the files: the reasons why it may have missed some.
Answer begin(const Context& context) {
  Answer answer;
  answer.undetermined = context.facts.network.unknown;
  return answer;
}

std::vector<const NetworkInterface*> cards_of(const NetworkFacts& network) {
  std::vector<const NetworkInterface*> cards;
  for (const NetworkInterface& interface : network.interfaces)
    if (interface.is_physical) cards.push_back(&interface);
  return cards;
}

std::string name_of(const NetworkInterface& interface) {
  return interface.name.empty() ? interface.place.path : interface.name;
}

Answer persistent_rules(const Context& context) {
  Answer answer = begin(context);
  for (const facts::PersistentName& name : context.facts.network.persistent)
    answer.fired.push_back(evidence_at(
        name.place, say("the card with the address {} gets a name of its own", name.mac)));
  return answer;
}

/// Where the file was taken into the initramfs it names the card before the system's own is read.
Answer persistent_rules_in_initrd(const Context& context) {
  const facts::InitramfsFacts& initramfs = context.facts.initramfs;
  if (initramfs.files.empty() || !initramfs.is_known()) return Answer::not_applied();
  Answer answer;
  for (const auto& [path, text] : initramfs.content.texts) {
    if (!path.starts_with("etc/udev/rules.d/")) continue;
    for (const facts::PersistentName& name : facts::parse_persistent_rules(text, path))
      answer.fired.push_back(evidence_of(
          initramfs.files.back().path,
          say("'{}' in the initramfs gives the card with the address {} a name of its own", path,
              name.mac)));
  }
  return answer;
}

Answer static_mac(const Context& context) {
  Answer answer = begin(context);
  for (const NetworkInterface* card : cards_of(context.facts.network)) {
    // Of files that cloud-init writes anew another rule speaks.
    if (!card->mac || facts::is_written_by_cloud_init(*card)) continue;
    answer.fired.push_back(
        evidence_at(*card->mac, say("'{}' is bound to one hardware address", name_of(*card))));
  }
  return answer;
}

/// Set up for DHCP, and not switched off.
bool gets_an_address(const NetworkInterface& card) {
  return card.dhcp && !card.off;
}

Answer static_ip(const Context& context) {
  Answer answer = begin(context);
  const auto cards = cards_of(context.facts.network);
  const bool another_asks =
      std::any_of(cards.begin(), cards.end(),
                  [](const NetworkInterface* card) { return gets_an_address(*card); });
  for (const NetworkInterface* card : cards) {
    if (!card->address || card->dhcp || facts::is_written_by_cloud_init(*card)) continue;
    Evidence evidence =
        evidence_at(*card->address, say("'{}' has a fixed address", name_of(*card)));
    if (another_asks) {
      evidence.severity = Severity::info;
      evidence.effect = say("this card may get no network; another one asks for its address");
    }
    answer.fired.push_back(std::move(evidence));
  }
  return answer;
}

/// Several files may speak of one card: it is up if one of them brings it up.
bool is_up_elsewhere(const std::vector<const NetworkInterface*>& cards, const std::string& name) {
  return std::any_of(cards.begin(), cards.end(), [&](const NetworkInterface* card) {
    return card->name == name && !card->off;
  });
}

Answer onboot_no(const Context& context) {
  Answer answer = begin(context);
  std::vector<const NetworkInterface*> cards = cards_of(context.facts.network);
  std::erase_if(cards, [](const NetworkInterface* card) {
    return card->tool == NetworkTool::networkd || card->tool == NetworkTool::netplan;
  });
  const bool any_up = std::any_of(cards.begin(), cards.end(),
                                  [](const NetworkInterface* card) { return !card->off; });
  for (const NetworkInterface* card : cards) {
    if (!card->off || is_up_elsewhere(cards, card->name)) continue;
    if (any_up && card->name != "eth0") continue;
    answer.fired.push_back(
        evidence_at(*card->off, say("'{}' is not brought up at boot", name_of(*card))));
  }
  return answer;
}

Answer leftover_profile(const Context& context) {
  Answer answer = begin(context);
  for (const NetworkInterface* card : cards_of(context.facts.network)) {
    const bool keyfile = card->tool == NetworkTool::network_manager;
    // Of a profile that is bound to an address, or has a fixed one, other rules speak.
    if (!keyfile || !card->bound_name || card->mac || card->address ||
        facts::is_written_by_cloud_init(*card) || card->name == "eth0")
      continue;
    answer.fired.push_back(
        evidence_at(*card->bound_name, say("the profile is only for the card '{}'", card->name)));
  }
  return answer;
}

Answer multi_nic(const Context& context) {
  Answer answer = begin(context);
  std::vector<std::string> names;
  for (const NetworkInterface* card : cards_of(context.facts.network)) {
    const bool pattern = card->name.find_first_of("*?![") != std::string::npos;
    const bool counts = !card->name.empty() && !pattern && (card->dhcp || card->address);
    if (counts && std::find(names.begin(), names.end(), card->name) == names.end())
      names.push_back(card->name);
    if (names.size() < 2) continue;
    answer.fired.push_back(evidence_at(card->place, say("{} network cards are set up: '{}'",
                                                        names.size(), fmt::join(names, "', '"))));
    break;
  }
  return answer;
}

Answer mtu(const Context& context) {
  const auto& wanted = context.limits.mtu;
  if (!wanted) return Answer::not_applied();
  Answer answer = begin(context);
  for (const NetworkInterface* card : cards_of(context.facts.network))
    if (card->mtu && card->mtu->bytes != *wanted)
      answer.fired.push_back(
          evidence_at(card->mtu->place, say("the MTU of '{}' is {}; the network has {}",
                                            name_of(*card), card->mtu->bytes, *wanted)));
  return answer;
}

/// A name that tells nothing of where the image was made.
bool is_neutral_name(std::string_view name) {
  return name.empty() || name.starts_with("localhost") || name == "(none)";
}

Answer hostname_leftover(const Context& context) {
  Answer answer = begin(context);
  for (const NetworkInterface& card : context.facts.network.interfaces) {
    if (!card.hostname) continue;
    const std::string& text = card.hostname->text;
    const std::string_view value =
        std::string_view{text}.substr(std::min(text.find_last_of("= \t\"") + 1, text.size()));
    if (is_neutral_name(value)) continue;
    answer.fired.push_back(
        evidence_at(*card.hostname, say("the DHCP server is told a name of the image's own")));
  }
  const facts::SourceFile file = facts::read_source(context.fs, "/etc/sysconfig/network");
  if (file.is_unreadable()) return unreadable(file);
  for (const facts::ReleaseSetting& setting :
       facts::parse_os_release(file.text, file.path).settings)
    if (setting.key == "HOSTNAME" && !is_neutral_name(setting.value))
      answer.fired.push_back(evidence_at(
          setting.place, say("the host name '{}' is part of the image", setting.value)));
  return answer;
}

Answer netplan_faults(const Context& context) {
  const auto& faults = context.facts.network.faults;
  Answer answer = begin(context);
  for (const facts::YamlFault& fault : faults)
    answer.fired.push_back(evidence_at(fault.place, say("this is no YAML: {}", fault.message)));
  return answer;
}

constexpr std::string_view no_network =
    "the new machine's card has another address: it gets no network";

constexpr std::array rules{
    Rule{"net.persistent-rules", Severity::warning,
         "no rule of udev gives the card of one hardware address a name",
         "the new machine's card gets the next name (eth1), which nothing sets up: no network",
         "delete the line; an empty file may stay", persistent_rules},
    Rule{"net.persistent-rules-in-initrd", Severity::warning,
         "no rule of udev in the initramfs names one card", no_network,
         "delete the file in /etc/udev/rules.d and generate the initramfs again",
         persistent_rules_in_initrd},
    Rule{"net.static-mac", Severity::warning, "no network setup is bound to one hardware address",
         no_network, "delete the line", static_mac},
    Rule{"net.static-ip", Severity::warning, "the network card asks for its address",
         "the machine keeps the address of the image wherever it is started",
         "set the card up for DHCP", static_ip},
    Rule{"net.onboot-no", Severity::warning, "the first network card is brought up at boot",
         "the machine starts without a network", "let the card be brought up at boot", onboot_no},
    Rule{"net.netplan-invalid", Severity::warning, "the files of netplan are YAML",
         "netplan sets up nothing: the machine starts without a network", "correct the line",
         netplan_faults},
    Rule{"net.nm-profile-leftover", Severity::info,
         "no profile of NetworkManager is bound to the name of one card",
         "where the card has another name the profile is not used",
         "delete the profile, or its line interface-name", leftover_profile},
    Rule{"net.multi-nic", Severity::info, "one network card is set up",
         "the boot may wait for cards that the machine does not have",
         "remove the setup of the other cards", multi_nic},
    Rule{"net.mtu", Severity::info, "the MTU is that of the network",
         "large packets are lost or cut", "remove the line, so that DHCP tells the MTU", mtu},
    Rule{"net.hostname-leftover", Severity::info, "the image has no host name of its own",
         "all machines of the image have one name", "delete the line", hostname_leftover},
};

}  // namespace

std::span<const Rule> network_card_rules() {
  return rules;
}

std::span<const Rule> network_rules() {
  static const std::vector<Rule> all = [] {
    std::vector<Rule> result;
    for (const std::span<const Rule> part :
         {network_card_rules(), network_host_rules(), ssh_rules()})
      result.insert(result.end(), part.begin(), part.end());
    return result;
  }();
  return all;
}

}  // namespace imprint::rules
