// A real imprintd among hostile clients. IMPRINT_LOAD_SECONDS says how long (15 unless set).

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <random>
#include <thread>

#include "tests/integration/daemon/agent_process.h"
#include "tests/unit/agent/api/raw_client.h"

namespace imprint::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

std::chrono::seconds duration() {
  const char* seconds = std::getenv("IMPRINT_LOAD_SECONDS");
  return std::chrono::seconds{seconds == nullptr ? 15 : std::atoi(seconds)};
}

class HostileLoad : public ::testing::Test {
 protected:
  void SetUp() override {
    agent_.start();
    ASSERT_TRUE(agent_.ready()) << agent_.log();
  }
  void TearDown() override {
    over_ = true;
    clients_.clear();
    agent_.signal(SIGTERM);
    EXPECT_EQ(agent_.wait(), 0) << agent_.log();
  }

  /// `client` is called again and again on threads of their own until the test is over.
  void let_loose(int count, const std::function<void(std::mt19937&)>& client) {
    for (int i = 0; i < count; ++i)
      clients_.emplace_back([this, client, i] {
        std::mt19937 random{static_cast<unsigned>(i)};
        while (!over_) client(random);
      });
  }
  /// The longest that a normal client has to wait for an answer.
  Clock::duration longest_answer() {
    Clock::duration longest{};
    for (const auto end = Clock::now() + duration(); Clock::now() < end;) {
      for (const auto& request :
           {std::function<bool()>{[this] { return !!agent_.client.node_status(); }},
            std::function<bool()>{[this] { return !!agent_.client.list_instances(); }},
            std::function<bool()>{[this] { return !!agent_.client.list_jobs(); }}}) {
        const auto before = Clock::now();
        EXPECT_TRUE(request());
        longest = std::max(longest, Clock::now() - before);
        ++answers_;
      }
      std::this_thread::sleep_for(20ms);
    }
    return longest;
  }
  [[nodiscard]] long resident_kib() const {
    std::ifstream status{fmt::format("/proc/{}/status", agent_.process())};
    for (std::string line; std::getline(status, line);)
      if (line.starts_with("VmRSS:")) return std::atol(line.c_str() + 6);
    return 0;
  }
  [[nodiscard]] long descriptors() const {
    return std::distance(
        std::filesystem::directory_iterator{fmt::format("/proc/{}/fd", agent_.process())}, {});
  }

  AgentProcess agent_;
  std::atomic<bool> over_{false};
  int answers_ = 0;
  std::vector<std::jthread> clients_;
};

TEST_F(HostileLoad, NormalRequestsStayUnderASecondAmongSixtyFourHostileClients) {
  const long memory_before = resident_kib();
  const long descriptors_before = descriptors();
  let_loose(22, [this](std::mt19937&) {  // a head, byte by byte
    const Fd fd = connect_to(agent_.socket);
    for (const char letter : std::string{"GET /v1/node HTTP/1.1\r\nHost: slow\r\nX-Slow: 1"}) {
      if (over_ || !send_all(fd, {&letter, 1})) return;
      std::this_thread::sleep_for(300ms);
    }
  });
  let_loose(21, [this](std::mt19937& random) {  // half open: it says something and nothing more
    const Fd fd = connect_to(agent_.socket);
    send_all(fd, "POST /v1/instances HTTP/1.1\r\nHost: x\r\nContent-Length: 4000\r\n\r\n{");
    if (random() % 2 == 0) ::shutdown(fd.get(), SHUT_WR);
    for (int i = 0; i < 20 && !over_; ++i) std::this_thread::sleep_for(100ms);
  });
  let_loose(21, [this](std::mt19937& random) {  // garbage
    const Fd fd = connect_to(agent_.socket);
    std::string bytes(1 + random() % 5000, ' ');
    std::ranges::generate(bytes, [&] { return static_cast<char>(random()); });
    if (random() % 2 == 0) bytes.insert(0, "GET /v1/");
    send_all(fd, bytes);
    std::this_thread::sleep_for(10ms);
  });
  const auto longest = longest_answer();
  const long memory_after = resident_kib();
  EXPECT_LT(longest, 1s);
  EXPECT_GT(answers_, 30);
  over_ = true;
  clients_.clear();
  for (const auto end = Clock::now() + 20s;
       descriptors() > descriptors_before + 2 && Clock::now() < end;)
    std::this_thread::sleep_for(50ms);
  EXPECT_LE(descriptors(), descriptors_before + 2);
  EXPECT_LT(memory_after - memory_before, 64 << 10);
  std::cout << fmt::format("{} answers, the longest after {} ms; memory {} -> {} KiB\n", answers_,
                           longest / 1ms, memory_before, memory_after);
}

TEST_F(HostileLoad, TenThousandRequestsInFlightDoNotMoveMemoryBeyondABound) {
  const long before = resident_kib();
  std::string requests;
  for (int i = 0; i < 50; ++i) requests += "GET /v1/jobs HTTP/1.1\r\nHost: x\r\n\r\n";
  std::vector<Fd> connections;
  for (int i = 0; i < 200; ++i) {
    connections.push_back(connect_to(agent_.socket));
    ASSERT_TRUE(send_all(connections.back(), requests));
  }
  long most = 0;
  for (int i = 0; i < 20; ++i) {
    most = std::max(most, resident_kib());
    std::this_thread::sleep_for(50ms);
  }
  EXPECT_LT(most - before, 64 << 10);
  EXPECT_TRUE(agent_.client.node_status());
  connections.clear();
  std::cout << fmt::format("memory {} -> {} KiB at most\n", before, most);
}

}  // namespace
}  // namespace imprint::test
