#pragma once

#include <mutex>
#include <utility>

namespace imprint {

/// A value that can be reached only while its mutex is held: `auto access = jobs.lock();
/// access->push_back(...)`.
template <class T>
class Sync {
 public:
  class Access {
   public:
    Access(std::mutex& mutex, T& value) : lock_{mutex}, value_{&value} {}
    T& operator*() const { return *value_; }
    T* operator->() const { return value_; }
    /// For condition variables.
    std::unique_lock<std::mutex>& native() { return lock_; }

   private:
    std::unique_lock<std::mutex> lock_;
    T* value_;
  };

  Sync() = default;
  explicit Sync(T value) : value_{std::move(value)} {}
  [[nodiscard]] Access lock() { return Access{mutex_, value_}; }

 private:
  std::mutex mutex_;
  T value_{};
};

}  // namespace imprint
