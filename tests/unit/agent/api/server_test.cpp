// The server as the network meets it: raw bytes over its socket.

#include "agent/api/server.h"

#include <gmock/gmock.h>

#include <chrono>
#include <thread>

#include "agent/base/digest.h"
#include "agent/model/json.h"
#include "tests/support/fake_service.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/agent/api/raw_client.h"

namespace imprint::api {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

struct ServerTest : testing::Test {
  ServerTest() {
    auto listener = Listener::open({path, 0660, {}});
    server = Server::start(std::move(listener).value(), {}, service).value();
  }

  Fd connect() const { return test::connect_to(path); }
  std::string talk(const std::string& bytes) const { return test::talk_to(path, bytes); }

  test::TempFolder folder;
  std::filesystem::path path = folder / "s.sock";
  test::FakeService service;
  std::unique_ptr<Server> server;
};

using test::close_and_end;

TEST_F(ServerTest, AnswersAPlainRequest) {
  const std::string answer = talk("GET /healthz HTTP/1.1\r\n" + close_and_end);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(answer, HasSubstr(R"({"status":"ok"})"));
}

TEST_F(ServerTest, CutsNoNameShortAtAnEncodedNul) {
  const std::string end = " HTTP/1.1\r\n" + close_and_end;
  talk("DELETE /v1/instances/web%00-other" + end);
  talk("DELETE /v1/instances/w%65b" + end);
  EXPECT_THAT(service.calls(), testing::ElementsAre(HasSubstr("web%00-other"), HasSubstr("web")));
  EXPECT_THAT(talk("DELETE /v1/images/app?force=true%00no" + end), StartsWith("HTTP/1.1 400"));
}

TEST_F(ServerTest, TakesNoHeaderThatComesTwiceForOne) {
  const std::string start = "POST /v1/instances/web/start HTTP/1.1\r\nContent-Length: 0\r\n";
  for (const std::string twice :
       {"If-Match: \"7\"\r\nif-match: \"9\"\r\n", "Idempotency-Key: a\r\nIdempotency-Key: b\r\n"})
    EXPECT_THAT(talk(start + twice + close_and_end), StartsWith("HTTP/1.1 400")) << twice;
  EXPECT_TRUE(service.calls().empty());
}

TEST_F(ServerTest, RefusesALargeBodyBeforeReadingIt) {
  const std::string answer =
      talk("POST /v1/images HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000000\r\n\r\n{");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413"));
  EXPECT_THAT(answer, HasSubstr("application/problem+json"));
}

TEST_F(ServerTest, RefusesABodyThatGrowsTooLarge) {
  const std::string chunk = "10000\r\n" + std::string(0x10000, ' ') + "\r\n";
  std::string body;
  for (int i = 0; i < 20; ++i) body += chunk;
  const std::string answer = talk("POST /v1/images HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" +
                                  close_and_end + body + "0\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413"));
  EXPECT_TRUE(service.calls().empty());
}

TEST_F(ServerTest, RefusesAHeadThatIsTooLarge) {
  const std::string answer =
      talk("GET /healthz HTTP/1.1\r\nX: " + std::string(100'000, 'x') + "\r\n" + close_and_end);
  EXPECT_THAT(answer, testing::Not(HasSubstr(" 200 ")));
}

TEST_F(ServerTest, LivesThroughGarbage) {
  for (const std::string& garbage :
       {std::string("\0\1\2\r\n\r\n", 7), std::string{"GET\r\n\r\n"}, std::string(5000, '\xff'),
        "POST /v1/instances HTTP/1.1\r\nContent-Length: 99\r\n" + close_and_end +
            "{\"image\": 12"}) {
    const Fd cut_off = connect();
    ASSERT_GT(::send(cut_off.get(), garbage.data(), garbage.size(), MSG_NOSIGNAL), 0);
  }
  talk("GET /v1/jobs/%00%ff%2e%2e HTTP/1.1\r\n" + close_and_end);
  EXPECT_THAT(talk("GET /healthz HTTP/1.1\r\n" + close_and_end), StartsWith("HTTP/1.1 200"));
}

TEST_F(ServerTest, ServesOthersWhileOneIsSlow) {
  const Fd slow = connect();
  ASSERT_GT(::send(slow.get(), "GET /he", 7, MSG_NOSIGNAL), 0);
  EXPECT_THAT(talk("GET /healthz HTTP/1.1\r\n" + close_and_end), StartsWith("HTTP/1.1 200"));
}

TEST_F(ServerTest, StopsSoonWhileALongPollWaits) {
  const Job job = test::sample_job(JobKind::start_instance);
  service.play({job});
  const std::string seen = digest_of(dump_json(to_json(job)));
  std::jthread poll{[&] {
    talk("GET /v1/jobs/job-0123456789ab?wait=60&seen=" + seen + " HTTP/1.1\r\n" + close_and_end);
  }};
  std::this_thread::sleep_for(std::chrono::milliseconds{100});
  const auto before = std::chrono::steady_clock::now();
  server.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds{5});
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace imprint::api
