#include "agent/api/dispatch.h"

#include <algorithm>
#include <charconv>

#include "agent/api/problem.h"
#include "agent/base/guarded.h"
#include "agent/base/log.h"
#include "agent/model/json.h"

namespace imprint::api {
namespace {

constexpr std::size_t key_limit = 128;
constexpr int retry_after_seconds = 5;

Response problem(const Error& error, int status) {
  return {status, "application/problem+json", write_problem(error, status), {}};
}

/// Text of a caller for messages: short, and without bytes that could forge a log line.
std::string shown(std::string_view text) {
  std::string clean{text.substr(0, 120)};
  const auto steers = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; };
  std::ranges::replace_if(clean, steers, '?');
  return clean;
}

std::optional<Response> refuse_route(const Match& match, Role role, const Head& head) {
  if (match.route == nullptr && role == Role::nobody)
    return refusal(make_error(Errc::denied, "the caller has no role here"));
  if (match.methods.empty())
    return refusal(make_error(Errc::not_found, "no resource '{}'", shown(head.path)));
  if (match.route == nullptr) {
    const std::string allowed = fmt::format("{}", fmt::join(match.methods, ", "));
    Response response = problem(make_error(Errc::invalid, "'{}' does not take {}, only {}",
                                           shown(head.path), shown(head.method), allowed),
                                405);
    response.headers.emplace_back("Allow", allowed);
    return response;
  }
  if (role < match.route->role)
    return refusal(make_error(Errc::denied, "{} '{}' needs the role '{}', the caller is '{}'",
                              head.method, shown(head.path), to_string(match.route->role),
                              to_string(role)));
  return std::nullopt;
}

Result<Fields> read_query(const Route& route, const Head& head) {
  Fields fields;
  for (const auto& [key, value] : head.query) {
    if (std::ranges::find(route.query, key) == route.query.end())
      return make_error(Errc::invalid, "query '{}': unknown key", shown(key));
    if (!fields.emplace(key, value).second)
      return make_error(Errc::invalid, "query '{}': given twice", shown(key));
  }
  return fields;
}

Result<> check_key(const std::string& key) {
  const bool printable = std::ranges::all_of(key, [](char c) { return c > ' ' && c < 0x7f; });
  if (printable && key.size() <= key_limit) return {};
  return make_error(Errc::invalid,
                    "header 'Idempotency-Key': must be 1 to {} visible ASCII characters",
                    key_limit);
}

/// The generation that If-Match names, as an entity tag or bare: "7". A precondition that nothing
/// would look at is refused rather than passed over.
Result<std::optional<std::int64_t>> expected_generation(const Route& route, const Head& head) {
  if (!head.if_match) return std::optional<std::int64_t>{};
  const std::string_view pattern = route.pattern;
  const bool of_a_record = pattern.starts_with("/v1/instances/{") || pattern == "/v1/images/{ref}";
  if (route.method == "GET" || !of_a_record)
    return make_error(Errc::invalid, "header 'If-Match': is not taken by this request");
  std::string_view text = *head.if_match;
  if (text.size() > 2 && text.starts_with('"') && text.ends_with('"'))
    text = text.substr(1, text.size() - 2);
  std::int64_t generation = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), generation);
  if (fault == std::errc{} && end == text.data() + text.size() && generation > 0)
    return std::optional{generation};
  return make_error(Errc::invalid, "header 'If-Match': must be a generation, as in \"7\"");
}

bool announces_too_much(const Head& head) {
  if (!head.content_length) return false;
  const std::string& text = *head.content_length;
  std::uint64_t length = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), length);
  return fault != std::errc{} || end != text.data() + text.size() || length > body_limit;
}

Result<Json> read_body(const Route& route, const std::string& body) {
  if (body.empty()) return Json(Json::object());
  if (route.method == "GET") return make_error(Errc::invalid, "a GET request takes no body");
  return parse_json(body);
}

Result<Response> run(Context& context, Admitted& admitted, const std::string& body) {
  // The last resort for a fault of ours or of a library: the caller gets an answer, the agent lives
  // on.
  return guarded([&]() -> Result<Response> {
    admitted.request.body = TRY(read_body(*admitted.route, body));
    return admitted.route->handler(context, admitted.request);
  });
}

void log_change(const Admitted& admitted, const Response& response, const std::string& why) {
  std::string names;
  for (const auto& [key, value] : admitted.request.path)
    names += fmt::format(" {}={}", key, shown(value));
  for (const auto& [key, value] : response.headers) names += fmt::format(" {}={}", key, value);
  log::info("{} {}{} by {}: {}{}", admitted.route->method, admitted.route->pattern, names,
            admitted.request.caller.name, response.status, why.empty() ? "" : ", " + shown(why));
}

}  // namespace

Response refusal(const Error& error) {
  Response response = problem(error, status_of(error.code));
  if (error.code == Errc::unavailable)
    response.headers.emplace_back("Retry-After", std::to_string(retry_after_seconds));
  return response;
}

Response too_large() {
  return problem(make_error(Errc::exhausted, "the body is larger than {} bytes", body_limit), 413);
}

std::variant<Admitted, Response> admit(const Access& access, const Peer& peer, const Head& head) {
  Match match = match_route(head.method, head.path);
  if (auto refused = refuse_route(match, role_of(access, peer), head)) return *std::move(refused);
  if (announces_too_much(head)) return too_large();
  if (auto checked = check_key(head.idempotency_key); !checked) return refusal(checked.error());
  auto query = read_query(*match.route, head);
  if (!query) return refusal(query.error());
  const auto generation = expected_generation(*match.route, head);
  if (!generation) return refusal(generation.error());
  return Admitted{
      match.route,
      {{peer.name(), head.idempotency_key, *generation}, std::move(match.path), *std::move(query)}};
}

bool is_long_poll(const Admitted& admitted) {
  return admitted.request.query.contains("wait");
}

Response answer(Context& context, Admitted admitted, const std::string& body) {
  auto result = run(context, admitted, body);
  const std::string why = result ? "" : result.error().message;
  Response response = result ? *std::move(result) : refusal(result.error());
  if (admitted.route->method != "GET") log_change(admitted, response, why);
  if (!result && result.error().code == Errc::internal)
    log::error("request failed: {}", shown(why));
  return response;
}

}  // namespace imprint::api
