#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "agent/model/instance.h"
#include "agent/ports/clock.h"

namespace imprint::workflows {

/// How long the earlier systems of instances are still kept. The wall clock is read once for each,
/// when it is recorded or first seen; from there on it goes by the host's uptime, so that a clock
/// which somebody sets ends nothing early. Not thread-safe.
class Retention {
 public:
  struct Round {
    std::vector<InstanceId> expired;
    /// Where the clock was set: the same end, as it reads now, RFC 3339. Only of those that were
    /// reimaged since the first look: the end of an older one may have been written by a clock that
    /// was wrong, and is put right now.
    std::map<InstanceId, std::string> moved;
  };
  /// What is to be done now; a time that cannot be read never ends, so that nothing is removed by
  /// mistake. What was named stays named until the record has changed.
  Round look(const std::vector<Instance>& instances, const Clock& clock);
  /// That an instance has just been recorded so: from now on its end goes by uptime.
  void note(const Instance& instance, const Clock& clock);

 private:
  struct Kept {
    std::string disk;  ///< of the earlier system
    std::string until;
    std::string moved;              ///< what `until` is to become; empty: it is right
    std::chrono::milliseconds end;  ///< by uptime
    bool is_recent;                 ///< made since the first look
  };

  void remember(const Instance& instance, const Clock& clock, bool is_recent);

  std::map<InstanceId, Kept> kept_;
  bool has_looked_ = false;
};

}  // namespace imprint::workflows
