#include "agent/api/executor.h"

#include <system_error>

namespace imprint::api {

Executor::Admission Executor::add(const std::string& caller, std::function<void()> work) {
  const std::lock_guard lock{mutex_};
  if (stopping_) return Admission::full;
  // Work for which a thread is free does not wait.
  if (queue_.size() >= free_ && !start_thread()) {
    const std::size_t waiting = queue_.size() - free_;
    if (waiting >= limits_.queue) return Admission::full;
    if (queue_.size_of(caller) >= limits_.caller) return Admission::caller_full;
  }
  queue_.push(caller, std::move(work));
  wake_.notify_one();
  return Admission::taken;
}

/// Under the lock. False if there are enough, or if the system has no more.
bool Executor::start_thread() {
  if (threads_.size() >= limits_.threads) return false;
  try {
    threads_.emplace_back([this] { loop(); });
  } catch (const std::system_error&) {
    return false;
  }
  ++free_;
  return true;
}

void Executor::loop() {
  std::unique_lock lock{mutex_};
  while (true) {
    wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    auto work = queue_.pop();
    if (!work) return;
    --free_;
    lock.unlock();
    (*work)();
    work.reset();
    lock.lock();
    ++free_;
  }
}

void Executor::stop() {
  std::vector<std::thread> threads;
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
    threads.swap(threads_);
    wake_.notify_all();
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace imprint::api
