#include "agent/model/report.h"

#include <algorithm>

#include "agent/model/words.h"

namespace imprint {
namespace {

constexpr Words<Verdict, 3> verdicts{{{Verdict::accepted, "accepted"},
                                      {Verdict::rejected, "rejected"},
                                      {Verdict::undetermined, "undetermined"}}};
constexpr Words<Severity, 3> severities{
    {{Severity::error, "error"}, {Severity::warning, "warning"}, {Severity::info, "info"}}};
constexpr Words<Answered, 4> answers_of_rules{{{Answered::fired, "fired"},
                                               {Answered::clean, "clean"},
                                               {Answered::not_applicable, "not_applicable"},
                                               {Answered::undetermined, "undetermined"}}};
constexpr Words<Found, 3> found_words{
    {{Found::found, "found"}, {Found::absent, "absent"}, {Found::unknown, "unknown"}}};

/// What one profile says of a rule, in a word.
std::string answer_of(const ProfileReport& profile, const std::string& rule) {
  std::optional<Severity> gravest;
  bool waived = false;
  for (const Finding& finding : profile.findings) {
    if (finding.rule != rule) continue;
    if (finding.waived)
      waived = true;
    else if (!gravest || finding.severity < *gravest)
      gravest = finding.severity;
  }
  if (!gravest && waived) return "waived";
  if (gravest) return std::string{to_string(*gravest)};
  const auto answer = std::ranges::find(profile.answers, rule, &RuleAnswer::rule);
  return answer == profile.answers.end() ? "off" : std::string{to_string(answer->answer)};
}

/// Whether the answers differ in more than in why there is nothing to complain of.
bool is_difference(const std::vector<std::string>& answers) {
  const auto quiet = [](const std::string& answer) {
    return answer == "clean" || answer == "not_applicable" || answer == "off";
  };
  return !std::ranges::all_of(answers, quiet) &&
         std::ranges::count(answers, answers.front()) != std::ssize(answers);
}

}  // namespace

std::string_view to_string(Verdict verdict) noexcept {
  return word_of(verdicts, verdict);
}

std::string_view to_string(Severity severity) noexcept {
  return word_of(severities, severity);
}

std::string_view to_string(Answered answered) noexcept {
  return word_of(answers_of_rules, answered);
}

std::string_view to_string(Found found) noexcept {
  return word_of(found_words, found);
}

Result<Verdict> parse_verdict(std::string_view text) {
  return parse_word(verdicts, text, "verdict");
}

Result<Severity> parse_severity(std::string_view text) {
  return parse_word(severities, text, "severity");
}

Result<Answered> parse_answered(std::string_view text) {
  return parse_word(answers_of_rules, text, "rule's answer");
}

Result<Found> parse_found(std::string_view text) {
  return parse_word(found_words, text, "word for what was found");
}

bool rejects(const Finding& finding) {
  return finding.severity == Severity::error && !finding.waived;
}

Verdict verdict_of(const std::vector<Finding>& findings,
                   const std::vector<Undetermined>& undetermined) {
  if (std::ranges::any_of(findings, rejects)) return Verdict::rejected;
  return undetermined.empty() ? Verdict::accepted : Verdict::undetermined;
}

std::vector<Difference> differences_of(const std::vector<ProfileReport>& profiles) {
  std::vector<std::string> rules;
  for (const ProfileReport& profile : profiles)
    for (const RuleAnswer& answer : profile.answers)
      if (std::ranges::find(rules, answer.rule) == rules.end()) rules.push_back(answer.rule);
  std::vector<Difference> differences;
  for (const std::string& rule : rules) {
    Difference difference{rule, {}};
    for (const ProfileReport& profile : profiles)
      difference.answers.push_back(answer_of(profile, rule));
    if (is_difference(difference.answers)) differences.push_back(std::move(difference));
  }
  return differences;
}

Coverage coverage_of(const std::vector<RuleAnswer>& answers) {
  Coverage coverage;
  for (const RuleAnswer& each : answers) switch (each.answer) {
      case Answered::fired:
      case Answered::clean:
        ++coverage.evaluated;
        break;
      case Answered::not_applicable:
        ++coverage.not_applicable;
        break;
      case Answered::undetermined:
        ++coverage.undetermined;
        break;
    }
  return coverage;
}

}  // namespace imprint
