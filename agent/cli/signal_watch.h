#pragma once

namespace imprint::cli {

/// While one lives, SIGINT, SIGTERM and SIGHUP do not end the process but are remembered, so that
/// what is half made can be removed. At most one at a time; a signal that was ignored stays so.
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
