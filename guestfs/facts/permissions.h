#pragma once
// Files that anybody may write, and programs that run with another user's rights, in the places
// where they do harm.

#include <string>
#include <vector>

#include "guestfs/facts/homes.h"

namespace imprint::facts {

/// A file or folder with a set-id bit or the bit that lets everybody write. Never a link, socket,
/// FIFO or device.
struct MarkedFile {
  std::string path;
  guest::FileInfo info;
};

struct PermissionFacts {
  std::vector<MarkedFile> marked;
  std::size_t looked_at = 0;         ///< entries
  bool cut = false;                  ///< the guest has more folders or entries than were looked at
  std::vector<std::string> unknown;  ///< what could not be looked at, and why
};

/// Walks the folders of programs, /etc, /opt, /usr/local, /srv, /tmp, /var/tmp and the homes, none
/// of them deeper than five levels, following no link; at most 600 folders and 60,000 entries
/// altogether, so that a hostile tree costs no more than a large one. Never fails.
PermissionFacts read_permissions(guest::FollowingFs& fs, const HomeFacts& homes);

}  // namespace imprint::facts
