#include "agent/model/appliance_use.h"

#include "agent/model/json.h"
#include "agent/model/words.h"

namespace imprint {
namespace {

constexpr Words<ApplianceStart, 3> starts{{{ApplianceStart::unused, "unused"},
                                           {ApplianceStart::restored, "restored"},
                                           {ApplianceStart::booted, "booted"}}};

}  // namespace

std::string_view to_string(ApplianceStart start) noexcept {
  return word_of(starts, start);
}

Json to_json(const ApplianceUse& use) {
  return {{"kind", to_string(use.kind)}, {"reason", use.reason}};
}

Result<ApplianceUse> parse_appliance_use(const Json& json, const std::string& where) {
  if (json.is_null()) return ApplianceUse{};
  ObjectReader reader{json, where};
  const std::string kind = reader.text("kind");
  std::string reason = reader.text_or("reason", "");
  TRY(reader.finish());
  return ApplianceUse{TRY(parse_word(starts, kind, "start of an appliance")), std::move(reason)};
}

}  // namespace imprint
