#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "agent/base/sync.h"
#include "plugins/libvirt/domains.h"

namespace imprint::libvirt {

/// Which machines carry our mark, for listings: each is asked once, not at every look. libvirt's
/// events tell when a definition changed. Verbs ask the machine itself. Thread-safe.
class Marks {
 public:
  /// A new connection: what was known before it may have changed meanwhile. `told_of_changes`:
  /// whether its events tell of them; if not, nothing is remembered.
  void begin(bool told_of_changes);
  /// The definition of the machine has changed.
  void forget(const std::string& uuid);
  /// No other machine exists.
  void keep_only(const std::set<std::string>& uuids);

  /// The instance that the machine's mark names; nothing for a machine that is not ours.
  Result<std::optional<std::string>> instance_of(Lease& lease, const Domain& domain,
                                                 const std::string& uuid);

 private:
  struct Known {
    bool told_of_changes = false;
    std::int64_t changes = 0;  ///< a mark that was read before one of them is not remembered
    std::map<std::string, std::optional<std::string>> instances;  ///< by the machine's UUID
  };
  Sync<Known> known_;
};

}  // namespace imprint::libvirt
