#pragma once

#include "agent/workflows/run.h"

namespace imprint::workflows {

/// Keeps the journal and the store from growing for ever: ended jobs and earlier values of records
/// go, but only long after anybody may still ask for them (Settings). A little at a time, so that
/// no job waits for it. Not thread-safe.
class Forgetting {
 public:
  Forgetting(const Ports& ports, const Settings& settings) : ports_{ports}, settings_{settings} {}

  /// An error: the journal or the store does not answer; what was forgotten is forgotten.
  Result<> round();

 private:
  Result<> forget_jobs();
  Result<> forget_history();

  const Ports& ports_;
  const Settings& settings_;
  Revision forgotten_ = 0;  ///< history before it, by this object
};

}  // namespace imprint::workflows
