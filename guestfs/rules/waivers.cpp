#include "guestfs/rules/waivers.h"

#include <algorithm>
#include <array>

#include "guestfs/language/say.h"
#include "guestfs/rules/engine.h"
#include "guestfs/rules/table.h"

namespace imprint::rules {
namespace {

constexpr std::array rules{
    Rule{"waiver.expired", Severity::warning, "the waivers of the profile are still good",
         "what it waived counts again",
         "look at the finding again: mend the image, or set a later day", nullptr},
    Rule{"waiver.unused", Severity::info, "each waiver of the profile fits something",
         "none: it waits for a finding that nobody may have thought of",
         "delete the waiver if the image is mended", nullptr},
};

bool fits(std::string_view text, const std::optional<std::string>& pattern) {
  return !pattern || fits_pattern(text, *pattern);
}

bool is_of_image(const Waiver& waiver, const ImageReport& image) {
  const std::string_view path = image.path;
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return (fits(path, waiver.image) || fits(name, waiver.image)) &&
         (!waiver.sha256 || *waiver.sha256 == image.sha256);
}

bool is_of_finding(const Waiver& waiver, const Finding& finding) {
  return waiver.rule == finding.rule && fits(finding.path, waiver.path) &&
         fits(finding.text, waiver.text);
}

bool was_answered(const ProfileReport& report, const std::string& rule) {
  const auto answer = std::ranges::find(report.answers, rule, &RuleAnswer::rule);
  return answer != report.answers.end() && answer->answer != Answered::undetermined;
}

class Application {
 public:
  Application(const Profile& profile, ProfileReport& report) : profile_{profile}, report_{report} {}

  void apply(const Waiver& waiver, std::string_view today) {
    if (waiver.expires < today)
      return remark("waiver.expired", say("the waiver of '{}' ended on {}; its reason was: {}",
                                          waiver.rule, waiver.expires, waiver.reason));
    bool used = false;
    for (Finding& finding : report_.findings) {
      const Rule* rule = find_rule(finding.rule);
      if (!is_of_finding(waiver, finding) || rule == nullptr || !may_be_waived(*rule)) continue;
      finding.waived = Waived{waiver.reason, waiver.expires};
      used = true;
    }
    if (!used && was_answered(report_, waiver.rule))
      remark("waiver.unused",
             say("the waiver of '{}' fits nothing that was found; its reason is: {}", waiver.rule,
                 waiver.reason));
  }

  void finish() {
    for (const Rule& rule : rules) {
      if (profile_.is_off(rule.id)) continue;
      const bool fired = std::ranges::any_of(
          remarks_, [&](const Finding& finding) { return finding.rule == rule.id; });
      report_.answers.push_back({std::string{rule.id}, fired ? Answered::fired : Answered::clean});
    }
    std::ranges::move(remarks_, std::back_inserter(report_.findings));
  }

 private:
  void remark(std::string_view id, std::string message) {
    if (profile_.is_off(id)) return;
    Evidence evidence;
    evidence.message = std::move(message);
    remarks_.push_back(make_finding(*find_rule(id), std::move(evidence), profile_));
  }

  const Profile& profile_;
  ProfileReport& report_;
  std::vector<Finding> remarks_;
};

}  // namespace

bool may_be_waived(const Rule& rule) {
  constexpr std::array<std::string_view, 3> without_a_system{"os.none-found", "os.not-installed",
                                                             "fs.multi-disk-root"};
  const bool of_the_gate = rule.evaluate == nullptr && rule.id.starts_with("disk.");
  return !of_the_gate && !rule.id.starts_with("waiver.") &&
         std::ranges::find(without_a_system, rule.id) == without_a_system.end();
}

bool fits_pattern(std::string_view text, std::string_view pattern) {
  std::size_t at = 0;
  std::size_t in_pattern = 0;
  std::size_t star = std::string_view::npos;  // the last one
  std::size_t resume = 0;                     // what it has taken so far ends there
  while (at < text.size()) {
    const bool more = in_pattern < pattern.size();
    if (more && pattern[in_pattern] == '*') {
      star = in_pattern++;
      resume = at;
    } else if (more && (pattern[in_pattern] == '?' || pattern[in_pattern] == text[at])) {
      ++in_pattern;
      ++at;
    } else if (star != std::string_view::npos) {
      in_pattern = star + 1;
      at = ++resume;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', in_pattern) == std::string_view::npos;
}

void apply_waivers(const Profile& profile, const ImageReport& image, std::string_view today,
                   ProfileReport& report) {
  if (profile.waivers.empty()) return;
  Application application{profile, report};
  for (const Waiver& waiver : profile.waivers)
    if (is_of_image(waiver, image)) application.apply(waiver, today);
  application.finish();
}

std::span<const Rule> waiver_rules() {
  return rules;
}

}  // namespace imprint::rules
