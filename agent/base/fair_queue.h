#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace imprint {

/// A queue in which the owners take turns: however much one of them has put in, another's first
/// piece waits for one piece of each owner before it. Pieces of one owner stay in order and
/// differ. Not thread-safe.
template <class T>
class FairQueue {
 public:
  void push(const std::string& owner, T piece) {
    auto& pieces = pieces_[owner];
    if (pieces.empty()) turns_.push_back(owner);
    pieces.push_back(std::move(piece));
    ++size_;
  }

  std::optional<T> pop() {
    if (turns_.empty()) return std::nullopt;
    const std::string owner = std::move(turns_.front());
    turns_.pop_front();
    const auto found = pieces_.find(owner);
    T piece = std::move(found->second.front());
    found->second.pop_front();
    if (found->second.empty())
      pieces_.erase(found);
    else
      turns_.push_back(owner);
    --size_;
    return piece;
  }

  /// False: it is not in the queue.
  bool remove(const std::string& owner, const T& piece) {
    const auto found = pieces_.find(owner);
    if (found == pieces_.end() || std::erase(found->second, piece) == 0) return false;
    if (found->second.empty()) {
      pieces_.erase(found);
      std::erase(turns_, owner);
    }
    --size_;
    return true;
  }

  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t size_of(const std::string& owner) const {
    const auto found = pieces_.find(owner);
    return found == pieces_.end() ? 0 : found->second.size();
  }

 private:
  std::map<std::string, std::deque<T>> pieces_;  ///< none is empty
  std::deque<std::string> turns_;                ///< each owner with pieces, once
  std::size_t size_ = 0;
};

}  // namespace imprint
