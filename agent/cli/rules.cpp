// imprintctl rules: what a check looks for.

#include <algorithm>
#include <ostream>

#include "agent/cli/print.h"
#include "agent/cli/session.h"
#include "agent/model/json.h"

namespace imprint::cli {
namespace {

struct NoOptions {};
struct RuleOption {
  std::string rule;
};

Json to_json(const RuleText& rule) {
  Json profiles = Json::object();
  for (const ProfileOpinion& opinion : rule.profiles) profiles[opinion.profile] = opinion.severity;
  return {{"id", rule.id},        {"severity", to_string(rule.severity)},
          {"title", rule.title},  {"effect", rule.effect},
          {"hint", rule.hint},    {"profiles", std::move(profiles)},
          {"repair", rule.repair}};
}

/// "generic error, ecs warning".
std::string opinions_of(const RuleText& rule) {
  std::vector<std::string> words;
  for (const ProfileOpinion& opinion : rule.profiles)
    words.push_back(opinion.profile + " " + opinion.severity);
  return fmt::format("{}", fmt::join(words, ", "));
}

Result<int> list(Session& session, const NoOptions&) {
  session.speak();
  Json json = Json::array();
  std::vector<Row> rows{{"RULE", "SEVERITY", "WHAT IT CHECKS"}};
  for (const RuleText& rule : session.environment.rules()) {
    json.push_back(to_json(rule));
    rows.push_back({rule.id, std::string{to_string(rule.severity)}, rule.title});
  }
  if (session.json)
    print_json(session.environment.out, json);
  else
    print_table(session.environment.out, rows);
  return status_ok;
}

Result<int> show(Session& session, const RuleOption& options) {
  session.speak();
  const auto rules = session.environment.rules();
  const auto rule = std::ranges::find(rules, options.rule, &RuleText::id);
  if (rule == rules.end())
    return make_error(Errc::not_found, "no rule '{}'; 'imprintctl rules' lists them all",
                      options.rule);
  if (session.json)
    print_json(session.environment.out, to_json(*rule));
  else
    print_fields(session.environment.out, {{"rule", rule->id},
                                           {"severity", std::string{to_string(rule->severity)}},
                                           {"checks", rule->title},
                                           {"effect", rule->effect},
                                           {"hint", rule->hint},
                                           {"repair", rule->repair.empty() ? "-" : rule->repair},
                                           {"profiles", opinions_of(*rule)}});
  return status_ok;
}

}  // namespace

void add_rules(CLI::App& app, Session& session) {
  CLI::App* rules = app.add_subcommand("rules", "What a check looks for");
  rules->footer("Examples:\n  imprintctl rules\n  imprintctl rules show fstab.device-not-in-image");
  rules->require_subcommand(0, 1);
  auto options = std::make_shared<RuleOption>();
  add_language(*rules, session);
  add_language(*add_action(*rules, session, "list", "All rules; the default",
                           std::make_shared<NoOptions>(), list),
               session);
  CLI::App* one =
      add_action(*rules, session, "show",
                 "One rule: its effect, what to do, what profiles make of it", options, show);
  one->add_option("RULE", options->rule, "Its id, as reports name it")->required();
  add_language(*one, session);
  rules->callback([rules, &session] {
    if (rules->get_subcommands().empty()) session.action = [&session] { return list(session, {}); };
  });
}

}  // namespace imprint::cli
