#include "agent/store/trailing_digest.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "agent/base/digest.h"

namespace imprint::store {
namespace {

constexpr std::uint64_t chunk_size = std::uint64_t{1} << 20;
constexpr std::chrono::milliseconds look_interval{100};

struct Range {
  std::uint64_t size = 0;
  bool hole = false;
};

}  // namespace

class TrailingDigest::Worker {
 public:
  explicit Worker(int file)
      : file_{file}, buffer_(chunk_size), thread_{[this](const std::stop_token& token) {
          fault_ = work(token);
          const std::lock_guard lock{mutex_};
          ended_ = true;
          wake_.notify_all();
        }} {}

  void add(Range range) {
    if (range.size == 0) return;
    {
      const std::lock_guard lock{mutex_};
      // One range for many small writes: the reader then takes whole chunks.
      if (!ranges_.empty() && ranges_.back().hole == range.hole)
        ranges_.back().size += range.size;
      else
        ranges_.push_back(range);
    }
    wake_.notify_one();
  }

  Result<std::string> finish(const std::function<bool()>& cancelled) {
    std::unique_lock lock{mutex_};
    complete_ = true;
    wake_.notify_all();
    while (!wake_.wait_for(lock, look_interval, [this] { return ended_; })) {
      lock.unlock();
      if (cancelled && cancelled()) return make_error(Errc::cancelled, "reading it was cancelled");
      lock.lock();
    }
    if (fault_) return *fault_;
    return digester_.finish();
  }

 private:
  std::optional<Error> work(const std::stop_token& token) {
    while (const auto range = next(token)) {
      for (std::uint64_t left = range->size; left > 0 && !token.stop_requested();) {
        const auto chunk = std::min(left, chunk_size);
        auto hashed = range->hole ? hash_zeros(chunk) : hash_data(chunk);
        if (!hashed) return std::move(hashed).error();
        left -= chunk;
        at_ += chunk;
      }
    }
    return std::nullopt;
  }

  /// The next range; nothing at the end.
  std::optional<Range> next(const std::stop_token& token) {
    std::unique_lock lock{mutex_};
    wake_.wait(lock, token, [this] { return !ranges_.empty() || complete_; });
    if (token.stop_requested() || ranges_.empty()) return std::nullopt;
    const Range range = ranges_.front();
    ranges_.pop_front();
    return range;
  }

  Result<> hash_data(std::uint64_t count) {
    for (std::uint64_t done = 0; done < count;) {
      const ssize_t got =
          ::pread(file_, buffer_.data(), count - done, static_cast<off_t>(at_ + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return system_error(errno, "read what was written");
      if (got == 0) return make_error(Errc::corrupt, "the file became shorter while it was made");
      digester_.update(std::span{buffer_}.first(static_cast<std::size_t>(got)));
      done += static_cast<std::uint64_t>(got);
    }
    return {};
  }

  Result<> hash_zeros(std::uint64_t count) {
    static const std::vector<std::byte> zeros(chunk_size);
    digester_.update(std::span{zeros}.first(static_cast<std::size_t>(count)));
    return {};
  }

  int file_;
  std::uint64_t at_ = 0;
  std::vector<std::byte> buffer_;
  Digester digester_;
  std::optional<Error> fault_;  ///< read after the thread's end
  std::mutex mutex_;            ///< over the next three
  std::deque<Range> ranges_;
  bool complete_ = false;
  bool ended_ = false;
  std::condition_variable_any wake_;
  std::jthread thread_;  ///< last: it uses the others
};

TrailingDigest::TrailingDigest(int file) : worker_{std::make_unique<Worker>(file)} {}
TrailingDigest::~TrailingDigest() = default;

void TrailingDigest::add_data(std::uint64_t count) {
  worker_->add({count, false});
}
void TrailingDigest::add_hole(std::uint64_t count) {
  worker_->add({count, true});
}
Result<std::string> TrailingDigest::finish(const std::function<bool()>& cancelled) {
  return worker_->finish(cancelled);
}

}  // namespace imprint::store
