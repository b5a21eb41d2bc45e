#include "guestfs/rules/engine.h"

#include <utility>

#include "guestfs/language/say.h"
#include "guestfs/rules/table.h"

namespace imprint::rules {
namespace {

/// A hostile file of half a million bad lines must not become a report of that size.
constexpr std::size_t most_findings_of_a_rule = 100;

void shorten(std::vector<Evidence>& fired) {
  if (fired.size() <= most_findings_of_a_rule) return;
  const std::size_t left_out = fired.size() - most_findings_of_a_rule + 1;
  fired.resize(most_findings_of_a_rule);
  Evidence& last = fired.back();
  last.line.reset();
  last.text.clear();
  last.message = say("{} more places like these", left_out);
}

Answered word_for(const Answer& answer) {
  if (!answer.undetermined.empty()) return Answered::undetermined;
  if (!answer.fired.empty()) return Answered::fired;
  return answer.not_applicable ? Answered::not_applicable : Answered::clean;
}

void take(Answer answer, const Rule& rule, const Profile& profile, Judgement& judgement) {
  judgement.answers.push_back({std::string{rule.id}, word_for(answer)});
  shorten(answer.fired);
  for (Evidence& evidence : answer.fired)
    judgement.findings.push_back(make_finding(rule, std::move(evidence), profile));
  for (std::string& reason : answer.undetermined)
    judgement.undetermined.push_back({std::string{rule.id}, std::move(reason)});
}

/// The rules of Linux say nothing of Windows, nor the other way round; those of disks, and of what
/// any file system and processor is, speak of both.
bool concerns(const Rule& rule, const facts::Facts& facts) {
  for (const std::string_view both : {"disk.", "arch.", "fs.dirty", "fs.errors"})
    if (rule.id.starts_with(both)) return true;
  return rule.id.starts_with("win.") == facts.windows.has_value();
}

Answer answer_of(const Rule& rule, const Context& context) {
  if (!concerns(rule, context.facts)) return Answer::not_applied();
  const auto& windows = context.facts.windows;
  if (windows && !windows->unreadable.empty() && rule.id.starts_with("win."))
    return Answer::unknown(windows->unreadable);
  return rule.evaluate(context);
}

}  // namespace

bool Profile::is_off(std::string_view rule) const {
  const auto entry = severities.find(rule);
  return entry != severities.end() && !entry->second;
}

Severity Profile::severity_of(const Rule& rule, std::optional<Severity> of_case) const {
  const auto entry = severities.find(rule.id);
  const Severity ours = entry != severities.end() && entry->second ? *entry->second : rule.severity;
  if (!of_case) return ours;
  // Severities are declared from the gravest to the mildest.
  const bool milder_than_rule = ours > rule.severity;
  return milder_than_rule && ours > *of_case ? ours : *of_case;
}

Finding make_finding(const Rule& rule, Evidence evidence, const Profile& profile) {
  Finding finding;
  finding.rule = rule.id;
  finding.severity = profile.severity_of(rule, evidence.severity);
  finding.path = std::move(evidence.path);
  finding.line = evidence.line;
  finding.text = std::move(evidence.text);
  finding.message = std::move(evidence.message);
  finding.effect =
      evidence.effect ? *std::move(evidence.effect) : std::string{language::translate(rule.effect)};
  finding.hint =
      evidence.hint ? *std::move(evidence.hint) : std::string{language::translate(rule.hint)};
  return finding;
}

void regrade(std::vector<Finding>& findings, const Profile& profile) {
  std::erase_if(findings, [&](const Finding& finding) { return profile.is_off(finding.rule); });
  for (Finding& finding : findings) {
    const Rule* rule = find_rule(finding.rule);
    if (rule == nullptr) continue;
    const bool of_case = finding.severity != rule->severity;
    finding.severity =
        profile.severity_of(*rule, of_case ? std::optional{finding.severity} : std::nullopt);
  }
}

Judgement run_rules(const Context& context, const Profile& profile) {
  const Context limited{context.inventory, context.fs, context.facts, profile.limits,
                        profile.demands};
  Judgement judgement;
  for (const Rule& rule : all_rules())
    if (rule.evaluate != nullptr && !profile.is_off(rule.id))
      take(answer_of(rule, limited), rule, profile, judgement);
  judgement.coverage = coverage_of(judgement.answers);
  return judgement;
}

}  // namespace imprint::rules
