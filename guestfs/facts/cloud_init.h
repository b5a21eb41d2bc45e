#pragma once
// cloud-init: whether it is there, what it is told, and what it left behind.

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "guestfs/facts/place.h"
#include "guestfs/facts/source_file.h"
#include "guestfs/facts/yaml_text.h"

namespace imprint::facts {

/// One file of its configuration.
struct CloudConfig {
  SourceFile file;
  YamlText yaml;
  bool is_template = false;  ///< Jinja: only with the instance's data does it become YAML

  /// Of a line of the file.
  [[nodiscard]] Place place(int line) const;
};

/// A setting and where it stands. The node lives as long as the facts.
struct CloudSetting {
  const YamlNode* node = nullptr;
  Place place;
};

struct CloudInit {
  std::string program;  ///< "/usr/bin/cloud-init"; empty: it is not installed
  /// /etc/cloud/cloud.cfg first, then those of cloud.cfg.d, in the order in which they are read.
  std::vector<CloudConfig> configs;
  std::optional<Place> disabled;     ///< the file, or the line of ds-identify.cfg, that stops it
  std::vector<std::string> state;    ///< what an earlier boot left below /var/lib/cloud
  std::vector<std::string> seeds;    ///< meta-data that is part of the image
  std::vector<std::string> unknown;  ///< what could not be looked at, and why

  [[nodiscard]] bool is_installed() const noexcept { return !program.empty(); }
  /// The setting at the end of a way of names, of the last file that has it: it goes before those
  /// of earlier files.
  [[nodiscard]] std::optional<CloudSetting> find(std::initializer_list<std::string_view> way) const;
};

/// What the text says; pure.
CloudConfig parse_cloud_config(SourceFile file);

/// Never fails; reads at most 100 files.
CloudInit read_cloud_init(guest::FollowingFs& fs);

}  // namespace imprint::facts
