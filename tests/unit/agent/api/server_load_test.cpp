// The server among clients that are slow, dead or too many.

#include <gmock/gmock.h>

#include <chrono>
#include <thread>

#include "agent/api/server.h"
#include "agent/base/digest.h"
#include "agent/model/json.h"
#include "tests/support/fake_service.h"
#include "tests/support/gate.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/agent/api/raw_client.h"

namespace imprint::api {
namespace {

using namespace std::chrono_literals;
using test::close_and_end;
using testing::HasSubstr;
using testing::StartsWith;
using Clock = std::chrono::steady_clock;

const std::string health = "GET /healthz HTTP/1.1\r\n" + close_and_end;
const std::string node = "GET /v1/node HTTP/1.1\r\n" + close_and_end;

/// A service that answers nothing of the node while its gate is shut.
struct SlowService : test::FakeService {
  Result<NodeStatus> node_status() override {
    ++asked;
    gate.pass();
    return FakeService::node_status();
  }
  test::Gate gate;
  std::atomic<int> asked{0};
};

struct ServerLoad : testing::Test {
  void start(const ServerLimits& limits) {
    server = Server::start(Listener::open({path, 0660, {}}).value(), {}, service, limits).value();
  }
  void TearDown() override { service.gate.open(); }
  Fd connect() const { return test::connect_to(path); }
  std::string talk(const std::string& bytes) const { return test::talk_to(path, bytes); }
  void wait_until_asked(int times) const {
    while (service.asked < times) std::this_thread::sleep_for(1ms);
  }

  test::TempFolder folder;
  std::filesystem::path path = folder / "s.sock";
  SlowService service;
  std::unique_ptr<Server> server;
};

TEST_F(ServerLoad, CutsOffAHeadThatComesByteByByte) {
  start({.patience = {.head = 300ms}});
  const Fd slow = connect();
  const auto before = Clock::now();
  while (test::send_all(slow, "x") && Clock::now() - before < 10s)
    std::this_thread::sleep_for(20ms);
  EXPECT_LT(Clock::now() - before, 5s);
}

TEST_F(ServerLoad, CutsOffABodyThatComesByteByByte) {
  start({.patience = {.body = 300ms}});
  const Fd slow = connect();
  ASSERT_TRUE(test::send_all(
      slow, "POST /v1/images HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"));
  const auto before = Clock::now();
  while (test::send_all(slow, " ") && Clock::now() - before < 10s)
    std::this_thread::sleep_for(20ms);
  EXPECT_LT(Clock::now() - before, 5s);
  EXPECT_TRUE(service.calls().empty());
}

TEST_F(ServerLoad, CutsOffWhoeverDoesNotTakeHisAnswer) {
  service.set_console(std::string(std::size_t{16} << 20, 'x'));
  start({.patience = {.answer = 300ms}});
  const Fd deaf = connect();
  ASSERT_TRUE(test::send_all(deaf, "GET /v1/instances/web/console HTTP/1.1\r\n" + close_and_end));
  std::this_thread::sleep_for(1s);
  EXPECT_LT(test::receive_all(deaf).size(), std::size_t{16} << 20);
}

TEST_F(ServerLoad, AConnectionThatIsUsedAgainIsNotSlow) {
  start({.patience = {.head = 500ms}});
  const Fd steady = connect();
  for (int i = 0; i < 8; ++i) {
    ASSERT_TRUE(test::send_all(steady, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")) << i;
    std::this_thread::sleep_for(150ms);
  }
  ASSERT_TRUE(test::send_all(steady, health));
  const std::string answers = test::receive_all(steady);
  std::size_t count = 0;
  for (auto at = answers.find("HTTP/1.1 200"); at != std::string::npos;
       at = answers.find("HTTP/1.1 200", at + 1))
    ++count;
  EXPECT_EQ(count, 9U);
}

TEST_F(ServerLoad, TheOldestIdleConnectionGivesWayToANewOne) {
  start({.connections = 16});
  std::vector<Fd> idle;
  for (int i = 0; i < 60; ++i) idle.push_back(connect());
  const auto before = Clock::now();
  EXPECT_THAT(talk(health), StartsWith("HTTP/1.1 200"));
  EXPECT_LT(Clock::now() - before, 1s);
  EXPECT_EQ(test::receive_all(idle.front()), "") << "closed";
}

TEST_F(ServerLoad, AnswersWhatIsTooMuchOfOneCallerWith429) {
  start({.workers = 1, .waiting = 4});
  service.gate.shut();
  const Fd working = connect();
  ASSERT_TRUE(test::send_all(working, node));
  wait_until_asked(1);
  const Fd waiting = connect();
  ASSERT_TRUE(test::send_all(waiting, node));
  std::this_thread::sleep_for(200ms);
  const std::string refused = talk(node);
  EXPECT_THAT(refused, StartsWith("HTTP/1.1 429"));
  EXPECT_THAT(refused, HasSubstr("Retry-After: 1"));
  EXPECT_THAT(refused, HasSubstr("application/problem+json"));
  service.gate.open();
  EXPECT_THAT(test::receive_all(working), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(test::receive_all(waiting), StartsWith("HTTP/1.1 200"));
}

TEST_F(ServerLoad, AnswersWhatIsTooMuchOfAllWith503) {
  start({.workers = 1, .waiting = 0});
  service.gate.shut();
  const Fd working = connect();
  ASSERT_TRUE(test::send_all(working, node));
  wait_until_asked(1);
  EXPECT_THAT(talk(node), StartsWith("HTTP/1.1 503"));
}

TEST_F(ServerLoad, BoundsTheBodiesOfAllRequestsTogether) {
  start({.body_bytes = 1000});
  const std::string large =
      "POST /v1/instances/web/start HTTP/1.1\r\nContent-Length: 2000\r\n" + close_and_end;
  EXPECT_THAT(talk(large + std::string(2000, ' ')), StartsWith("HTTP/1.1 503"));
  EXPECT_TRUE(service.calls().empty());
  EXPECT_THAT(
      talk("POST /v1/instances/web/start HTTP/1.1\r\nContent-Length: 2\r\n" + close_and_end + "{}"),
      StartsWith("HTTP/1.1 202"))
      << "the bytes were given back";
}

TEST_F(ServerLoad, LongPollsHoldUpNobodyAndTooManyAreAnsweredAtOnce) {
  const Job job = test::sample_job(JobKind::start_instance);
  service.play({job});
  start({.workers = 1, .waiting = 4, .watchers = 2});
  const std::string poll =
      "GET /v1/jobs/job-0123456789ab?wait=60&seen=" + digest_of(dump_json(to_json(job))) +
      " HTTP/1.1\r\n" + close_and_end;
  const Fd first = connect();
  const Fd second = connect();
  ASSERT_TRUE(test::send_all(first, poll));
  ASSERT_TRUE(test::send_all(second, poll));
  std::this_thread::sleep_for(200ms);
  const auto before = Clock::now();
  EXPECT_THAT(talk(health), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(talk(poll), StartsWith("HTTP/1.1 200"));
  EXPECT_LT(Clock::now() - before, 5s);
  server.reset();
  EXPECT_THAT(test::receive_all(first), StartsWith("HTTP/1.1 200")) << "a stop ends the wait";
}

}  // namespace
}  // namespace imprint::api
