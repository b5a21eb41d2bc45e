// docs/openapi.yaml is the contract: it and the table of routes say the same.

#include <gmock/gmock.h>
#include <yaml-cpp/yaml.h>

#include <set>

#include "agent/api/routes.h"

namespace imprint::api {
namespace {

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

/// "GET /v1/jobs/{id} viewer path:id query:seen query:wait"
std::string line_of(const std::string& method, const std::string& path, const std::string& role,
                    const std::set<std::string>& parameters) {
  return fmt::format("{} {} {} {}", method, path, role, fmt::join(parameters, " "));
}

std::set<std::string> documented() {
  const YAML::Node document = YAML::LoadFile(IMPRINT_OPENAPI);
  std::set<std::string> lines;
  for (const auto& path : document["paths"])
    for (const auto& operation : path.second) {
      std::set<std::string> parameters;
      for (const auto& parameter : operation.second["parameters"]) {
        const auto name = parameter["$ref"].as<std::string>("");
        const YAML::Node resolved =
            name.empty() ? parameter
                         : document["components"]["parameters"][name.substr(name.rfind('/') + 1)];
        const auto place = resolved["in"].as<std::string>();
        if (place != "header") parameters.insert(place + ":" + resolved["name"].as<std::string>());
      }
      lines.insert(line_of(upper(operation.first.as<std::string>()), path.first.as<std::string>(),
                           operation.second["x-role"].as<std::string>(), parameters));
    }
  return lines;
}

std::set<std::string> served() {
  std::set<std::string> lines;
  for (const Route& route : routes()) {
    std::set<std::string> parameters;
    for (const auto& [name, value] : match_route(route.method, route.pattern).path)
      parameters.insert("path:" + name);
    for (const auto& name : route.query) parameters.insert("query:" + std::string{name});
    lines.insert(line_of(std::string{route.method}, std::string{route.pattern},
                         std::string{to_string(route.role)}, parameters));
  }
  return lines;
}

TEST(OpenApi, DocumentsEveryRouteAndNoOther) {
  EXPECT_THAT(documented(), testing::ContainerEq(served()));
}

TEST(OpenApi, ResolvesEveryReference) {
  const YAML::Node document = YAML::LoadFile(IMPRINT_OPENAPI);
  const std::function<void(const YAML::Node&)> walk = [&](const YAML::Node& node) {
    if (node.IsSequence())
      for (const auto& item : node) walk(item);
    if (!node.IsMap()) return;
    for (const auto& member : node) {
      walk(member.second);
      if (member.first.as<std::string>() != "$ref") continue;
      const auto name = member.second.as<std::string>();
      ASSERT_TRUE(name.starts_with("#/components/")) << name;
      const auto slash = name.rfind('/');
      EXPECT_TRUE(document["components"][name.substr(13, slash - 13)][name.substr(slash + 1)])
          << name;
    }
  };
  walk(document);
}

TEST(OpenApi, TakesAnIdempotencyKeyOnEveryChange) {
  const YAML::Node document = YAML::LoadFile(IMPRINT_OPENAPI);
  for (const auto& path : document["paths"])
    for (const auto& operation : path.second) {
      bool found = operation.first.as<std::string>() == "get";
      for (const auto& parameter : operation.second["parameters"])
        found = found || parameter["$ref"].as<std::string>("").ends_with("/IdempotencyKey");
      EXPECT_TRUE(found) << path.first << " " << operation.first;
    }
}

}  // namespace
}  // namespace imprint::api
