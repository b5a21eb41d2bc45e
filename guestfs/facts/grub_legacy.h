#pragma once
// The configuration of GRUB legacy (0.97): menu.lst, grub.conf.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "guestfs/facts/place.h"

namespace imprint::facts {

/// One line: its first word and the rest.
struct GrubLegacyLine {
  std::string command;
  std::string argument;
  Place place;
  bool known = true;  ///< a command of GRUB legacy
};

struct GrubLegacyEntry {
  std::string title;
  Place place;
  std::vector<GrubLegacyLine> lines;
};

struct GrubLegacyMenu {
  std::vector<GrubLegacyLine> settings;  ///< before the first title
  std::vector<GrubLegacyEntry> entries;

  /// The last setting of that name.
  [[nodiscard]] const GrubLegacyLine* setting(std::string_view command) const;
};

/// Pure; never fails.
GrubLegacyMenu parse_grub_legacy(std::string_view text, const std::string& path);

}  // namespace imprint::facts
