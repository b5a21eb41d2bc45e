#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "agent/base/fair_queue.h"

namespace imprint::api {

/// Threads that answer requests, and the bounded queue before them, in which callers take turns.
/// Thread-safe.
class Executor {
 public:
  struct Limits {
    std::size_t threads = 1;
    std::size_t queue = 0;   ///< waiting pieces of all callers
    std::size_t caller = 0;  ///< waiting pieces of one caller
  };
  enum class Admission {
    taken,
    full,         ///< too many wait
    caller_full,  ///< too many of this caller wait
  };

  explicit Executor(const Limits& limits) : limits_{limits} {}
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;
  ~Executor() { stop(); }

  /// `work` runs later on some thread; it must not throw. A thread that is free takes it at once,
  /// whatever the limits of the queue.
  Admission add(const std::string& caller, std::function<void()> work);
  /// Takes nothing more, finishes what was taken. Idempotent.
  void stop();

 private:
  void loop();
  bool start_thread();

  const Limits limits_;
  std::mutex mutex_;
  std::condition_variable wake_;
  FairQueue<std::function<void()>> queue_;
  std::size_t free_ = 0;  ///< threads that wait for work
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace imprint::api
