// The rules net.* about the guest as a whole: DHCP client, resolver, proxy, firewall, SSH.

#include <algorithm>
#include <array>
#include <charconv>

#include "guestfs/facts/text_lines.h"
#include "guestfs/language/say.h"
#include "guestfs/rules/evidence.h"
#include "guestfs/rules/network_rules.h"

namespace imprint::rules {
namespace {

using facts::NetworkInterface;
using facts::ServiceFacts;
using facts::ServiceStart;
using facts::SourceFile;

/// The first of the files that is there; empty if none is. Nothing where one cannot be looked at.
template <std::size_t N>
std::optional<std::string_view> first_there(const Context& context,
                                            const std::array<std::string_view, N>& paths) {
  for (const std::string_view path : paths) {
    const auto there = is_there(context, path);
    if (!there) return std::nullopt;
    if (*there) return path;
  }
  return std::string_view{};
}

Answer no_dhcp_client(const Context& context) {
  constexpr std::array<std::string_view, 18> clients{"/sbin/dhclient",
                                                     "/usr/sbin/dhclient",
                                                     "/sbin/dhcpcd",
                                                     "/usr/sbin/dhcpcd",
                                                     "/usr/bin/dhcpcd",
                                                     "/usr/sbin/NetworkManager",
                                                     "/usr/bin/NetworkManager",
                                                     "/usr/lib/systemd/systemd-networkd",
                                                     "/lib/systemd/systemd-networkd",
                                                     "/usr/sbin/wicked",
                                                     "/sbin/udhcpc",
                                                     "/usr/sbin/udhcpc",
                                                     "/usr/bin/udhcpc",
                                                     "/usr/sbin/connmand",
                                                     "/sbin/dhcpcd5",
                                                     "/usr/lib/netctl/netctl",
                                                     "/sbin/dhcp6c",
                                                     "/usr/sbin/dhcp6c"};
  // Busybox has a client of its own, or not: that does not show.
  const facts::Init init = context.facts.init;
  if (init == facts::Init::busybox || init == facts::Init::openrc || init == facts::Init::unknown)
    return Answer::not_applied();
  // Where all addresses are fixed another rule speaks, and no client is needed.
  const auto& interfaces = context.facts.network.interfaces;
  if (std::any_of(interfaces.begin(), interfaces.end(), [](const NetworkInterface& each) {
        return each.is_physical && each.address && !each.dhcp;
      }))
    return Answer::not_applied();
  const auto client = first_there(context, clients);
  if (!client) return Answer::unknown(say("the programs of the guest cannot be looked at"));
  Answer answer;
  if (client->empty()) answer.fired.push_back(evidence_of({}, say("there is no DHCP client")));
  return answer;
}

bool is_loopback(std::string_view address) {
  return address.starts_with("127.") || address == "::1";
}

Answer dns_immutable(const Context& context) {
  const SourceFile file = facts::read_source(context.fs, "/etc/resolv.conf");
  if (file.is_unreadable()) return unreadable(file);
  if (!file.is_read() || file.is_link) return Answer::clean();
  Answer answer;
  const auto path = guest::GuestPath::parse(file.found);
  const auto letters =
      path ? context.fs.raw().attributes(*path) : Result<std::optional<std::string>>{path.error()};
  if (!letters) return Answer::unknown(letters.error().message);
  if (*letters && (*letters)->find('i') != std::string::npos) {
    answer.fired.push_back(evidence_of(
        file.path, say("'{}' has the attribute 'i': nobody can write to it", file.path)));
    return answer;
  }
  for (const facts::TextLine& line : facts::split_lines(file.text)) {
    const auto words = facts::split_at_blanks(line.text);
    if (words.size() < 2 || words[0] != "nameserver" || is_loopback(words[1])) continue;
    Evidence evidence = evidence_at(facts::place_of(file.path, line),
                                    say("the name server {} is part of the image", words[1]));
    evidence.severity = Severity::info;
    evidence.effect = say("names are asked of this server until DHCP replaces the file");
    answer.fired.push_back(std::move(evidence));
    break;
  }
  return answer;
}

/// Only Red Hat has both; since version 8 there is no "network" service any more.
Answer manager_conflict(const Context& context) {
  const facts::ReleaseFacts& release = context.facts.release;
  if (release.family != facts::Family::redhat) return Answer::not_applied();
  const ServiceFacts& services = context.facts.services;
  Answer answer;
  answer.undetermined = services.unknown;
  const ServiceStart* manager = services.start_of("NetworkManager");
  const ServiceStart* network = services.start_of("network");
  if (manager == nullptr || network == nullptr) return answer;
  int major = 0;
  std::from_chars(release.version.data(), release.version.data() + release.version.size(), major);
  Evidence evidence =
      evidence_at(manager->place,
                  say("'NetworkManager' and 'network' are both started: {}", network->place.path));
  // Version 7 starts both out of the box, and they get on.
  if (major >= 7) evidence.severity = Severity::info;
  answer.fired.push_back(std::move(evidence));
  return answer;
}

bool is_setting_of(std::string_view line, std::string_view key) {
  if (!line.starts_with(key)) return false;
  const std::string_view rest = facts::trim(line.substr(key.size()));
  return rest.starts_with('=');
}

/// Whether the line, trimmed and in lower case, sends a program through a proxy.
bool names_proxy(std::string_view line) {
  if (line.empty() || line.front() == '#' || line.front() == ';' || line.starts_with("//"))
    return false;
  if (line.starts_with("acquire::"))
    return line.find("::proxy ") != std::string_view::npos &&
           line.find("://") != std::string_view::npos;
  if (line.starts_with("export ")) line = facts::trim(line.substr(7));
  for (const char* key : {"proxy", "http_proxy", "https_proxy", "ftp_proxy", "all_proxy"})
    if (is_setting_of(line, key)) return line.find("://") != std::string_view::npos;
  return false;
}

void judge_proxies(const SourceFile& file, Answer& answer) {
  if (file.is_unreadable()) answer.undetermined.push_back(facts::describe_state(file));
  for (const facts::TextLine& line : facts::split_lines(file.text)) {
    if (!names_proxy(facts::lower(facts::trim(line.text)))) continue;
    Evidence evidence =
        evidence_at(facts::place_of(file.path, line), say("a proxy is set in '{}'", file.path));
    // A name and a password may stand before the host.
    if (line.text.find('@') != std::string_view::npos) evidence.text.clear();
    answer.fired.push_back(std::move(evidence));
  }
}

Answer proxy_leftover(const Context& context) {
  constexpr std::size_t most_files = 200;
  std::vector<std::string> paths{"/etc/yum.conf",    "/etc/dnf/dnf.conf", "/etc/apt/apt.conf",
                                 "/etc/environment", "/etc/profile",      "/etc/sysconfig/proxy"};
  Answer answer;
  for (const std::string folder : {"/etc/apt/apt.conf.d", "/etc/profile.d"}) {
    const auto path = guest::GuestPath::parse(folder);
    const auto entries =
        path ? context.fs.list(*path) : Result<std::vector<guest::FolderEntry>>{path.error()};
    if (!entries) continue;
    for (const guest::FolderEntry& entry : *entries)
      if (paths.size() < most_files && entry.type != guest::FileType::folder)
        paths.push_back(folder + "/" + entry.name);
  }
  for (const std::string& path : paths) judge_proxies(facts::read_source(context.fs, path), answer);
  return answer;
}

/// ufw's service is started on every Ubuntu; its own file says whether it does anything.
std::optional<facts::Place> enabled_ufw(const Context& context) {
  const SourceFile file = facts::read_source(context.fs, "/etc/ufw/ufw.conf");
  for (const facts::TextLine& line : facts::split_lines(file.text))
    if (facts::equal_without_case(facts::trim(line.text), "enabled=yes"))
      return facts::place_of(file.path, line);
  return std::nullopt;
}

Answer firewall(const Context& context) {
  constexpr std::array<const char*, 8> names{"firewalld",
                                             "iptables",
                                             "ip6tables",
                                             "nftables",
                                             "shorewall",
                                             "SuSEfirewall2",
                                             "netfilter-persistent",
                                             "apf"};
  const ServiceFacts& services = context.facts.services;
  Answer answer;
  answer.undetermined = services.unknown;
  for (const char* name : names)
    if (const ServiceStart* start = services.start_of(name))
      answer.fired.push_back(evidence_at(start->place, say("the firewall '{}' is started", name)));
  if (services.start_of("ufw") != nullptr)
    if (auto place = enabled_ufw(context))
      answer.fired.push_back(
          evidence_at(*std::move(place), say("the firewall '{}' is started", "ufw")));
  return answer;
}

Answer ssh(const Context& context) {
  constexpr std::array<std::string_view, 4> programs{"/usr/sbin/sshd", "/sbin/sshd",
                                                     "/usr/sbin/dropbear", "/usr/local/sbin/sshd"};
  const ServiceFacts& services = context.facts.services;
  const auto program = first_there(context, programs);
  if (!program) return Answer::unknown(say("the programs of the guest cannot be looked at"));
  Answer answer;
  answer.undetermined = services.unknown;
  if (program->empty()) {
    answer.fired.push_back(evidence_of({}, say("there is no SSH server")));
    return answer;
  }
  // Busybox starts what its scripts say, which no link shows.
  const bool shows = context.facts.init != facts::Init::busybox &&
                     context.facts.init != facts::Init::unknown && services.unknown.empty();
  const bool starts =
      std::any_of(services.starts.begin(), services.starts.end(), [&](const ServiceStart& start) {
        const std::string_view name = std::string_view{start.name}.substr(0, start.name.find('.'));
        return (name == "ssh" || name == "sshd" || name == "dropbear") &&
               services.start_of(start.name) != nullptr;
      });
  if (shows && !starts)
    answer.fired.push_back(
        evidence_of(std::string{*program}, say("there is an SSH server, but nothing starts it")));
  return answer;
}

bool turns_ipv6_off(std::string_view line) {
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos) return false;
  const std::string_view key = facts::trim(line.substr(0, equals));
  return (key == "net.ipv6.conf.all.disable_ipv6" || key == "net.ipv6.conf.default.disable_ipv6") &&
         facts::trim(line.substr(equals + 1)) == "1";
}

Answer ipv6(const Context& context) {
  Answer answer;
  const facts::BootEntry* entry = context.facts.boot.default_or_null();
  if (entry != nullptr && facts::cmdline_value(entry->cmdline, "ipv6.disable") == "1")
    answer.fired.push_back(
        evidence_at(entry->cmdline_place, say("the kernel is told to leave IPv6 off")));
  const SourceFile file = facts::read_source(context.fs, "/etc/sysctl.conf");
  if (file.is_unreadable()) return unreadable(file);
  for (const facts::TextLine& line : facts::split_lines(file.text))
    if (turns_ipv6_off(facts::trim(line.text)))
      answer.fired.push_back(
          evidence_at(facts::place_of(file.path, line), say("IPv6 is turned off")));
  return answer;
}

constexpr std::array rules{
    Rule{"net.no-dhcp-client", Severity::warning, "there is a DHCP client",
         "the machine gets no address", "install a DHCP client", no_dhcp_client},
    Rule{"net.dns-immutable", Severity::warning, "DHCP can set the name servers",
         "the machine asks the name servers of the place where the image was made",
         "run: chattr -i /etc/resolv.conf; then empty the file", dns_immutable},
    Rule{"net.networkmanager-conflict", Severity::warning, "one service alone sets up the network",
         "two services set up the same card", "disable NetworkManager or network",
         manager_conflict},
    Rule{"net.ipv6", Severity::info, "IPv6 is not turned off",
         "the machine cannot use the IPv6 address that it is given", "delete the line", ipv6},
    Rule{"net.proxy-leftover", Severity::warning, "no proxy of the place of making is set",
         "programs wait for a proxy that is not there", "delete the line", proxy_leftover},
    Rule{"net.firewall", Severity::info, "no firewall of the guest's own is started",
         "connections may be refused that the cloud's own rules allow",
         "let the cloud filter, or see that the firewall lets the needed ports through", firewall},
    Rule{"net.ssh", Severity::info, "an SSH server is started", "nobody can log in over SSH",
         "install and enable the SSH server", ssh},
};

}  // namespace

std::span<const Rule> network_host_rules() {
  return rules;
}

}  // namespace imprint::rules
