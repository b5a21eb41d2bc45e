#pragma once
// HTTP as the handlers see it, free of the library that carries it.

#include <atomic>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "agent/api/instance_texts.h"
#include "agent/model/json.h"
#include "agent/ports/service.h"

namespace imprint::api {

using Fields = std::map<std::string, std::string, std::less<>>;

/// A request that was admitted.
struct Request {
  Caller caller;
  Fields path;   ///< values of the pattern's {names}
  Fields query;  ///< only keys that the route knows
  Json body = Json::object();
};

struct Response {
  int status = 200;
  std::string type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

/// What all requests share. Thread-safe.
struct Context {
  explicit Context(Service& the_service) : service{the_service} {}

  Service& service;
  std::atomic<bool> stopping{false};  ///< long polls end soon after it is set
  InstanceTexts instance_texts;
};

}  // namespace imprint::api
