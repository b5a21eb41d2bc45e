#pragma once
// sshd_config(5), as far as rules ask for it.

#include <string>
#include <string_view>
#include <vector>

#include "guestfs/facts/place.h"
#include "guestfs/guest/guest_fs.h"

namespace imprint::facts {

struct SshdSetting {
  std::string key;  ///< in lower case
  std::vector<std::string> values;
  bool in_match = false;  ///< below a Match line: only for some
  Place place;
};

struct SshdConfig {
  std::vector<SshdSetting> settings;  ///< in the order in which sshd takes them
  std::vector<std::string> unknown;   ///< what could not be looked at, and why

  /// The one that counts for everybody, which is the first; null if there is none.
  [[nodiscard]] const SshdSetting* find(std::string_view key) const;
};

/// Never fails. Include lines stay settings of their own.
std::vector<SshdSetting> parse_sshd_config(std::string_view text, const std::string& path);

/// /etc/ssh/sshd_config with what it includes, each file where its Include line stands.
SshdConfig read_sshd_config(guest::FollowingFs& fs);

}  // namespace imprint::facts
