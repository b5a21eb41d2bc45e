#pragma once

#include <condition_variable>
#include <mutex>

namespace imprint::test {

/// Holds up whoever passes while it is shut. Thread-safe.
class Gate {
 public:
  void shut() {
    const std::lock_guard lock{mutex_};
    open_ = false;
  }
  void open() {
    const std::lock_guard lock{mutex_};
    open_ = true;
    opened_.notify_all();
  }
  void pass() {
    std::unique_lock lock{mutex_};
    opened_.wait(lock, [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  bool open_ = true;
};

}  // namespace imprint::test
