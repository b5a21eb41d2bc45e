#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "agent/base/result.h"
#include "plugins/libvirt/handles.h"

namespace imprint::libvirt {

/// Opens a connection on a thread of its own, because a daemon that accepts and never answers would
/// hold the caller for ever. Destroyed before the end, it leaves the thread to close what it may
/// yet open.
class Opening {
 public:
  explicit Opening(std::string uri);

  /// The connection, with keepalive where the driver has it, or why there is none; nothing if
  /// `limit` passed first. After an answer, do not ask again.
  std::optional<Result<ConnectionHandle>> wait(std::chrono::milliseconds limit);

 private:
  struct Shared {
    std::mutex mutex;
    std::condition_variable ended;
    std::optional<Result<ConnectionHandle>> answer;
  };
  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

}  // namespace imprint::libvirt
