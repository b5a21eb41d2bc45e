#pragma once
// Files of sections and settings: units of systemd, systemd.network(5), keyfiles of NetworkManager.

#include <string>
#include <string_view>
#include <vector>

#include "guestfs/facts/place.h"

namespace imprint::facts {

struct IniSetting {
  std::string section;  ///< "Match"; empty before the first one
  std::string key;
  std::string value;
  Place place;
};

/// Every KEY=VALUE line with the section it stands in; comments and all other lines are dropped.
/// Pure, never fails.
std::vector<IniSetting> parse_ini(std::string_view text, const std::string& path);

/// The last setting of that name, which is the one that counts; null if there is none or it is
/// empty.
const IniSetting* find_ini(const std::vector<IniSetting>& settings, std::string_view section,
                           std::string_view key);

}  // namespace imprint::facts
