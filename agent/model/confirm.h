#pragma once

#include <chrono>
#include <string>

#include "agent/base/result.h"
#include "agent/model/json_fwd.h"

namespace imprint {

/// How a started machine shows that its guest came up. A ladder: which rung fits depends on what
/// the image holds.
enum class ConfirmKind {
  agent,       ///< the QEMU guest agent answers a ping
  console,     ///< a regular expression (ECMAScript) matches a line of the serial console
  cloud_init,  ///< cloud-init says on the console that it has finished
  none,        ///< the machine runs; nothing is known of its guest
};

std::string_view to_string(ConfirmKind kind) noexcept;

struct ConfirmSignal {
  ConfirmKind kind = ConfirmKind::console;
  std::string pattern = "login:";   ///< used by `console` only
  std::chrono::seconds limit{300};  ///< without the signal by then, the guest did not come up
};

/// {"kind": "console", "pattern": "login:", "limit_seconds": 300}
Json to_json(const ConfirmSignal& signal);
/// Errc::invalid also for a pattern that is no regular expression or is longer than 256 characters.
Result<ConfirmSignal> parse_confirm_signal(const Json& json, std::string where);

}  // namespace imprint
