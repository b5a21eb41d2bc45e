#include "guestfs/report/junit.h"

#include <algorithm>
#include <pugixml.hpp>
#include <sstream>

#include "agent/base/printable.h"
#include "guestfs/language/say.h"
#include "guestfs/report/repair_text.h"
#include "guestfs/report/words.h"

namespace imprint::report {
namespace {

constexpr std::size_t longest_text = 4000;

void set(pugi::xml_node node, const char* name, const std::string& value) {
  node.append_attribute(name).set_value(printable(value, longest_text).c_str());
}

std::string line(const std::string& text) {
  return text.empty() ? "" : printable(text, longest_text) + "\n";
}

/// What a rule found that rejects, or all the rest of it.
std::string told(const ImageReport& image, const std::string& rule, bool rejecting) {
  std::string text;
  for (const Finding& finding : image.findings) {
    if (finding.rule != rule || rejects(finding) != rejecting) continue;
    text += line(fmt::format("{}: {}{}{}", word_of(finding.severity), place_of(finding),
                             finding.path.empty() ? "" : ": ", finding.message));
    text += line(waiver_of(finding));
    text += line(finding.text) + line(finding.effect) + line(finding.hint);
  }
  return text;
}

const Finding* error_or_null(const ImageReport& image, const std::string& rule) {
  const auto found = std::ranges::find_if(image.findings, [&](const Finding& finding) {
    return finding.rule == rule && rejects(finding);
  });
  return found == image.findings.end() ? nullptr : &*found;
}

/// The rules that were asked, and those that nobody has listed but that say something.
std::vector<RuleAnswer> answers_of(const ImageReport& image) {
  std::vector<RuleAnswer> answers = image.answers;
  const auto add = [&](const std::string& rule, Answered answer) {
    if (std::ranges::find(answers, rule, &RuleAnswer::rule) == answers.end())
      answers.push_back({rule, answer});
  };
  for (const Finding& finding : image.findings) add(finding.rule, Answered::fired);
  for (const Undetermined& item : image.undetermined) add(item.rule, Answered::undetermined);
  return answers;
}

struct Tally {
  int tests = 0;
  int failures = 0;
  int errors = 0;
  int skipped = 0;
};

class Suite {
 public:
  Suite(pugi::xml_node node, const ImageReport& image, const RepairReport* repair)
      : node_{node}, image_{image}, repair_{repair} {}

  void write() {
    set(node_, "name", image_.path);
    if (repair_ != nullptr) add_verdicts();
    for (const RuleAnswer& answer : answers_of(image_)) add_case(answer);
    if (repair_ != nullptr)
      node_.append_child("system-out").text().set(repair_text(*repair_, false).c_str());
    node_.append_attribute("tests").set_value(tally_.tests);
    node_.append_attribute("failures").set_value(tally_.failures);
    node_.append_attribute("errors").set_value(tally_.errors);
    node_.append_attribute("skipped").set_value(tally_.skipped);
    set(node_, "time", fmt::format("{:.3f}", static_cast<double>(image_.timings_ms.total) / 1000));
  }

 private:
  void add_verdicts() {
    auto properties = node_.append_child("properties");
    add_property(properties, "repair.before", to_string(repair_->before.verdict));
    if (repair_->after) add_property(properties, "repair.after", to_string(*repair_->after));
  }

  static void add_property(pugi::xml_node properties, const char* name, std::string_view value) {
    auto property = properties.append_child("property");
    set(property, "name", name);
    set(property, "value", std::string{value});
  }

  void add_case(const RuleAnswer& answer) {
    ++tally_.tests;
    auto test = node_.append_child("testcase");
    set(test, "classname", answer.rule.substr(0, answer.rule.find('.')));
    set(test, "name", answer.rule);
    const std::string& rule = answer.rule;
    if (const Finding* error = error_or_null(image_, rule))
      add_failure(test, *error);
    else if (answer.answer == Answered::undetermined)
      add_undetermined(test, rule);
    else if (answer.answer == Answered::not_applicable)
      add_skipped(test, say("not applicable"));
    const std::string milder = told(image_, rule, false);
    if (!milder.empty())
      test.append_child("system-out").append_child(pugi::node_pcdata).set_value(milder.c_str());
  }

  void add_failure(pugi::xml_node test, const Finding& error) {
    ++tally_.failures;
    auto failure = test.append_child("failure");
    set(failure, "type", "error");
    set(failure, "message", error.message);
    const std::string text = told(image_, error.rule, true);
    failure.append_child(pugi::node_pcdata).set_value(text.c_str());
  }

  void add_undetermined(pugi::xml_node test, const std::string& rule) {
    const auto reason = std::ranges::find(image_.undetermined, rule, &Undetermined::rule);
    if (reason == image_.undetermined.end())
      return add_skipped(test, say("not reached: the guest could not be read"));
    ++tally_.errors;
    auto error = test.append_child("error");
    set(error, "type", "undetermined");
    set(error, "message", reason->reason);
  }

  void add_skipped(pugi::xml_node test, const std::string& reason) {
    ++tally_.skipped;
    set(test.append_child("skipped"), "message", reason);
  }

  pugi::xml_node node_;
  const ImageReport& image_;
  const RepairReport* repair_;
  Tally tally_;
};

}  // namespace

std::string render_junit(const Report& report, const RepairReport* repair) {
  pugi::xml_document document;
  auto declaration = document.append_child(pugi::node_declaration);
  declaration.append_attribute("version").set_value("1.0");
  declaration.append_attribute("encoding").set_value("UTF-8");
  auto suites = document.append_child("testsuites");
  set(suites, "name", fmt::format("imprint {}", report.profile));
  for (const ImageReport& image : report.images)
    Suite{suites.append_child("testsuite"), image, repair}.write();
  std::ostringstream out;
  document.save(out, "  ");
  return out.str();
}

}  // namespace imprint::report
