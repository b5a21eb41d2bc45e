#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "agent/api/client.h"
#include "tests/support/temp_folder.h"

namespace imprint::test {

/// A real imprintd on libvirt's test driver, in a folder of its own; killed at the end if it still
/// runs.
class AgentProcess {
 public:
  AgentProcess();
  ~AgentProcess();

  /// Starts it. `before`: a program and its arguments that start it in turn.
  void start(const std::vector<std::string>& before = {});
  /// Waits until it answers; false if it ended instead, or after half a minute.
  bool ready();
  void signal(int number) const;
  [[nodiscard]] pid_t process() const noexcept { return process_; }
  /// Waits for its end: the exit status, or 128 + the signal that killed it. -1: it did not end
  /// within half a minute.
  int wait();
  /// start() and wait(), for one that cannot start.
  int run_to_end();

  /// All that it wrote to standard error so far.
  [[nodiscard]] std::string log() const;

  TempFolder folder;
  std::filesystem::path socket = folder / "imprint.sock";
  std::filesystem::path state = folder / "state";
  std::string plugin = "libvirt";
  std::string more_config;  ///< stands before the first table
  api::Client client{socket};

 private:
  void write_config() const;
  pid_t process_ = -1;
};

}  // namespace imprint::test
