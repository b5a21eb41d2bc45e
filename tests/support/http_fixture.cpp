#include "tests/support/http_fixture.h"

#include <arpa/inet.h>
#include <microhttpd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <thread>

namespace imprint::test {
namespace {

struct Sending {
  HttpFixture& fixture;
  HttpAnswer answer;
};

ssize_t send_some(void* context, std::uint64_t position, char* buffer, std::size_t room) {
  auto& sending = *static_cast<Sending*>(context);
  const HttpAnswer& answer = sending.answer;
  const auto at = static_cast<std::size_t>(position);
  std::size_t end = answer.body.size();
  if (answer.cut_at) end = std::min(end, *answer.cut_at);
  if (answer.stall_at) end = std::min(end, *answer.stall_at);
  if (at < end) {
    const std::size_t count = std::min(room, end - at);
    std::memcpy(buffer, answer.body.data() + at, count);
    return static_cast<ssize_t>(count);
  }
  while (answer.stall_at && !sending.fixture.stopping())
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  return at >= answer.body.size() ? MHD_CONTENT_READER_END_OF_STREAM
                                  : MHD_CONTENT_READER_END_WITH_ERROR;
}

MHD_Result handle(void* context, MHD_Connection* connection, const char* path, const char*,
                  const char*, const char*, std::size_t*, void**) {
  auto& fixture = *static_cast<HttpFixture*>(context);
  auto* sending = new Sending{fixture, fixture.answer_to(path)};
  const std::uint64_t length =
      sending->answer.tell_length ? sending->answer.body.size() : MHD_SIZE_UNKNOWN;
  MHD_Response* response = MHD_create_response_from_callback(
      length, 4096, send_some, sending, [](void* each) { delete static_cast<Sending*>(each); });
  for (const auto& [name, value] : sending->answer.headers)
    MHD_add_response_header(response, name.c_str(), value.c_str());
  const MHD_Result queued = MHD_queue_response(connection, sending->answer.status, response);
  MHD_destroy_response(response);
  return queued;
}

}  // namespace

HttpFixture::HttpFixture(const std::string& certificate, const std::string& key)
    : secure_{!certificate.empty()}, certificate_{certificate}, key_{key} {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION;
  const auto* socket_address = reinterpret_cast<const sockaddr*>(&address);
  daemon_ = secure_ ? MHD_start_daemon(flags | MHD_USE_TLS, 0, nullptr, nullptr, handle, this,
                                       MHD_OPTION_SOCK_ADDR, socket_address,
                                       MHD_OPTION_HTTPS_MEM_CERT, certificate_.c_str(),
                                       MHD_OPTION_HTTPS_MEM_KEY, key_.c_str(), MHD_OPTION_END)
                    : MHD_start_daemon(flags, 0, nullptr, nullptr, handle, this,
                                       MHD_OPTION_SOCK_ADDR, socket_address, MHD_OPTION_END);
  if (daemon_ == nullptr) throw std::runtime_error("the test's HTTP server does not start");
  port_ = MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_BIND_PORT)->port;
}

HttpFixture::~HttpFixture() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  MHD_stop_daemon(daemon_);
}

void HttpFixture::serve(const std::string& path, HttpAnswer answer) {
  const std::lock_guard lock{mutex_};
  answers_[path] = std::move(answer);
}

std::string HttpFixture::url(const std::string& path) const {
  return (secure_ ? "https://localhost:" : "http://127.0.0.1:") + std::to_string(port_) + path;
}

std::vector<std::string> HttpFixture::requests() {
  const std::lock_guard lock{mutex_};
  return requests_;
}

HttpAnswer HttpFixture::answer_to(const std::string& path) {
  const std::lock_guard lock{mutex_};
  requests_.push_back(path);
  const auto found = answers_.find(path);
  return found == answers_.end() ? HttpAnswer{.status = 404, .body = "no such page"}
                                 : found->second;
}

bool HttpFixture::stopping() {
  const std::lock_guard lock{mutex_};
  return stopping_;
}

}  // namespace imprint::test
