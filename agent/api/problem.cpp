#include "agent/api/problem.h"

#include "agent/model/job.h"
#include "agent/model/json.h"

namespace imprint::api {
namespace {

std::string_view title_of(Errc code) noexcept {
  switch (code) {
    case Errc::invalid:
      return "The request is wrong";
    case Errc::not_found:
      return "No such thing";
    case Errc::conflict:
      return "The present state forbids it";
    case Errc::denied:
      return "Not allowed";
    case Errc::unavailable:
      return "A part outside does not answer now";
    case Errc::exhausted:
      return "A limit is reached";
    case Errc::corrupt:
      return "Stored or received bytes are damaged";
    case Errc::cancelled:
      return "Stopped on request";
    case Errc::internal:
      return "A fault of the agent";
  }
  return "A fault of the agent";
}

}  // namespace

int status_of(Errc code) noexcept {
  switch (code) {
    case Errc::invalid:
      return 400;
    case Errc::denied:
      return 403;
    case Errc::not_found:
      return 404;
    case Errc::conflict:
    case Errc::cancelled:
      return 409;
    case Errc::unavailable:
      return 503;
    case Errc::exhausted:
      return 507;
    case Errc::corrupt:
    case Errc::internal:
      return 500;
  }
  return 500;
}

std::string write_problem(const Error& error, int status) {
  return dump_json({{"type", fmt::format("urn:imprint:problem:{}", to_string(error.code))},
                    {"title", title_of(error.code)},
                    {"status", status},
                    {"detail", error.message},
                    {"code", to_string(error.code)}});
}

Error read_problem(int status, const std::string& body) {
  const Error unreadable = make_error(
      Errc::internal, "the agent answered with status {} and no problem document", status);
  const auto json = parse_json(body);
  if (!json) return unreadable;
  ObjectReader reader{*json, "problem"};
  const auto code = parse_errc(reader.text("code"));
  std::string detail = reader.text("detail");
  return code ? Error{*code, std::move(detail)} : unreadable;
}

}  // namespace imprint::api
