#include "guestfs/inspect/ledger.h"

#include <algorithm>
#include <tuple>

#include "guestfs/inspect/context_lines.h"
#include "guestfs/rules/table.h"
#include "guestfs/rules/waivers.h"

namespace imprint::inspect {
namespace {

/// What two answers to one question make together: what is wrong or unknown outweighs the rest.
Answered graver(Answered one, Answered other) {
  const auto weight = [](Answered answered) {
    switch (answered) {
      case Answered::undetermined:
        return 3;
      case Answered::fired:
        return 2;
      case Answered::clean:
        return 1;
      case Answered::not_applicable:
        return 0;
    }
    return 0;
  };
  return weight(one) >= weight(other) ? one : other;
}

void add_answer(std::vector<RuleAnswer>& answers, std::string_view rule, Answered answer) {
  const auto known = std::ranges::find(answers, rule, &RuleAnswer::rule);
  if (known == answers.end())
    answers.push_back({std::string{rule}, answer});
  else
    known->answer = graver(known->answer, answer);
}

bool is_same(const Finding& one, const Finding& other) {
  return std::tie(one.rule, one.path, one.line, one.text, one.message) ==
         std::tie(other.rule, other.path, other.line, other.text, other.message);
}

/// Smaller is graver: what is waived comes after all that is not. Severities are declared from the
/// gravest to the mildest.
std::pair<bool, Severity> weight(const Finding& finding) {
  return {finding.waived.has_value(), finding.severity};
}

void merge_finding(std::vector<Finding>& findings, const Finding& finding) {
  const auto known =
      std::ranges::find_if(findings, [&](const Finding& each) { return is_same(each, finding); });
  if (known == findings.end())
    findings.push_back(finding);
  else if (weight(finding) < weight(*known))
    *known = finding;
}

void merge_undetermined(std::vector<Undetermined>& list, const Undetermined& item) {
  const bool known = std::ranges::any_of(list, [&](const Undetermined& each) {
    return each.rule == item.rule && each.reason == item.reason;
  });
  if (!known) list.push_back(item);
}

/// The table's order; what is not in the table comes first.
void sort_by_table(std::vector<RuleAnswer>& answers) {
  std::ranges::stable_sort(answers, {},
                           [](const RuleAnswer& answer) { return rules::find_rule(answer.rule); });
}

}  // namespace

Ledger::Ledger(const std::vector<rules::Profile>& profiles, std::string today)
    : today_{std::move(today)} {
  for (const rules::Profile& profile : profiles) {
    Page& page = pages_.emplace_back(Page{&profile, {}});
    page.report.profile = profile.name;
  }
}

void Ledger::undetermined(std::string_view rule, const std::string& reason) {
  for (Page& page : pages_) {
    page.report.undetermined.push_back({std::string{rule}, reason});
    add_answer(page.report.answers, rule, Answered::undetermined);
  }
}

void Ledger::fired(std::string_view id, const rules::Evidence& evidence) {
  const rules::Rule* rule = rules::find_rule(id);
  if (rule == nullptr) return;
  for (Page& page : pages_) {
    if (page.profile->is_off(id)) continue;
    page.report.findings.push_back(rules::make_finding(*rule, evidence, *page.profile));
    add_answer(page.report.answers, id, Answered::fired);
  }
}

void Ledger::add_gate_finding(const Finding& finding) {
  for (Page& page : pages_) {
    std::vector<Finding> regraded{finding};
    if (finding.severity != Severity::error) rules::regrade(regraded, *page.profile);
    for (Finding& each : regraded) {
      add_answer(page.report.answers, each.rule, Answered::fired);
      page.report.findings.push_back(std::move(each));
    }
  }
}

void Ledger::answered(std::string_view family) {
  for (Page& page : pages_)
    for (const rules::Rule& rule : rules::all_rules())
      if (rule.evaluate == nullptr && rule.id.starts_with(family) && !page.profile->is_off(rule.id))
        add_answer(page.report.answers, rule.id, Answered::clean);
}

void Ledger::no_guest(std::string_view asked, const std::string& reason) {
  undetermined(asked, reason);
  for (Page& page : pages_)
    for (const rules::Rule& rule : rules::all_rules())
      if (rule.evaluate != nullptr && !page.profile->is_off(rule.id))
        add_answer(page.report.answers, rule.id, Answered::undetermined);
}

void Ledger::run_rules(const rules::Context& context) {
  for (Page& page : pages_) {
    auto judgement = rules::run_rules(context, *page.profile);
    std::ranges::move(judgement.findings, std::back_inserter(page.report.findings));
    std::ranges::move(judgement.undetermined, std::back_inserter(page.report.undetermined));
    for (const RuleAnswer& each : judgement.answers)
      add_answer(page.report.answers, each.rule, each.answer);
  }
}

void Ledger::add_context(guest::FollowingFs& fs) {
  for (Page& page : pages_) inspect::add_context(page.report.findings, fs);
}

std::vector<Finding> Ledger::findings() const {
  std::vector<Finding> findings;
  for (const Page& page : pages_)
    for (const Finding& finding : page.report.findings) merge_finding(findings, finding);
  return findings;
}

void Ledger::close(ImageReport& report) {
  for (Page& page : pages_) rules::apply_waivers(*page.profile, report, today_, page.report);
  report.findings = findings();
  for (Page& page : pages_) {
    ProfileReport& ours = page.report;
    sort_by_table(ours.answers);
    ours.coverage = coverage_of(ours.answers);
    ours.verdict = verdict_of(ours.findings, ours.undetermined);
    for (const Undetermined& item : ours.undetermined)
      merge_undetermined(report.undetermined, item);
    for (const RuleAnswer& each : ours.answers) add_answer(report.answers, each.rule, each.answer);
  }
  sort_by_table(report.answers);
  report.coverage = coverage_of(report.answers);
  report.verdict = verdict_of(report.findings, report.undetermined);
  if (pages_.size() < 2) return;
  for (Page& page : pages_) report.profiles.push_back(std::move(page.report));
}

}  // namespace imprint::inspect
