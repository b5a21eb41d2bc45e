#pragma once
// What ostree has put on a disk: systems side by side below one root, the physical one, which
// holds no system itself. Which of them starts, the boot entry says by its ostree= (OSTree's
// manual, "Deployments").

#include <optional>
#include <string>
#include <vector>

#include "guestfs/guest/guest_fs.h"

namespace imprint::guest {

struct Deployment {
  std::string stateroot;  ///< whose /var it shares with others: "fedora-coreos"
  std::string name;       ///< "CHECKSUM.SERIAL"

  /// From the physical root: the folder that becomes the root of the system.
  [[nodiscard]] GuestPath root() const;
  /// Likewise: the folder that becomes its /var.
  [[nodiscard]] GuestPath var() const;
  auto operator<=>(const Deployment&) const = default;
};

/// The deployment whose root() a path ends with. Nothing for any other path. Pure.
std::optional<Deployment> deployment_at(const GuestPath& path);

/// The deployments below a physical root that hold a /usr, sorted; at most 1000. None where `fs`
/// shows anything else. Errc::unavailable.
Result<std::vector<Deployment>> list_deployments(GuestFs& fs);

}  // namespace imprint::guest
