#include "agent/api/dispatch.h"

#include <gmock/gmock.h>

#include "agent/model/json.h"
#include "tests/support/fake_service.h"

namespace imprint::api {
namespace {

using testing::HasSubstr;

const Peer root{0, 0, {}};
const Peer stranger{54321, 54321, {}};

Head head(std::string method, std::string path) {
  return {std::move(method), std::move(path), {}, {}, ""};
}

struct Dispatch : testing::Test {
  Response send(const Head& to, const std::string& body = "", const Peer& peer = root) {
    auto admission = admit(access, peer, to);
    if (auto* refused = std::get_if<Response>(&admission)) return *refused;
    return answer(context, std::get<Admitted>(admission), body);
  }
  static Json problem(const Response& response) {
    EXPECT_EQ(response.type, "application/problem+json");
    Json json = parse_json(response.body).value();
    EXPECT_EQ(json["status"], response.status);
    for (const char* member : {"type", "title", "detail", "code"})
      EXPECT_TRUE(json[member].is_string()) << member;
    return json;
  }
  static std::string detail(const Response& response) {
    return problem(response)["detail"].get<std::string>();
  }

  test::FakeService service;
  Context context{service};
  Access access;
};

TEST_F(Dispatch, AnswersAChangeWithTheJobAndItsPlace) {
  const Response response = send(head("POST", "/v1/instances/web1/start"));
  EXPECT_EQ(response.status, 202);
  ASSERT_EQ(response.headers.size(), 1U);
  EXPECT_EQ(response.headers[0],
            (std::pair<std::string, std::string>{"Location", "/v1/jobs/job-0123456789ab"}));
  EXPECT_TRUE(parse_job(parse_json(response.body).value()));
}

TEST_F(Dispatch, HandsTheKeyAndTheKernelsNameOfTheCallerOn) {
  Head request = head("POST", "/v1/instances/web1/start");
  request.idempotency_key = "k-17";
  send(request);
  EXPECT_EQ(service.calls().back(), "start_instance by uid:0 key k-17 web1");
}

TEST_F(Dispatch, HandsTheExpectedGenerationOn) {
  for (const char* text : {"7", "\"7\""}) {
    Head request = head("POST", "/v1/instances/web1/start");
    request.if_match = text;
    EXPECT_EQ(send(request).status, 202);
    EXPECT_EQ(service.calls().back(), "start_instance by uid:0 key  expecting 7 web1");
  }
  for (const char* text : {"", "*", "W/\"7\"", "0", "-1", "7, 8", "\"", "99999999999999999999"}) {
    Head request = head("POST", "/v1/instances/web1/start");
    request.if_match = text;
    EXPECT_EQ(problem(send(request))["code"], "invalid") << text;
  }
}

TEST_F(Dispatch, RefusesAPreconditionThatNothingWouldLookAt) {
  for (const auto& [method, path] : std::vector<std::pair<std::string, std::string>>{
           {"POST", "/v1/instances"},
           {"POST", "/v1/images"},
           {"GET", "/v1/instances/web1"},
           {"POST", "/v1/jobs/job-0123456789ab/cancel"}}) {
    Head request = head(method, path);
    request.if_match = "7";
    EXPECT_EQ(send(request).status, 400) << path;
  }
}

TEST_F(Dispatch, TellsARecordsGenerationAsItsTag) {
  for (const char* path : {"/v1/instances/web1", "/v1/images/debian12"}) {
    const Response response = send(head("GET", path));
    const auto generation = parse_json(response.body).value()["generation"].get<int>();
    ASSERT_EQ(response.headers.size(), 1U);
    EXPECT_EQ(response.headers[0],
              (std::pair<std::string, std::string>{"ETag", fmt::format("\"{}\"", generation)}));
  }
}

TEST_F(Dispatch, RefusesAKeyThatCouldForgeALogLine) {
  Head request = head("POST", "/v1/instances/web1/start");
  for (const auto& key : {std::string{"a\nb"}, std::string{"a b"}, std::string(129, 'a')}) {
    request.idempotency_key = key;
    EXPECT_EQ(send(request).status, 400);
  }
  EXPECT_TRUE(service.calls().empty());
}

TEST_F(Dispatch, NamesAnUnknownPath) {
  for (const auto* path :
       {"/v1/nothing", "/", "", "/v1/images/", "/v1//images", "/v1/jobs/a/b", "//"}) {
    const Response response = send(head("GET", path));
    EXPECT_EQ(response.status, 404) << path;
    EXPECT_EQ(problem(response)["code"], "not_found");
  }
  EXPECT_THAT(detail(send(head("GET", "/v1/nothing"))), HasSubstr("'/v1/nothing'"));
}

TEST_F(Dispatch, SaysWhichMethodsAPathTakes) {
  const Response response = send(head("PUT", "/v1/images"));
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(response.headers.at(0), (std::pair<std::string, std::string>{"Allow", "GET, POST"}));
  EXPECT_EQ(problem(response)["code"], "invalid");
}

TEST_F(Dispatch, NamesAnUnknownKeyOfTheBody) {
  const Response response =
      send(head("POST", "/v1/instances"), R"({"image": "a", "name": "b", "coffee": 1})");
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(detail(response), HasSubstr("coffee"));
  EXPECT_TRUE(service.calls().empty());
}

TEST_F(Dispatch, RefusesABodyWhereNoneBelongs) {
  EXPECT_EQ(send(head("POST", "/v1/instances/web1/start"), R"({"now": true})").status, 400);
  EXPECT_EQ(send(head("GET", "/v1/images"), "{}").status, 400);
  EXPECT_TRUE(service.calls().empty());
}

TEST_F(Dispatch, RefusesWhatIsNoJson) {
  for (const auto* body :
       {"{", "[]", "\"text\"", "{\"image\": \"a\", \"image\": \"b\"}", "\xff\xfe", "{}}"})
    EXPECT_EQ(send(head("POST", "/v1/instances"), body).status, 400) << body;
  EXPECT_EQ(send(head("POST", "/v1/instances"), std::string(500, '[')).status, 400);
}

TEST_F(Dispatch, RefusesALargeBodyFromItsAnnouncement) {
  Head request = head("POST", "/v1/images");
  for (const auto* length : {"1048577", "99999999999999999999999", "-1", "x"}) {
    request.content_length = length;
    const auto admission = admit(access, root, request);
    ASSERT_TRUE(std::holds_alternative<Response>(admission)) << length;
    EXPECT_EQ(std::get<Response>(admission).status, 413);
  }
}

TEST_F(Dispatch, RefusesAnUnknownOrRepeatedQueryKey) {
  Head request = head("GET", "/v1/images");
  request.query = {{"colour", "red"}};
  EXPECT_THAT(detail(send(request)), HasSubstr("'colour'"));
  request = head("GET", "/v1/instances/web1/console");
  request.query = {{"bytes", "1"}, {"bytes", "2"}};
  EXPECT_EQ(send(request).status, 400);
}

TEST_F(Dispatch, RefusesNumbersThatAreNone) {
  Head request = head("GET", "/v1/instances/web1/console");
  for (const auto* bytes : {"", "-1", "1e3", "9999999999999999999999", "7 "}) {
    request.query = {{"bytes", bytes}};
    EXPECT_EQ(send(request).status, 400) << bytes;
  }
}

TEST_F(Dispatch, LetsAStrangerSeeOnlyThatTheAgentLives) {
  EXPECT_EQ(send(head("GET", "/healthz"), "", stranger).status, 200);
  EXPECT_EQ(send(head("GET", "/readyz"), "", stranger).status, 200);
  for (const Route& route : routes())
    if (route.role != Role::nobody) {
      EXPECT_EQ(
          send(head(std::string{route.method}, std::string{route.pattern}), "", stranger).status,
          403)
          << route.pattern;
    }
  EXPECT_EQ(send(head("GET", "/v1/nothing"), "", stranger).status, 403);
}

TEST_F(Dispatch, HoldsEachRoleToItsRoutes) {
  access.viewers.users = {1001};
  access.operators.users = {1002};
  const Peer viewer{1001, 1, {}};
  const Peer operator_{1002, 1, {}};
  EXPECT_EQ(send(head("GET", "/v1/images"), "", viewer).status, 200);
  EXPECT_EQ(send(head("POST", "/v1/instances/web1/start"), "", viewer).status, 403);
  EXPECT_EQ(send(head("GET", "/v1/instances/web1/console"), "", viewer).status, 403);
  EXPECT_EQ(send(head("POST", "/v1/instances/web1/start"), "", operator_).status, 202);
  EXPECT_EQ(send(head("DELETE", "/v1/instances/web1"), "", operator_).status, 403);
  EXPECT_EQ(send(head("POST", "/v1/images"), "{}", operator_).status, 403);
}

TEST_F(Dispatch, IsNotReadyWhileTheHypervisorDoesNotAnswer) {
  service.fail_with(make_error(Errc::unavailable, "no connection"));
  const Response response = send(head("GET", "/readyz"));
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(send(head("GET", "/healthz")).status, 200);
}

TEST_F(Dispatch, PlansAReimageWithoutAJob) {
  Head request = head("POST", "/v1/instances/web1/reimage");
  request.query = {{"mode", "plan"}};
  const Response response = send(request, R"({"image": "debian12"})");
  EXPECT_EQ(response.status, 200);
  EXPECT_TRUE(parse_plan(parse_json(response.body).value()));
  EXPECT_THAT(service.calls().back(), HasSubstr("plan_reimage"));
  request.query = {{"mode", "maybe"}};
  EXPECT_EQ(send(request, R"({"image": "debian12"})").status, 400);
}

TEST_F(Dispatch, MapsEachErrorToItsStatusAndBack) {
  const std::vector<std::pair<Errc, int>> table = {
      {Errc::invalid, 400},  {Errc::denied, 403},      {Errc::not_found, 404},
      {Errc::conflict, 409}, {Errc::cancelled, 409},   {Errc::corrupt, 500},
      {Errc::internal, 500}, {Errc::unavailable, 503}, {Errc::exhausted, 507}};
  for (const auto& [code, status] : table) {
    service.fail_with(make_error(code, "image 'x' \"quoted\" \xff"));
    const Response response = send(head("GET", "/v1/images/x"));
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(problem(response)["code"], to_string(code));
  }
}

TEST_F(Dispatch, EndsALongPollWhenTheServerStops) {
  context.stopping = true;
  Head request = head("GET", "/v1/jobs/job-0123456789ab");
  service.play({test::sample_job(JobKind::start_instance)});
  request.query = {{"seen", ""}, {"wait", "60"}};
  EXPECT_EQ(send(request).status, 200);
}

}  // namespace
}  // namespace imprint::api
