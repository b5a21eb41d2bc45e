#pragma once
// The home folders of the accounts, and what lies in them: names, owners and permissions.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "guestfs/facts/accounts.h"

namespace imprint::facts {

/// Something in a home folder.
struct HomeFile {
  std::string name;  ///< relative to the home: ".bash_history", ".ssh/authorized_keys"
  std::string path;  ///< in the guest, links of the home itself followed
  guest::FileInfo info;
};

struct Home {
  std::string user;  ///< the first account that has it
  Place place;       ///< of that account's line in passwd
  std::optional<std::uint32_t> uid;
  bool can_log_in = false;      ///< one of its accounts has a shell
  std::string path;             ///< as passwd has it
  guest::FileInfo info;         ///< of the folder
  std::vector<HomeFile> files;  ///< directly in it, then in .ssh and in folders of credentials

  [[nodiscard]] const HomeFile* find(std::string_view name) const;  ///< null if it is not there
};

struct HomeFacts {
  /// Of every line of passwd whose home is a folder that is there, wherever it is; none of the
  /// folders of the system ("/", "/bin", "/dev") that old accounts have. Each folder once.
  std::vector<Home> homes;
  std::vector<std::string> unknown;  ///< what could not be looked at, and why
};

/// Whether the shell lets anybody in: not nologin, not false, and not the commands that stock
/// systems give to sync, shutdown and halt. An empty shell is /bin/sh.
bool is_login_shell(std::string_view shell);

/// Looks at the first 300 accounts, no more than 64 homes and 2000 entries of each folder. Never
/// fails.
HomeFacts read_homes(guest::FollowingFs& fs, const AccountFacts& accounts);

}  // namespace imprint::facts
