#include "plugins/libvirt/opening.h"

#include <thread>

#include "plugins/libvirt/error.h"

namespace imprint::libvirt {
namespace {

Result<ConnectionHandle> open_connection(const std::string& uri) {
  ConnectionHandle connection{virConnectOpen(uri.c_str())};
  if (!connection) return last_error(fmt::format("libvirt at '{}'", uri));
  // A daemon that is silent for interval x (count + 1) = 9 s counts as gone. Drivers inside the
  // process have no keepalive and need none.
  constexpr int interval_seconds = 3;
  constexpr unsigned count = 2;
  virConnectSetKeepAlive(connection.get(), interval_seconds, count);
  return connection;
}

}  // namespace

Opening::Opening(std::string uri) {
  std::thread{[shared = shared_, where = std::move(uri)] {
    Result<ConnectionHandle> answer = open_connection(where);
    const std::lock_guard lock{shared->mutex};
    shared->answer.emplace(std::move(answer));
    shared->ended.notify_all();
  }}.detach();
}

std::optional<Result<ConnectionHandle>> Opening::wait(std::chrono::milliseconds limit) {
  std::unique_lock lock{shared_->mutex};
  shared_->ended.wait_for(lock, limit, [this] { return shared_->answer.has_value(); });
  return std::exchange(shared_->answer, std::nullopt);
}

}  // namespace imprint::libvirt
