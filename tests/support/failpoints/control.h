#pragma once
// The words that a test and the preloaded library say to each other, in a file that both map. All
// of it is plain integers, so that a test in any language can write them (tests/e2e/failpoints.py).

#include <atomic>
#include <cstdint>

namespace imprint::failpoints {

enum class Action : std::int32_t {
  none,     ///< only count and trace
  kill,     ///< kill -9 of the process, instead of the call
  fail,     ///< the call fails with `error`
  broken,   ///< this call and all calls of its kind after it fail with `error`: a full disk stays
            ///< full
  delay,    ///< the call is made after `error` milliseconds
  slow,     ///< each call is made after `error` milliseconds, so that every step lasts
  crowded,  ///< from this point on no process and no thread can be started, for `error`
};

struct Control {
  std::atomic<std::int32_t> armed;   ///< 0: nothing is counted
  std::atomic<std::int32_t> at;      ///< the number of the point, from 0, at which `action` happens
  std::atomic<std::int32_t> action;  ///< of Action
  std::atomic<std::int32_t> error;   ///< an errno, or milliseconds
  std::atomic<std::int32_t> count;   ///< points passed so far
  std::atomic<std::int32_t> fired;   ///< how often `action` happened
};

}  // namespace imprint::failpoints
