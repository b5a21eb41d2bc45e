#pragma once
// The one door to other programs. No shell: an argument vector, a clean environment, bounded
// output, a process group of its own that dies with the thread that started it, and, for untrusted
// input, a sandbox.

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"
#include "agent/base/sandbox.h"

namespace imprint {

struct Command {
  std::vector<std::string> arguments;  ///< arguments[0] is looked up in /usr/bin, /bin, /usr/sbin,
                                       ///< /sbin if it has no '/'
  std::vector<std::string> environment;  ///< added to PATH, LC_ALL=C.UTF-8; "NAME=value"
  std::string input;                     ///< written to standard input
  std::chrono::milliseconds time_limit{
      60'000};  ///< wall clock; then the whole process group is killed
  /// Without any output, and without a change of what `progress` tells, for so long it counts as
  /// stalled and is killed like one whose time is over; 0: not looked at.
  std::chrono::milliseconds stall_limit{0};
  std::function<std::uint64_t()> progress;  ///< moves while the command gets on; may be empty
  /// Processor time of the whole group; more kills it. 0: not looked at. Where it is, a command
  /// that uses a 200th of one processor gets on, whatever it prints: a busy host makes it slow and
  /// is no fault of its own.
  std::chrono::milliseconds processor_limit{0};
  std::size_t output_limit = std::size_t{16}
                             << 20;  ///< bytes of standard output; more kills the command
  std::optional<Sandbox> sandbox;
  /// Descriptors that the child has too, under the same numbers (above 2); all others are closed.
  std::vector<int> inherited;
  /// Told each chunk of standard output as it comes, beside its collection. May be empty.
  std::function<void(std::string_view)> on_output;
  /// Asked about ten times a second; true kills the process group and yields Errc::cancelled. May
  /// be empty.
  std::function<bool()> cancelled;
};

struct CommandOutput {
  int status = 0;   ///< exit status, or 128 + signal number
  std::string out;  ///< standard output
  std::string err;  ///< the last 64 KiB of standard error
};

/// Runs the command to its end. Success: it was started and ended by itself, whatever its exit
/// status. Errc::not_found: no such program; unavailable: a time limit passed, it stalled, or it
/// could not be started; exhausted: too much output; cancelled. Blocks; safe from any thread.
Result<CommandOutput> run_command(const Command& command);

/// As run_command, and a non-zero exit status is Errc::unavailable with the first line of standard
/// error.
Result<CommandOutput> run_checked(const Command& command);

}  // namespace imprint
