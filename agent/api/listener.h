#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>

#include "agent/base/fd.h"
#include "agent/base/result.h"

namespace imprint::api {

struct SocketPlace {
  std::filesystem::path path;
  mode_t mode = 0660;
  std::optional<gid_t> group;  ///< none: that of the process
};

/// A listening Unix socket. Its file goes with it, unless systemd made it.
class Listener {
 public:
  /// The socket that systemd passed, if it passed one; otherwise a new one at the place. A file
  /// that a dead agent left there is replaced. Errc::conflict: somebody listens there, or something
  /// that is no socket lies there; invalid: the path is too long for a socket, or systemd passed
  /// something else than one stream socket.
  static Result<Listener> open(const SocketPlace& place);

  Listener(Listener&& other) noexcept = default;
  Listener& operator=(Listener&& other) = delete;
  ~Listener();

  /// Hands the descriptor over; the file still goes with this object.
  int release() noexcept { return fd_.release(); }

 private:
  Listener(Fd fd, std::filesystem::path path) : fd_{std::move(fd)}, path_{std::move(path)} {}
  static Result<Listener> bind(const SocketPlace& place);

  Fd fd_;
  std::filesystem::path path_;  ///< empty: not ours to remove
};

}  // namespace imprint::api
