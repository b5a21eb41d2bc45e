#include "agent/model/confirm.h"

#include "agent/base/pattern.h"
#include "agent/model/json.h"
#include "agent/model/words.h"

namespace imprint {
namespace {

constexpr Words<ConfirmKind, 4> kinds{{{ConfirmKind::agent, "agent"},
                                       {ConfirmKind::console, "console"},
                                       {ConfirmKind::cloud_init, "cloud-init"},
                                       {ConfirmKind::none, "none"}}};
constexpr std::size_t pattern_limit = 256;
constexpr std::int64_t limit_limit = 24 * 3600;

bool is_pattern(const std::string& pattern) {
  return pattern.size() <= pattern_limit && Pattern::compile(pattern);
}

}  // namespace

std::string_view to_string(ConfirmKind kind) noexcept {
  return word_of(kinds, kind);
}

Json to_json(const ConfirmSignal& signal) {
  return {{"kind", to_string(signal.kind)},
          {"pattern", signal.pattern},
          {"limit_seconds", signal.limit.count()}};
}

Result<ConfirmSignal> parse_confirm_signal(const Json& json, std::string where) {
  ObjectReader reader{json, std::move(where)};
  ConfirmSignal signal;
  const auto kind = parse_word(kinds, reader.text_or("kind", "console"), "way to confirm a boot");
  signal.pattern = reader.text_or("pattern", signal.pattern);
  if (!is_pattern(signal.pattern))
    reader.fail("pattern", "is no regular expression of at most 256 characters");
  const auto limit = reader.integer_or("limit_seconds", signal.limit.count());
  if (limit < 1 || limit > limit_limit) reader.fail("limit_seconds", "must be 1 to 86400");
  signal.limit = std::chrono::seconds{limit};
  TRY(reader.finish());
  signal.kind = TRY(kind);
  return signal;
}

}  // namespace imprint
