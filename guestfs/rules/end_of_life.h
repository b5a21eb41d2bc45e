#pragma once
// Until when makers mend their releases.

#include <optional>
#include <string_view>

#include "guestfs/facts/release.h"

namespace imprint::rules {

/// Days are compared with this one, not with today: a verdict is the same on every day. The table
/// was last compared with what the makers publish on that day.
inline constexpr std::string_view end_of_life_as_of = "2026-10-31";

/// The day after which nobody gets updates of that release without paying for them, as the maker
/// published it ("2024-06-30"); of months, their last day. Nothing for releases that had not ended
/// on end_of_life_as_of or are not in the table. Pure.
std::optional<std::string_view> end_of_life(const facts::ReleaseFacts& release);

}  // namespace imprint::rules
