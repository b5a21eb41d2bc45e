#pragma once

#include <spdlog/sinks/base_sink.h>

#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>

#include "agent/base/fd.h"

namespace imprint {

/// Writes log lines to a descriptor that somebody else reads: journald's socket, a pipe, a
/// terminal. Whoever logs is never held up by a reader that stands still: a line that is not taken
/// within `patience` is dropped, and so are the next ones, at once, until something is taken again;
/// a warning then says how many are missing. The same holds for lines that cannot be written at
/// all, as on a full disk. A line is written whole or not at all.
///
/// The descriptor stays the caller's, must outlive the sink, and keeps its flags. Thread-safe.
class LogSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit LogSink(int descriptor,
                   std::chrono::milliseconds patience = std::chrono::milliseconds{200});

 private:
  void sink_it_(const spdlog::details::log_msg& message) override;
  void flush_() override {}

  bool write_line(std::string_view line);
  bool finish_line();
  std::size_t write_what_fits(std::string_view bytes);
  ssize_t write_some(std::string_view bytes);
  bool wait_for_room();
  void format_missing(const spdlog::details::log_msg& now, spdlog::memory_buf_t& to);

  const int descriptor_;
  const std::chrono::milliseconds patience_;
  const bool is_socket_;
  const Fd own_;            ///< The same file with flags of its own; none for a socket.
  std::string unfinished_;  ///< What a line that was taken in part still lacks.
  std::size_t missing_ = 0;
  bool stuck_ = false;
};

}  // namespace imprint
