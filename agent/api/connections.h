#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <thread>

#include "agent/api/auth.h"

namespace imprint::api {

/// How long a client may take. A byte now and then does not buy it more.
struct Patience {
  std::chrono::milliseconds head{std::chrono::seconds{15}};  ///< from connect, or the last answer,
                                                             ///< to the end of a request's head
  std::chrono::milliseconds body{std::chrono::seconds{30}};  ///< to the end of the body
  std::chrono::milliseconds answer{std::chrono::seconds{60}};  ///< to take the answer
};

/// The open connections, how far each has come and how long it has taken. Those that take too long
/// are cut off, and so is the oldest that asks for nothing when its user opens more than its share:
/// whoever opens many connections slows down only himself. Thread-safe.
class Connections {
 public:
  enum class Phase {
    head,  ///< nothing, or a part of a request's head, has come
    body,
    work,    ///< the request is ours to answer
    answer,  ///< the answer is on its way
  };
  using Id = std::uint64_t;

  Connections(std::size_t share, Patience patience);
  ~Connections();
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;

  /// `socket` stays the caller's, who must call closed() before it closes it.
  Id opened(int socket, const Peer& peer);
  void closed(Id id);
  void enter(Id id, Phase phase);

 private:
  struct Open {
    int socket;
    uid_t user;
    Phase phase = Phase::head;
    std::chrono::steady_clock::time_point since{};
    bool cut = false;
  };

  void watch();
  [[nodiscard]] bool too_slow(const Open& one, std::chrono::steady_clock::time_point now) const;
  static void cut_off(Open& one);
  void make_room(uid_t user);

  const std::size_t share_;
  const Patience patience_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  Id last_ = 0;
  std::map<Id, Open> open_;
  std::map<uid_t, std::size_t> of_user_;
  std::thread watcher_;  ///< last: it uses all the others
};

}  // namespace imprint::api
