#pragma once

#include <string>
#include <vector>

#include "agent/base/result.h"
#include "agent/model/json_fwd.h"
#include "guestfs/appliance/machine.h"
#include "guestfs/appliance/unix_socket.h"

namespace imprint::appliance {

/// QEMU's monitor (docs/interop/qmp-spec of QEMU), with what saving and restoring needs.
/// Errc::unavailable: QEMU has gone, is too late, or refuses, with its own words.
class Monitor {
 public:
  /// Reads the greeting of a new connection and leaves the negotiation behind.
  static Result<Monitor> greet(Fd connection, Deadline deadline);

  /// Memory that both machines share with a file is left out of the state ("x-ignore-shared").
  Result<> leave_out_shared_memory();
  /// Writes the state of the running machine to a socket that somebody listens on; returns when it
  /// is complete. The machine stands still from then on.
  Result<> save_to(const std::filesystem::path& socket);
  /// Starts to listen on the socket for a state; whoever has one connects and writes it.
  Result<> restore_from(const std::filesystem::path& socket);
  /// Attaches a disk to the running machine, whose kernel is not told.
  Result<> plug(const MachineDisk& disk);
  /// Takes away the disk of this number, with its overlay.
  Result<> unplug(std::size_t number);
  /// Shows the disks of these numbers, each under its drive_name(), to whoever connects to the
  /// socket and speaks NBD, as the machine itself sees them by then. Read-only.
  Result<> show_disks(const std::filesystem::path& socket, const std::vector<std::size_t>& numbers);
  /// Ends that, and all connections.
  Result<> hide_disks();
  /// The time by which everything that is asked from now on has to be answered.
  void allow_until(Deadline deadline) { deadline_ = deadline; }
  /// Returns when QEMU has heard it, or is gone.
  Result<> quit();

 private:
  Monitor(LineStream stream, Deadline deadline) : stream_{std::move(stream)}, deadline_{deadline} {}
  Result<Json> run(const Json& command);
  Result<> tell(const std::string& verb, const std::string& value);

  LineStream stream_;
  Deadline deadline_;
};

}  // namespace imprint::appliance
