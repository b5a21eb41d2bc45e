#pragma once
// How the families build their answers.

#include <optional>
#include <string>
#include <string_view>

#include "guestfs/facts/place.h"
#include "guestfs/facts/source_file.h"
#include "guestfs/language/say.h"
#include "guestfs/rules/rule.h"

namespace imprint::rules {

/// Evidence of one place in a file; line 0 becomes none.
inline Evidence evidence_at(const facts::Place& place, std::string message) {
  Evidence evidence;
  evidence.path = place.path;
  if (place.line > 0) evidence.line = place.line;
  evidence.text = place.text;
  evidence.message = std::move(message);
  return evidence;
}

/// Evidence of a file as a whole.
inline Evidence evidence_of(std::string path, std::string message) {
  return evidence_at({std::move(path), 0, {}}, std::move(message));
}

/// The answer where a file that the rule needs could not be looked at.
inline Answer unreadable(const facts::SourceFile& file) {
  return Answer::unknown(describe_state(file));
}

/// Nothing where the look-up itself broke down.
inline std::optional<bool> is_there(const Context& context, std::string_view text) {
  const auto path = guest::GuestPath::parse(text);
  if (!path) return false;
  const auto there = context.fs.exists(*path);
  if (!there) return std::nullopt;
  return *there;
}

}  // namespace imprint::rules
