#include "agent/model/repair_report.h"

#include "agent/model/json.h"

namespace imprint {
namespace {

Json to_json(const RepairChange& change) {
  return {{"path", change.path},
          {"action", change.action},
          {"rules", change.rules},
          {"reasons", change.reasons},
          {"diff", change.diff}};
}

Json to_json(const UnrepairedFinding& finding) {
  return {{"rule", finding.rule},
          {"path", finding.path},
          {"line", to_json_or_null(finding.line)},
          {"why", finding.why}};
}

template <class T>
Json list_to_json(const std::vector<T>& items) {
  Json list = Json::array();
  for (const T& item : items) list.push_back(to_json(item));
  return list;
}

Json to_json(const UnrepairedImage& image) {
  Json findings = Json::array();
  for (const Finding& finding : image.findings) findings.push_back(imprint::to_json(finding));
  return {{"path", image.path},
          {"sha256", image.sha256},
          {"verdict", to_string(image.verdict)},
          {"findings", std::move(findings)}};
}

}  // namespace

Json to_json(const RepairReport& repair) {
  return {{"output", repair.output},
          {"done", repair.done},
          {"refusal", repair.refusal},
          {"before", to_json(repair.before)},
          {"after", repair.after ? Json(to_string(*repair.after)) : Json(nullptr)},
          {"changes", list_to_json(repair.changes)},
          {"unrepaired", list_to_json(repair.unrepaired)}};
}

Json to_json(const Report& report, const RepairReport& repair) {
  Json json = to_json(report);
  json["repair"] = to_json(repair);
  return json;
}

}  // namespace imprint
