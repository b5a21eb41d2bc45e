#include "guestfs/report/sarif.h"

#include <algorithm>
#include <map>

#include "agent/base/digest.h"
#include "agent/base/printable.h"
#include "agent/model/json.h"
#include "guestfs/language/language.h"
#include "guestfs/report/sarif_repair.h"
#include "guestfs/report/uri.h"

namespace imprint::report {
namespace {

constexpr const char* guest_root = "GUEST";
constexpr std::size_t longest_text = 4000;

std::string_view level_of(Severity severity) {
  switch (severity) {
    case Severity::error:
      return "error";
    case Severity::warning:
      return "warning";
    case Severity::info:
      return "note";
  }
  return "none";
}

Json message(std::string_view text) {
  return {{"text", printable(text, longest_text)}};
}

Json translated(std::string_view english) {
  return message(language::translate(english));
}

using Table = std::vector<rules::Rule>;

Json rules_json(const Table& table) {
  Json list = Json::array();
  for (const rules::Rule& rule : table)
    list.push_back({{"id", rule.id},
                    {"shortDescription", translated(rule.title)},
                    {"fullDescription", translated(rule.effect)},
                    {"help", translated(rule.hint)},
                    {"defaultConfiguration", {{"level", level_of(rule.severity)}}}});
  return list;
}

/// Where the rule stands in the table; -1, which SARIF takes for unknown, if it is not there.
std::ptrdiff_t index_of(const Table& table, const std::string& id) {
  const auto rule = std::ranges::find(table, id, &rules::Rule::id);
  return rule == table.end() ? -1 : rule - table.begin();
}

Json artifact_location(const ImageReport& image, const Finding& finding) {
  if (finding.path.empty()) return {{"uri", uri_of_file(image.path)}};
  return {{"uri", relative_uri(finding.path)}, {"uriBaseId", guest_root}};
}

Json context_region(const Finding& finding) {
  std::string text;
  for (const ContextLine& line : finding.context) text += printable(line.text) + "\n";
  return {{"startLine", finding.context.front().line},
          {"endLine", finding.context.back().line},
          {"snippet", {{"text", text}}}};
}

Json location(const ImageReport& image, const Finding& finding) {
  Json place{{"artifactLocation", artifact_location(image, finding)}};
  if (finding.line && *finding.line > 0) {
    Json region{{"startLine", *finding.line}};
    if (!finding.text.empty()) region["snippet"] = message(finding.text);
    place["region"] = std::move(region);
    if (!finding.context.empty()) place["contextRegion"] = context_region(finding);
  }
  return {{"physicalLocation", std::move(place)}};
}

/// The same for the same fault after lines were added above it. The same fault twice is counted.
class Fingerprints {
 public:
  std::string of(const Finding& finding) {
    const std::string& evidence = finding.text.empty() ? finding.message : finding.text;
    const std::string digest =
        digest_of(fmt::format("{}\n{}\n{}", finding.rule, finding.path, evidence));
    return fmt::format("{}:{}", digest.substr(0, 32), ++seen_[digest]);
  }

 private:
  std::map<std::string, int> seen_;
};

/// A waiver is a decision outside of the image, and takes effect only where it stands.
Json suppressions_json(const Waived& waived) {
  return Json::array({{{"kind", "external"},
                       {"status", "accepted"},
                       {"justification", printable(waived.reason, longest_text)},
                       {"properties", {{"expires", printable(waived.expires, longest_text)}}}}});
}

Json result_json(const ImageReport& image, const Table& table, const Finding& finding,
                 const std::string& fingerprint) {
  Json result{{"ruleId", finding.rule},
              {"ruleIndex", index_of(table, finding.rule)},
              {"level", level_of(finding.severity)},
              {"message", message(finding.message)},
              {"locations", Json::array({location(image, finding)})},
              {"partialFingerprints", {{"evidence/v1", fingerprint}}},
              {"properties",
               {{"effect", printable(finding.effect, longest_text)},
                {"hint", printable(finding.hint, longest_text)}}}};
  // Once one result of a run has the key, SARIF asks all of them to have it.
  const bool any = std::ranges::any_of(image.findings,
                                       [](const Finding& each) { return each.waived.has_value(); });
  if (any) result["suppressions"] = Json::array();
  if (finding.waived) result["suppressions"] = suppressions_json(*finding.waived);
  return result;
}

Json results_json(const ImageReport& image, const Table& table) {
  Json results = Json::array();
  Fingerprints fingerprints;
  for (const Finding& finding : image.findings)
    results.push_back(result_json(image, table, finding, fingerprints.of(finding)));
  return results;
}

Json invocation_json(const ImageReport& image, const Table& table) {
  Json notifications = Json::array();
  bool was_read = true;
  for (const Undetermined& item : image.undetermined) {
    was_read = was_read && item.rule != "disk.unreadable";
    notifications.push_back(
        {{"level", "warning"},
         {"message", message(item.reason)},
         {"associatedRule", {{"id", item.rule}, {"index", index_of(table, item.rule)}}}});
  }
  return {{"executionSuccessful", was_read},
          {"toolExecutionNotifications", std::move(notifications)}};
}

Json artifact_json(const ImageReport& image) {
  Json artifact{{"location", {{"uri", uri_of_file(image.path)}}},
                {"roles", Json::array({"analysisTarget"})}};
  if (!image.sha256.empty()) artifact["hashes"] = {{"sha-256", image.sha256}};
  return artifact;
}

Json verdicts_json(const Report& report, const ImageReport& image) {
  Json verdicts = Json::object();
  for (const ProfileReport& profile : image.profiles)
    verdicts[profile.profile] = to_string(profile.verdict);
  if (image.profiles.empty()) verdicts[report.profile] = to_string(image.verdict);
  return verdicts;
}

Json run_json(const Report& report, const ImageReport& image, const Table& table) {
  return {{"tool",
           {{"driver",
             {{"name", "Imprint"},
              {"version", IMPRINT_VERSION},
              {"properties", {{"ruleset", report.ruleset}}},
              {"rules", rules_json(table)}}}}},
          {"invocations", Json::array({invocation_json(image, table)})},
          {"originalUriBaseIds",
           {{guest_root,
             {{"description",
               message(fmt::format("the root of the guest's files in {}", image.path))}}}}},
          {"artifacts", Json::array({artifact_json(image)})},
          {"results", results_json(image, table)},
          {"properties",
           {{"verdict", to_string(image.verdict)}, {"verdicts", verdicts_json(report, image)}}}};
}

}  // namespace

std::string render_sarif(const Report& report, const std::vector<rules::Rule>& rules,
                         const RepairReport* repair) {
  Json runs = Json::array();
  for (const ImageReport& image : report.images) {
    runs.push_back(run_json(report, image, rules));
    if (repair != nullptr) add_repair(runs.back(), *repair);
  }
  const Json log{{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                 {"version", "2.1.0"},
                 {"runs", std::move(runs)}};
  return dump_json(log, 2) + "\n";
}

}  // namespace imprint::report
