#include "agent/api/connections.h"

#include <sys/socket.h>

#include <algorithm>

namespace imprint::api {

using std::chrono::steady_clock;

Connections::Connections(std::size_t share, Patience patience)
    : share_{share}, patience_{patience}, watcher_{[this] { watch(); }} {}

Connections::~Connections() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
    wake_.notify_all();
  }
  watcher_.join();
}

Connections::Id Connections::opened(int socket, const Peer& peer) {
  const std::lock_guard lock{mutex_};
  if (of_user_[peer.user] >= share_) make_room(peer.user);
  ++of_user_[peer.user];
  open_.emplace(++last_, Open{socket, peer.user, Phase::head, steady_clock::now()});
  if (open_.size() == 1) wake_.notify_all();
  return last_;
}

void Connections::closed(Id id) {
  const std::lock_guard lock{mutex_};
  const auto found = open_.find(id);
  if (found == open_.end()) return;
  const auto count = of_user_.find(found->second.user);
  if (--count->second == 0) of_user_.erase(count);
  open_.erase(found);
}

void Connections::enter(Id id, Phase phase) {
  const std::lock_guard lock{mutex_};
  const auto found = open_.find(id);
  if (found == open_.end()) return;
  found->second.phase = phase;
  found->second.since = steady_clock::now();
}

/// The user's oldest connection that asks for nothing gives way; ids grow with age.
void Connections::make_room(uid_t user) {
  const auto idle = std::ranges::find_if(open_, [&](const auto& entry) {
    const Open& one = entry.second;
    return one.user == user && one.phase == Phase::head && !one.cut;
  });
  if (idle != open_.end()) cut_off(idle->second);
}

/// The server's own thread sees the end of the stream, closes the socket and calls closed().
void Connections::cut_off(Open& one) {
  one.cut = true;
  ::shutdown(one.socket, SHUT_RDWR);
}

bool Connections::too_slow(const Open& one, steady_clock::time_point now) const {
  const auto taken = now - one.since;
  switch (one.phase) {
    case Phase::head:
      return taken > patience_.head;
    case Phase::body:
      return taken > patience_.body;
    case Phase::work:
      return false;
    case Phase::answer:
      return taken > patience_.answer;
  }
  return false;
}

void Connections::watch() {
  const auto round = std::min({patience_.head, patience_.body, patience_.answer}) / 10;
  std::unique_lock lock{mutex_};
  while (!stopping_) {
    if (open_.empty()) wake_.wait(lock, [this] { return stopping_ || !open_.empty(); });
    wake_.wait_for(lock, round, [this] { return stopping_; });
    const auto now = steady_clock::now();
    for (auto& [id, one] : open_)
      if (!one.cut && too_slow(one, now)) cut_off(one);
  }
}

}  // namespace imprint::api
