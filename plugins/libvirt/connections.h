#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "plugins/libvirt/link.h"
#include "plugins/libvirt/opening.h"

namespace imprint::libvirt {

/// The three links to one libvirt, and the thread that mends them. A slow call never stands in the
/// way of a read. Thread-safe.
class Connections {
 public:
  struct Hooks {
    /// Called with each new session of the `fast` link before any call uses it: register for events
    /// here.
    std::function<void(Session&)> opened;
    /// Called after the links came back: events were missed, so everything must be looked at again.
    /// It may use the links.
    std::function<void()> restored;
  };

  Connections(std::string uri, Hooks hooks);
  ~Connections();
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;

  Link& fast() { return fast_; }  ///< events and quick reads
  Link& slow() { return slow_; }  ///< the guest agent
  Link& jobs() { return jobs_; }  ///< define, start, destroy

  /// Waits until the first try of all links has ended. Why it failed, if it did; nothing on
  /// success.
  std::optional<Error> wait_for_first_try();

 private:
  /// Wakes the mending thread; outlives this object because libvirt's close callback holds it.
  struct Alarm {
    std::mutex mutex;
    std::condition_variable rang;
    bool ringing = false;
    bool stopping = false;
    void ring();
    /// Until it rings, stops, or `limit` passes. False when stopping.
    bool wait(std::chrono::milliseconds limit);
    bool is_stopping();
  };

  void mend_for_ever();
  /// Nothing when all links are up.
  std::optional<Error> mend();
  std::optional<Error> mend_link(Link& link);
  Result<ConnectionHandle> open();
  void end_first_try(std::optional<Error> error);

  std::string uri_;
  Hooks hooks_;
  std::shared_ptr<Alarm> alarm_ = std::make_shared<Alarm>();
  Link fast_, slow_, jobs_;
  std::optional<Opening> opening_;  ///< one that outlasted its deadline is waited for, not repeated
  std::mutex first_mutex_;
  std::condition_variable first_ended_;
  bool first_done_ = false;
  std::optional<Error> first_error_;
  std::thread mender_;  ///< last: it uses all the others
};

}  // namespace imprint::libvirt
