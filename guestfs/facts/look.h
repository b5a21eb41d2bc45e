#pragma once
// How the readers of facts look at a guest.

#include <string>
#include <string_view>
#include <vector>

#include "guestfs/facts/source_file.h"

namespace imprint::facts {

/// Looks at a guest for one reader. That something is not there is an answer; that it could not be
/// looked at goes into `unknown`, so that rules can answer undetermined. Refers to both; they must
/// outlive it.
class Look {
 public:
  Look(guest::FollowingFs& fs, std::vector<std::string>& unknown) : fs_{fs}, unknown_{unknown} {}

  /// False also where it could not be looked at.
  bool is_there(std::string_view path);
  /// Empty also where the folder is not there or could not be looked at.
  std::vector<guest::FolderEntry> list(std::string_view folder);
  SourceFile file(std::string_view path);
  /// Takes down a look that failed, unless it told something of the guest.
  void note(std::string_view path, const Error& error);

 private:
  guest::FollowingFs& fs_;
  std::vector<std::string>& unknown_;
};

}  // namespace imprint::facts
