#pragma once
// The API as a table. docs/openapi.yaml says the same for people and tools; a test compares the
// two.

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "agent/api/auth.h"
#include "agent/api/message.h"

namespace imprint::api {

using Handler = Result<Response> (*)(Context&, const Request&);

struct Route {
  std::string_view method;
  std::string_view
      pattern;  ///< "/v1/instances/{id}/start": a {name} matches one segment that is not empty
  Role role;    ///< the least that may
  Handler handler;
  std::vector<std::string_view> query = {};  ///< keys that it knows; others are refused
};

std::span<const Route> routes();

struct Match {
  const Route* route = nullptr;  ///< null: no route has this path with this method
  Fields path;
  std::vector<std::string_view> methods;  ///< those that the path has; empty: unknown path
};

Match match_route(std::string_view method, std::string_view path);

}  // namespace imprint::api
