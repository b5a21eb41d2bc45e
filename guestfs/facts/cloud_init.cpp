#include "guestfs/facts/cloud_init.h"

#include <algorithm>

#include "guestfs/facts/look.h"
#include "guestfs/facts/text_lines.h"
#include "guestfs/language/say.h"

namespace imprint::facts {
namespace {

using guest::FileType;
using guest::FolderEntry;
using guest::FollowingFs;
using guest::GuestPath;

constexpr std::size_t most_files = 100;

class CloudInitReader {
 public:
  CloudInitReader(FollowingFs& fs, CloudInit& facts)
      : fs_{fs}, look_{fs, facts.unknown}, facts_{facts} {}

  void read() {
    for (const char* path : {"/usr/bin/cloud-init", "/usr/local/bin/cloud-init"})
      if (facts_.program.empty() && look_.is_there(path)) facts_.program = path;
    read_config("/etc/cloud/cloud.cfg");
    for (const FolderEntry& entry : look_.list("/etc/cloud/cloud.cfg.d"))
      if (entry.name.ends_with(".cfg") && facts_.configs.size() < most_files)
        read_config("/etc/cloud/cloud.cfg.d/" + entry.name);
    read_switches();
    read_state();
  }

 private:
  void read_config(const std::string& path) {
    SourceFile file = look_.file(path);
    if (file.is_read()) facts_.configs.push_back(parse_cloud_config(std::move(file)));
  }

  void read_switches() {
    const std::string file = "/etc/cloud/cloud-init.disabled";
    if (look_.is_there(file)) facts_.disabled = Place{file, 0, {}};
    const SourceFile identify = read_source(fs_, "/etc/cloud/ds-identify.cfg");
    for (const TextLine& line : split_lines(identify.text)) {
      const std::string_view text = trim(line.text);
      if (text.starts_with("policy:") && trim(text.substr(7)).starts_with("disabled"))
        facts_.disabled = place_of(identify.path, line);
    }
  }

  void read_state() {
    const std::string base = "/var/lib/cloud/";
    for (const char* name : {"instance", "instances", "data", "sem"})
      if (!look_.list(base + name).empty()) facts_.state.push_back(base + name);
    for (const FolderEntry& entry : look_.list(base + "seed")) {
      const std::string data = base + "seed/" + entry.name + "/meta-data";
      if (look_.is_there(data)) facts_.seeds.push_back(data);
    }
  }

  FollowingFs& fs_;
  Look look_;
  CloudInit& facts_;
};

}  // namespace

Place CloudConfig::place(int line) const {
  const auto lines = split_lines(file.text);
  const auto index = static_cast<std::size_t>(std::max(line - 1, 0));
  if (line < 1 || index >= lines.size()) return {file.path, 0, {}};
  return place_of(file.path, lines[index]);
}

std::optional<CloudSetting> CloudInit::find(std::initializer_list<std::string_view> way) const {
  for (auto config = configs.rbegin(); config != configs.rend(); ++config)
    if (const YamlNode* node = config->yaml.root.at(way))
      return CloudSetting{node, config->place(node->line)};
  return std::nullopt;
}

CloudConfig parse_cloud_config(SourceFile file) {
  CloudConfig config;
  const std::string_view first = std::string_view{file.text}.substr(0, file.text.find('\n'));
  config.is_template = first.starts_with("##") && first.find("jinja") != std::string_view::npos;
  config.yaml = parse_yaml(file.text);
  config.file = std::move(file);
  return config;
}

CloudInit read_cloud_init(FollowingFs& fs) {
  CloudInit facts;
  CloudInitReader{fs, facts}.read();
  return facts;
}

}  // namespace imprint::facts
