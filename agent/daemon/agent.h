#pragma once

#include <memory>

#include "agent/config/config.h"

namespace imprint::daemon {

/// The whole agent at work: every part built from the configuration and handed to those that need
/// it. This is the one place that knows them all.
class Agent {
 public:
  /// Takes the state folder and the socket, takes up what a crash left open, and serves. Errors
  /// name the thing: a state folder that another agent holds, a socket that is busy, a plugin that
  /// is missing.
  static Result<std::unique_ptr<Agent>> start(const config::Config& config);

  /// Refuses new requests, lets jobs come to a place where they can be left, and ends. Machines run
  /// on.
  virtual ~Agent() = default;

 protected:
  Agent() = default;
};

}  // namespace imprint::daemon
