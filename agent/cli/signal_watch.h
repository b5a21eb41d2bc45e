#pragma once

namespace imprint::cli {

/// While one lives, the first SIGINT, SIGTERM or SIGHUP does not end the process but is remembered,
/// so that what is half made can be removed; the same signal again ends it at once, for whoever
/// does not want to wait. At most one at a time; a signal that was ignored stays so.
class SignalWatch {
 public:
  SignalWatch();
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

  /// The signal's number; 0: none yet. Safe from any thread.
  [[nodiscard]] int caught() const noexcept;

  /// Ends the process as that signal does; returns only if it is ignored or 0.
  static void end_by(int signal);
};

}  // namespace imprint::cli
