#pragma once
// What the guest starts by itself: units that systemd's targets want, scripts of the run levels,
// jobs of Upstart, services of OpenRC. Read from links alone; nothing of the guest is run.

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "guestfs/facts/init.h"
#include "guestfs/facts/place.h"
#include "guestfs/guest/guest_fs.h"

namespace imprint::facts {

enum class Starter { systemd, sysvinit, upstart, openrc };

/// One link, or job, by which a service is started.
struct ServiceStart {
  Place place;            ///< of the link; `text` is what it leads to
  std::string name;       ///< "sshd.service" under systemd, "sshd" under the others
  std::string wanted_by;  ///< "multi-user.target", "rc3.d", "default"; empty for Upstart
  Starter starter = Starter::systemd;
  bool required = false;  ///< by a .requires folder: `wanted_by` fails without it
  bool by_admin = true;   ///< below /etc; otherwise the distribution's package starts it always
  bool dangling = false;  ///< the link leads nowhere, and there is no unit or script of that name
};

/// A name for a unit, made by enabling it: /etc/systemd/system/default.target.
struct UnitAlias {
  Place place;
  std::string name;    ///< of the link
  std::string target;  ///< what it leads to, as it stands
  bool dangling = false;
};

struct ServiceFacts {
  std::vector<ServiceStart> starts;
  std::vector<UnitAlias> aliases;
  std::map<std::string, Place, std::less<>> masked;  ///< units that systemd never starts
  /// Unit files by name, and the file that counts: those below /etc go before the packages'.
  std::map<std::string, std::string, std::less<>> units;
  std::map<std::string, std::string, std::less<>> scripts;  ///< /etc/init.d by name
  std::vector<std::string> unknown;  ///< what could not be looked at, and why

  /// What starts the service "sshd" (or the unit "ssh.socket"); null if nothing does, or if it is
  /// masked.
  [[nodiscard]] const ServiceStart* start_of(std::string_view name) const;
  /// Whether there is a unit or a script of that name, started or not.
  [[nodiscard]] bool is_installed(std::string_view name) const;
  [[nodiscard]] bool is_masked(std::string_view name) const;
};

/// Looks at the folders of the guest's init, at most 4,000 links. With systemd a script of the run
/// levels counts only where no unit of its name is there, as systemd-sysv-generator(8) has it.
/// Never fails. Blocks as long as `fs` does.
ServiceFacts read_services(guest::FollowingFs& fs, Init init);

}  // namespace imprint::facts
