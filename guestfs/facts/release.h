#pragma once
// Which system it is: /etc/os-release and its older kin.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "guestfs/facts/place.h"
#include "guestfs/facts/source_file.h"

namespace imprint::facts {

/// Distributions that share tools and signature files.
enum class Family {
  unknown,
  debian,
  redhat,
  suse,
  arch,
  alpine,
  gentoo,
  slackware,
  altlinux,
  other
};

std::string_view to_string(Family family) noexcept;

/// One KEY=VALUE line, the quotes taken off.
struct ReleaseSetting {
  std::string key;
  std::string value;
  Place place;
};

struct ReleaseFault {
  Place place;
  std::string message;
};

struct OsRelease {
  std::vector<ReleaseSetting> settings;
  std::vector<ReleaseFault>
      faults;  ///< lines that are not KEY=VALUE, quotes left open, a byte order mark, CR
  [[nodiscard]] const ReleaseSetting* find(
      std::string_view key) const;  ///< the last of that key; null if none
};

/// A release file other than os-release, and what it says.
struct ReleaseSource {
  SourceFile file;
  std::string id;       ///< "centos"; empty: the text does not say
  std::string version;  ///< "7.9.2009"; empty: the text does not say
  std::string name;     ///< "CentOS Linux release 7.9.2009 (Core)", "debian 5.0.1"
  Family family = Family::unknown;
};

struct ReleaseFacts {
  std::string id;       ///< "debian"; empty: not recognised
  std::string version;  ///< "12"; empty: rolling or not said
  std::string name;     ///< "Debian GNU/Linux 12 (bookworm)"
  Family family = Family::unknown;
  std::vector<std::string> id_like;
  std::string decided_by;  ///< the path of the file that gave `id`

  SourceFile os_release_file;  ///< /etc/os-release
  SourceFile vendor_file;      ///< /usr/lib/os-release, read where the other is not there
  OsRelease os_release;        ///< of the one that was read
  std::vector<ReleaseSource>
      sources;  ///< the older kin that are there, in the order in which they are asked
  SourceFile issue;
};

/// Parses os-release(5). Never fails: what is no setting becomes a fault.
OsRelease parse_os_release(std::string_view text, const std::string& path);

/// The family of an os-release ID; `unknown` for IDs that nobody here has heard of.
Family family_of(std::string_view id);

/// The ID of the distribution that a line of free text names ("CentOS Linux release 7.9"), or
/// empty.
std::string id_named_in(std::string_view text);

/// What a one-line release file says: "CentOS Linux release 7.9.2009 (Core)" is centos 7.9.2009.
/// `path` decides how it is read: *_version files hold a version alone, lsb-release holds settings.
ReleaseSource parse_release_text(SourceFile file);

ReleaseFacts read_release(guest::FollowingFs& fs);

}  // namespace imprint::facts
