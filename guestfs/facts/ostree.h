#pragma once
// Which deployment of ostree a boot entry starts, as ostree-prepare-root(1) finds it in the
// initramfs.

#include <optional>
#include <vector>

#include "guestfs/facts/boot.h"
#include "guestfs/guest/deployments.h"

namespace imprint::facts {

/// What an entry's ostree= leads to, in a tree that is a physical root or has it at /sysroot.
/// Absent: the link is not there, or leads to no folder with a /usr. Nothing for an entry without
/// ostree=.
std::optional<BootFile> read_deployment(guest::FollowingFs& fs, const BootEntry& entry);

/// The deployment that the default entry starts. Where it starts none, most likely the first one
/// that no other entry leads to, for it has lost its link; else that of the first entry that leads
/// to any. `deployments`: what `physical` holds, not empty.
guest::Deployment choose_deployment(guest::FollowingFs& physical, const Boot& boot,
                                    const std::vector<guest::Deployment>& deployments);

}  // namespace imprint::facts
