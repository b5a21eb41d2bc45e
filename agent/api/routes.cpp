#include "agent/api/routes.h"

#include "agent/api/handlers.h"

namespace imprint::api {
namespace {

/// The part up to the next '/', which is cut off `rest` with it.
std::string_view next_segment(std::string_view& rest) {
  const auto end = rest.find('/');
  const std::string_view segment = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  return segment;
}

std::optional<Fields> match_pattern(std::string_view pattern, std::string_view path) {
  Fields fields;
  if (!path.starts_with('/') || path.ends_with('/')) return std::nullopt;
  while (!pattern.empty() && !path.empty()) {
    const std::string_view wanted = next_segment(pattern);
    const std::string_view given = next_segment(path);
    if (wanted.starts_with('{') && !given.empty())
      fields.emplace(wanted.substr(1, wanted.size() - 2), given);
    else if (wanted != given)
      return std::nullopt;
  }
  if (!pattern.empty() || !path.empty()) return std::nullopt;
  return fields;
}

}  // namespace

std::span<const Route> routes() {
  static const std::vector<Route> table = {
      {"GET", "/healthz", Role::nobody, get_health},
      {"GET", "/readyz", Role::nobody, get_readiness},
      {"GET", "/metrics", Role::viewer, get_metrics},
      {"GET", "/v1/node", Role::viewer, get_node},

      {"GET", "/v1/images", Role::viewer, list_images},
      {"POST", "/v1/images", Role::admin, import_image},
      {"GET", "/v1/images/{ref}", Role::viewer, show_image},
      {"DELETE", "/v1/images/{ref}", Role::admin, delete_image, {"force"}},
      {"GET", "/v1/images/{ref}/report", Role::viewer, show_report},
      {"POST", "/v1/images/{ref}/verify", Role::operator_, verify_image},
      {"POST", "/v1/images/{ref}/check", Role::operator_, check_image},

      {"GET", "/v1/instances", Role::viewer, list_instances},
      {"POST", "/v1/instances", Role::operator_, create_instance},
      {"GET", "/v1/instances/{id}", Role::viewer, show_instance},
      {"DELETE", "/v1/instances/{id}", Role::admin, release_instance},
      {"GET", "/v1/instances/{id}/console", Role::operator_, read_console, {"bytes"}},
      {"POST", "/v1/instances/{id}/start", Role::operator_, start_instance},
      {"POST", "/v1/instances/{id}/stop", Role::operator_, stop_instance},
      {"POST", "/v1/instances/{id}/reimage", Role::operator_, reimage_instance, {"mode"}},
      {"POST", "/v1/instances/{id}/revert", Role::operator_, revert_instance},
      {"POST", "/v1/instances/{id}/commit", Role::operator_, commit_instance},

      {"GET", "/v1/jobs", Role::viewer, list_jobs},
      {"GET", "/v1/jobs/{id}", Role::viewer, show_job, {"seen", "wait"}},
      {"POST", "/v1/jobs/{id}/cancel", Role::operator_, cancel_job},
  };
  return table;
}

Match match_route(std::string_view method, std::string_view path) {
  Match match;
  for (const Route& route : routes()) {
    auto fields = match_pattern(route.pattern, path);
    if (!fields) continue;
    match.methods.push_back(route.method);
    if (route.method != method) continue;
    match.route = &route;
    match.path = std::move(*fields);
  }
  return match;
}

}  // namespace imprint::api
