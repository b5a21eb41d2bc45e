#include "plugins/libvirt/connections.h"

#include <algorithm>
#include <array>

namespace imprint::libvirt {
namespace {

using namespace std::chrono_literals;

constexpr auto open_deadline = 10s;
constexpr auto first_pause = 250ms;
constexpr std::chrono::milliseconds longest_pause = 5s;
constexpr auto check_interval = 10s;  ///< a link that broke without a sign is found by then

}  // namespace

void Connections::Alarm::ring() {
  const std::lock_guard lock{mutex};
  ringing = true;
  rang.notify_all();
}

bool Connections::Alarm::wait(std::chrono::milliseconds limit) {
  std::unique_lock lock{mutex};
  rang.wait_for(lock, limit, [this] { return ringing || stopping; });
  ringing = false;
  return !stopping;
}

bool Connections::Alarm::is_stopping() {
  const std::lock_guard lock{mutex};
  return stopping;
}

Connections::Connections(std::string uri, Hooks hooks)
    : uri_{std::move(uri)},
      hooks_{std::move(hooks)},
      fast_{[this] { alarm_->ring(); }},
      slow_{[this] { alarm_->ring(); }},
      jobs_{[this] { alarm_->ring(); }},
      mender_{[this] { mend_for_ever(); }} {}

Connections::~Connections() {
  {
    const std::lock_guard lock{alarm_->mutex};
    alarm_->stopping = true;
    alarm_->rang.notify_all();
  }
  mender_.join();
}

std::optional<Error> Connections::wait_for_first_try() {
  std::unique_lock lock{first_mutex_};
  first_ended_.wait(lock, [this] { return first_done_; });
  return first_error_;
}

void Connections::end_first_try(std::optional<Error> error) {
  const std::lock_guard lock{first_mutex_};
  first_done_ = true;
  first_error_ = std::move(error);
  first_ended_.notify_all();
}

void Connections::mend_for_ever() {
  std::optional<Error> error = mend();
  end_first_try(error);
  std::chrono::milliseconds pause = first_pause;
  while (alarm_->wait(error ? pause : check_interval)) {
    pause = error ? std::min(pause * 2, longest_pause) : first_pause;
    error = mend();
  }
}

std::optional<Error> Connections::mend() {
  const std::array links{&fast_, &slow_, &jobs_};
  for (Link* link : links) link->check();
  const bool events_were_missed = !fast_.is_up();
  for (Link* link : links)
    if (auto error = link->is_up() ? std::nullopt : mend_link(*link)) return error;
  if (events_were_missed && !alarm_->is_stopping()) hooks_.restored();
  return std::nullopt;
}

std::optional<Error> Connections::mend_link(Link& link) {
  Result<ConnectionHandle> connection = open();
  if (!connection) {
    link.give_up(connection.error());
    return connection.error();
  }
  auto session =
      std::make_shared<Session>(std::move(*connection), [alarm = alarm_] { alarm->ring(); });
  if (&link == &fast_) hooks_.opened(*session);
  link.install(std::move(session));
  return std::nullopt;
}

Result<ConnectionHandle> Connections::open() {
  if (!opening_) opening_.emplace(uri_);
  const auto deadline = std::chrono::steady_clock::now() + open_deadline;
  while (std::chrono::steady_clock::now() < deadline && !alarm_->is_stopping())
    if (auto answer = opening_->wait(100ms)) {
      opening_.reset();
      return std::move(*answer);
    }
  return make_error(Errc::unavailable, "libvirt at '{}' does not answer", uri_);
}

}  // namespace imprint::libvirt
