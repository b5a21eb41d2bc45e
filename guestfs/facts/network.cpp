#include "guestfs/facts/network.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "guestfs/facts/look.h"
#include "guestfs/facts/text_lines.h"
#include "guestfs/language/say.h"

namespace imprint::facts {
namespace {

using guest::FileType;
using guest::FolderEntry;
using guest::FollowingFs;
using guest::GuestPath;

constexpr std::size_t most_files = 500;

/// Left by editors and package managers: no tool reads them.
bool is_backup(std::string_view name) {
  constexpr std::array<std::string_view, 9> endings{
      "~", ".bak", ".orig", ".old", ".rpmsave", ".rpmnew", ".rpmorig", ".dpkg-old", ".dpkg-dist"};
  return name.starts_with('.') ||
         std::any_of(endings.begin(), endings.end(),
                     [&](std::string_view ending) { return name.ends_with(ending); });
}

class NetworkReader {
 public:
  NetworkReader(FollowingFs& fs, NetworkFacts& facts) : look_{fs, facts.unknown}, facts_{facts} {}

  void read() {
    for (const char* folder : {"/etc/sysconfig/network-scripts", "/etc/sysconfig/network"})
      for (const SourceFile& file : files(folder, "ifcfg-", "")) {
        NetworkInterface interface = parse_ifcfg(file.text, file.path);
        // An alias of a card that has a file itself.
        if (file.path.find(':') == std::string::npos) add(std::move(interface));
      }
    read_interfaces();
    for (const SourceFile& file : files("/etc/netplan", "", ".yaml"))
      add_all(parse_netplan(file.text, file.path, facts_.faults));
    for (const SourceFile& file : files("/etc/NetworkManager/system-connections", "", ""))
      add(parse_keyfile(file.text, file.path));
    for (const char* ending : {".network", ".link"})
      for (const SourceFile& file : files("/etc/systemd/network", "", ending))
        add(parse_networkd(file.text, file.path));
    for (const SourceFile& file : files("/etc/udev/rules.d", "", ".rules"))
      if (file.path.find("persistent") != std::string::npos &&
          file.path.find("net") != std::string::npos)
        for (PersistentName& name : parse_persistent_rules(file.text, file.path))
          facts_.persistent.push_back(std::move(name));
  }

 private:
  void add(NetworkInterface interface) { facts_.interfaces.push_back(std::move(interface)); }
  void add_all(std::vector<NetworkInterface> interfaces) {
    std::move(interfaces.begin(), interfaces.end(), std::back_inserter(facts_.interfaces));
  }

  /// The regular files of a folder whose names fit, as they were read.
  std::vector<SourceFile> files(const std::string& folder, std::string_view prefix,
                                std::string_view ending) {
    std::vector<SourceFile> result;
    for (const FolderEntry& entry : look_.list(folder)) {
      if (!entry.name.starts_with(prefix) || !entry.name.ends_with(ending) ||
          is_backup(entry.name) || entry.type == FileType::folder || !is_in_bounds())
        continue;
      SourceFile file = look_.file(folder + "/" + entry.name);
      if (file.is_read()) result.push_back(std::move(file));
    }
    return result;
  }

  /// A card may be started by one file and set up by another.
  void read_interfaces() {
    SourceFile main = look_.file("/etc/network/interfaces");
    if (!main.is_read()) return;
    std::vector<SourceFile> sources;
    for (const std::string& pattern : sources_of_interfaces(main.text)) {
      const std::size_t slash = pattern.rfind('/');
      if (slash == std::string::npos) continue;
      const std::size_t star = std::min(pattern.find('*', slash), pattern.size());
      std::string folder = pattern.substr(0, slash);
      if (!folder.starts_with('/')) folder = "/etc/network/" + folder;
      auto more = files(folder, pattern.substr(slash + 1, star - slash - 1),
                        std::string_view{pattern}.substr(std::min(star + 1, pattern.size())));
      std::move(more.begin(), more.end(), std::back_inserter(sources));
    }
    sources.push_back(std::move(main));
    std::set<std::string> started;
    for (const SourceFile& file : sources) started.merge(cards_started_by(file.text));
    for (const SourceFile& file : sources) add_all(parse_interfaces(file.text, file.path, started));
  }

  bool is_in_bounds() {
    ++files_;
    if (files_ == most_files + 1)
      facts_.unknown.push_back(say("only the first {} files of the network are read", most_files));
    return files_ <= most_files;
  }

  Look look_;
  NetworkFacts& facts_;
  std::size_t files_ = 0;
};

}  // namespace

NetworkFacts read_network(FollowingFs& fs) {
  NetworkFacts facts;
  NetworkReader{fs, facts}.read();
  return facts;
}

}  // namespace imprint::facts
