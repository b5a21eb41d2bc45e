#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "agent/base/fd.h"
#include "agent/base/sync.h"
#include "agent/store/download_file.h"

namespace imprint::store {

struct Pipe {
  Fd read;
  Fd write;
  /// As large as it may be. Errc of the system.
  static Result<Pipe> make();
};

/// What imprint-fetch sends: its bytes go to the file in one thread, in take(); what it tells is
/// heard in another, which also asks whether to go on. The file and `progress` must outlive it.
class Reception {
 public:
  Reception(DownloadFile& file, const std::function<bool(FetchProgress)>& progress)
      : file_{file}, teller_{progress} {}

  /// Reads the pipe to its end, or until the file takes no more, or until `ended`, an eventfd(2),
  /// tells that the child has ended and what it has written is read.
  void take(int pipe, int ended);
  [[nodiscard]] std::uint64_t received() const { return received_; }

  /// A piece of the child's standard output.
  void hear(std::string_view output);
  /// Tells progress. True: the file takes no more, or the caller has cancelled.
  bool is_over();
  /// As the child told it, or empty.
  [[nodiscard]] const std::string& address() const { return address_; }

  /// Why it is over; none: it is not, or the child ended it.
  std::optional<Error> fault() { return *fault_.lock(); }

 private:
  /// How many bytes; 0: it is over.
  std::size_t take_some(int pipe, std::span<std::byte> buffer);
  void take_rest(int pipe, std::span<std::byte> buffer);
  void hear_line(std::string_view line);
  void fail(Error error);

  DownloadFile& file_;
  std::atomic<std::uint64_t> received_ = 0;
  Sync<std::optional<Error>> fault_;
  ProgressTeller teller_;
  std::string heard_;  ///< the beginning of a line
  std::string address_;
  std::uint64_t total_ = 0;
};

}  // namespace imprint::store
