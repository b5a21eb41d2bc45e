#include "agent/policy/import.h"

namespace imprint::policy {
namespace {

constexpr std::size_t findings_told = 5;  // the whole report is kept beside the job

bool is_url(const std::string& source) {
  return source.starts_with("http://") || source.starts_with("https://");
}

/// The part of a URL that names the server, with a user and password if they are there.
std::string_view authority_of(std::string_view url) {
  url.remove_prefix(url.find("//") + 2);
  return url.substr(0, url.find_first_of("/?#"));
}

std::string text_of(const Finding& finding) {
  std::string place = finding.path;
  if (finding.line) place += fmt::format(":{}", *finding.line);
  if (!place.empty()) place += ": ";
  return fmt::format("{}{} [{}]", place, finding.message, finding.rule);
}

std::vector<std::string> reasons_of(const ImageReport& report) {
  std::vector<std::string> reasons;
  for (const Finding& finding : report.findings)
    if (rejects(finding)) reasons.push_back(text_of(finding));
  for (const Undetermined& open : report.undetermined)
    reasons.push_back(fmt::format("{} [{}]", open.reason, open.rule));
  return reasons;
}

}  // namespace

Result<> may_fetch(const std::string& source) {
  if (source.starts_with('/')) return {};
  if (!is_url(source))
    return make_error(Errc::invalid,
                      "the source is neither an absolute path nor an http or https URL");
  const std::string_view authority = authority_of(source);
  if (authority.empty()) return make_error(Errc::invalid, "the source URL names no server");
  if (authority.find('@') != std::string_view::npos)
    return make_error(Errc::invalid,
                      "the source URL holds a user or password, which would be recorded");
  return {};
}

std::string public_source(const std::string& source) {
  return is_url(source) ? source.substr(0, source.find_first_of("?#")) : source;
}

Result<> may_import(const ImageReport& report, const Sha256& fetched) {
  if (report.verdict != Verdict::accepted) {
    const std::vector<std::string> reasons = reasons_of(report);
    std::string text = fmt::format("the image is {}", to_string(report.verdict));
    for (std::size_t i = 0; i < reasons.size() && i < findings_told; ++i)
      text += (i == 0 ? ": " : "; ") + reasons[i];
    if (reasons.size() > findings_told)
      text += fmt::format("; and {} more", reasons.size() - findings_told);
    return Error{Errc::denied, text};
  }
  if (report.sha256 != fetched.hex())
    return make_error(Errc::corrupt, "the report is of bytes '{}', but '{}' were fetched",
                      report.sha256, fetched.hex());
  return {};
}

ConfirmSignal default_confirm(const GuestFacts& guest) {
  ConfirmSignal signal;
  if (guest.type == "windows") signal.kind = ConfirmKind::agent;  // it has no serial login
  return signal;
}

}  // namespace imprint::policy
