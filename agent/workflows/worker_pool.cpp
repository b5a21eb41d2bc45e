#include "agent/workflows/worker_pool.h"

namespace imprint::workflows {

void WorkerPool::start(int workers, std::function<void(const JobId&)> work) {
  work_ = std::move(work);
  for (int i = 0; i < workers; ++i) threads_.emplace_back([this] { loop(); });
}

void WorkerPool::add(const JobId& job, const std::string& caller) {
  {
    const std::lock_guard lock{mutex_};
    queue_.push(caller, job);
  }
  wake_.notify_one();
}

bool WorkerPool::withdraw(const JobId& job, const std::string& caller) {
  const std::lock_guard lock{mutex_};
  return queue_.remove(caller, job);
}

std::size_t WorkerPool::waiting() {
  const std::lock_guard lock{mutex_};
  return queue_.size();
}

std::size_t WorkerPool::waiting_of(const std::string& caller) {
  const std::lock_guard lock{mutex_};
  return queue_.size_of(caller);
}

void WorkerPool::stop() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  wake_.notify_all();
  threads_.clear();  // joins
}

void WorkerPool::loop() {
  while (true) {
    std::unique_lock lock{mutex_};
    wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (stopping_) return;
    const auto job = queue_.pop();
    lock.unlock();
    work_(*job);
  }
}

}  // namespace imprint::workflows
