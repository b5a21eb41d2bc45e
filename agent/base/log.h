#pragma once
// Library code returns errors; only the top of a job, of a request and of a program logs.
// error: someone must act; warning: continuing in a worse way, ends in "..., ignoring" or "...,
// continuing"; info: transitions of jobs and steps; debug: free.

#include <spdlog/spdlog.h>

#include <string>

namespace imprint {

/// Sends the log to standard error, one line a record; with the "<N>" priority prefix that journald
/// understands when standard error is the journal. Never waits for who reads it (log_sink.h).
/// Level: "debug", "info", "warning" or "error". Call once, before threads start.
void start_log(const std::string& program, const std::string& level);

namespace log = spdlog;

}  // namespace imprint
