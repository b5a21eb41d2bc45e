#pragma once
// Everything that is read of a guest once, before the rules run. Each part has a file of its own with a pure parser
// (text in, facts out, never fails) and a reader (FollowingFs in).

#include "guestfs/facts/boot.h"
#include "guestfs/facts/accounts.h"
#include "guestfs/facts/fstab.h"
#include "guestfs/facts/release.h"
#include "guestfs/facts/selinux.h"

namespace imprint::facts {

struct Facts {
  ReleaseFacts release;    ///< os-release and its older kin
  FstabFacts fstab;        ///< /etc/fstab, each line with its boot effect
  AccountFacts accounts;   ///< shadow, passwd
  SelinuxFacts selinux;
  Boot boot;               ///< loader, entries, the default entry resolved to files and root device
};

}  // namespace imprint::facts
