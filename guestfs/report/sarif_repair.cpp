#include "guestfs/report/sarif_repair.h"

#include <fmt/format.h>

#include <algorithm>

#include "agent/base/printable.h"
#include "guestfs/report/repair_words.h"

namespace imprint::report {
namespace {

constexpr std::size_t longest_text = 4000;

Json printable_copy(const Json& json);

Json printable_items(const Json& json) {
  Json copy = Json::array();
  for (const Json& item : json) copy.push_back(printable_copy(item));
  return copy;
}

Json printable_copy(const Json& json) {
  if (json.is_string()) return printable(json.get_ref<const std::string&>(), longest_text);
  if (json.is_array()) return printable_items(json);
  if (!json.is_object()) return json;
  Json copy = Json::object();
  for (const auto& [key, value] : json.items()) copy[key] = printable_copy(value);
  return copy;
}

/// A diff is told by its lines, whose ends are no controls of the guest's.
Json lines_of(const std::string& diff) {
  Json lines = Json::array();
  for (std::size_t at = 0; at < diff.size();) {
    const std::size_t end = std::min(diff.find('\n', at), diff.size());
    lines.push_back(diff.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

Json properties_of(const RepairReport& repair) {
  Json json = to_json(repair);
  json["before"].erase("findings");
  for (Json& change : json["changes"])
    change["diff"] = lines_of(change["diff"].get_ref<const std::string&>());
  return printable_copy(json);
}

Json note(const std::string& text) {
  return {{"level", "note"}, {"message", {{"text", printable(text, longest_text)}}}};
}

}  // namespace

void add_repair(Json& run, const RepairReport& repair) {
  run["properties"]["repair"] = properties_of(repair);
  Json& notes = run["invocations"][0]["toolExecutionNotifications"];
  notes.push_back(note(outcome_of(repair)));
  for (const RepairChange& change : repair.changes)
    notes.push_back(note(fmt::format("{}: {}", change.path, word_of_action(change.action))));
}

}  // namespace imprint::report
