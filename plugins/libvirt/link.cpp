#include "plugins/libvirt/link.h"

#include <chrono>
#include <utility>

#include "plugins/libvirt/error.h"

namespace imprint::libvirt {

Lease::Lease(Link& link, std::shared_ptr<Session> session)
    : link_{&link}, session_{std::move(session)} {}

Lease::Lease(Lease&& other) noexcept
    : link_{std::exchange(other.link_, nullptr)}, session_{std::move(other.session_)} {}

Lease::~Lease() {
  if (link_ != nullptr) link_->free_places_.release();
}

Error Lease::failed(std::string_view what) {
  const virError* raw = virGetLastError();
  const bool broken = raw != nullptr && is_link_error(raw->domain, raw->code);
  Error error = last_error(what);
  if (broken) link_->broken(session_, error);
  return error;
}

Result<Lease> Link::lease() {
  constexpr std::chrono::seconds patience{30};
  if (!free_places_.try_acquire_for(patience))
    return make_error(Errc::unavailable, "libvirt: all calls in flight are stuck for {} s",
                      patience.count());
  auto state = state_.lock();
  if (!state->session) {
    free_places_.release();
    return Error{Errc::unavailable, state->why_down.message};
  }
  return Lease{*this, state->session};
}

void Link::install(std::shared_ptr<Session> session) {
  std::swap(state_.lock()->session, session);
}

void Link::give_up(const Error& why) {
  std::shared_ptr<Session> dead;  // ends after the lock is released: closing may take its time
  auto state = state_.lock();
  std::swap(state->session, dead);
  state->why_down = why;
}

bool Link::is_up() {
  return state_.lock()->session != nullptr;
}

void Link::check() {
  const std::shared_ptr<Session> session = state_.lock()->session;
  if (session && virConnectIsAlive(session->get()) != 1)
    broken(session, {Errc::unavailable, "libvirt: the connection was lost"});
}

void Link::broken(const std::shared_ptr<Session>& session, const Error& why) {
  {
    auto state = state_.lock();
    if (state->session != session) return;
    state->session.reset();
    state->why_down = why;
  }
  on_broken_();
}

}  // namespace imprint::libvirt
