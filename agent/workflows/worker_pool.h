#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "agent/base/fair_queue.h"
#include "agent/model/ids.h"

namespace imprint::workflows {

/// A few threads that take jobs; their callers take turns. Thread-safe.
class WorkerPool {
 public:
  WorkerPool() = default;
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;
  ~WorkerPool() { stop(); }

  /// Call once. `work` must not throw.
  void start(int workers, std::function<void(const JobId&)> work);
  void add(const JobId& job, const std::string& caller);
  /// Takes it out of the queue again. False: a worker has it, or it was never added.
  bool withdraw(const JobId& job, const std::string& caller);
  /// Jobs that no worker has taken yet.
  std::size_t waiting();
  std::size_t waiting_of(const std::string& caller);
  /// Takes no more jobs, waits for those at work; what waits stays undone. Idempotent.
  void stop();

 private:
  void loop();

  std::mutex mutex_;
  std::condition_variable wake_;
  FairQueue<JobId> queue_;
  bool stopping_ = false;
  std::function<void(const JobId&)> work_;
  std::vector<std::jthread> threads_;
};

}  // namespace imprint::workflows
