#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

#include "agent/base/fd.h"
#include "agent/base/result.h"

namespace imprint::appliance {

using Deadline = std::chrono::steady_clock::time_point;

/// A listening Unix socket, removed at the end. Paths longer than 107 bytes are Errc::invalid.
class Listener {
 public:
  static Result<Listener> listen(const std::filesystem::path& path);
  Listener(Listener&& other) noexcept
      : path_{std::exchange(other.path_, {})}, fd_{std::move(other.fd_)} {}
  Listener& operator=(Listener&&) = delete;
  ~Listener();

  /// The next connection. `life`: a connection whose end means that none will come.
  /// Errc::unavailable: none came in time, or that one ended.
  Result<Fd> accept(Deadline deadline, const Fd* life = nullptr) const;

 private:
  Listener(std::filesystem::path path, Fd fd) : path_{std::move(path)}, fd_{std::move(fd)} {}
  std::filesystem::path path_;
  Fd fd_;
};

/// Connects as soon as somebody listens there. Errc::unavailable: nobody did in time.
Result<Fd> connect_to(const std::filesystem::path& path, Deadline deadline);

/// A stream that is read line by line and written whole, each within a time. Errors: unavailable
/// (closed by the other side, or too late), exhausted (a line longer than 1 MiB).
class LineStream {
 public:
  explicit LineStream(Fd fd) : fd_{std::move(fd)} {}

  /// Without its end.
  Result<std::string> read_line(Deadline deadline);
  /// The bytes that follow.
  Result<std::string> read_bytes(std::size_t count, Deadline deadline);
  Result<> write(std::string_view text);

 private:
  Result<> read_more(Deadline deadline);

  Fd fd_;
  std::string pending_;
};

/// Everything until the other side closes. Errc::exhausted: more than `limit` bytes.
Result<std::string> read_to_end(const Fd& fd, std::size_t limit, Deadline deadline);

/// Writes all of it. Errc::unavailable: the other side has gone.
Result<> write_all(const Fd& fd, std::string_view bytes);

/// The other side reads to the end; this one can still read.
Result<> finish_writing(const Fd& socket);

/// Sends `text` together with a descriptor (SCM_RIGHTS, unix(7)); text of at most a few KiB.
Result<> send_with_descriptor(const Fd& socket, std::string_view text, int descriptor);

}  // namespace imprint::appliance
