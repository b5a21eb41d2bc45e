#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "agent/base/result.h"

namespace imprint {

/// "20GiB", "512MiB", "20G" (also binary), "1073741824". Errc::invalid, naming the text, also for 0
/// and overflow.
Result<std::uint64_t> parse_size(std::string_view text);
/// "24h", "30m", "90s", "7d", "0". Errc::invalid, naming the text.
Result<std::chrono::seconds> parse_duration(std::string_view text);

/// "4.0 GiB", "512 B": for people.
std::string format_size(std::uint64_t bytes);

}  // namespace imprint
