#pragma once
// /etc/passwd and /etc/shadow: rows, and whether a password can be set.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "guestfs/facts/place.h"
#include "guestfs/facts/source_file.h"

namespace imprint::facts {

/// One line of passwd(5). Lines with too few or too many fields are kept as far as they go.
struct PasswdRow {
  Place place;
  std::size_t fields = 0;  ///< how many there are; 7 are right
  std::string name;
  std::string password;
  std::optional<std::uint32_t> uid;  ///< nothing where it is no number below 2^32 - 1
  std::optional<std::uint32_t> gid;
  std::string home;
  std::string shell;
};

/// One line of shadow(5).
struct ShadowRow {
  Place place;
  std::size_t fields = 0;  ///< 9 are right
  std::string name;
  std::string password;
  std::string expires;      ///< the eighth field: days since 1970, or empty
  bool has_numbers = true;  ///< the fields from the third on are numbers or empty
};

/// A path whose extended file attributes forbid writing.
struct FrozenPath {
  std::string path;
  std::string letters;  ///< as lsattr(1) prints them: "i", "a"
};

struct AccountFacts {
  SourceFile passwd;
  SourceFile shadow;
  std::vector<PasswdRow> users;
  std::vector<ShadowRow> shadows;
  std::vector<FrozenPath>
      frozen;  ///< of /etc, passwd, shadow, group, gshadow, /etc/ssh: those with 'i' or 'a'
  std::vector<std::string> unknown;  ///< what of the attributes could not be read, and why
  std::optional<std::uint32_t>
      shadow_group;                    ///< the number of the group "shadow", where there is one
  std::optional<bool> passwd_command;  ///< whether there is a passwd(1); nothing: unknown
  std::optional<bool> nologin;         ///< whether /etc/nologin is there; nothing: unknown

  [[nodiscard]] const PasswdRow* user(
      std::string_view name) const;  ///< the first of that name, or null
  [[nodiscard]] const ShadowRow* shadow_of(std::string_view name) const;  ///< likewise
};

/// Never fail, whatever the bytes; blank lines and '#' lines are left out.
std::vector<PasswdRow> parse_passwd(std::string_view text, const std::string& path);
std::vector<ShadowRow> parse_shadow(std::string_view text, const std::string& path);

AccountFacts read_accounts(guest::FollowingFs& fs);

}  // namespace imprint::facts
