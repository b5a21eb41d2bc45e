#include "agent/api/server.h"

#include <microhttpd.h>
#include <strings.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cctype>
#include <charconv>
#include <cstdarg>
#include <cstdio>
#include <thread>

#include "agent/api/dispatch.h"
#include "agent/api/executor.h"
#include "agent/api/problem.h"
#include "agent/base/log.h"
#include "agent/base/owned.h"

namespace imprint::api {
namespace {

constexpr std::size_t head_limit = std::size_t{32} << 10;
// A body that is too large is read to its end, up to here, so that the caller is still listening
// when told so.
constexpr std::size_t drain_limit = 8 * body_limit;
constexpr int backlog_patience =
    1;  // seconds that a caller is asked to wait when too many are here

/// One request, from its head to its answer.
struct Exchange {
  std::optional<Admitted> admitted;
  std::string body;
  std::size_t received = 0;
  std::optional<Response> response;  ///< set by another thread before it resumes the connection
};

MHD_Result add_pair(void* pairs, MHD_ValueKind, const char* key, const char* value) {
  static_cast<std::vector<std::pair<std::string, std::string>>*>(pairs)->emplace_back(
      key, value == nullptr ? "" : value);
  return MHD_YES;
}

/// One that comes twice is one list (RFC 9110, 5.3), which no header that is asked for may be.
std::optional<std::string> header(MHD_Connection* connection, const char* name) {
  std::vector<std::pair<std::string, std::string>> all;
  MHD_get_connection_values(connection, MHD_HEADER_KIND, add_pair, &all);
  std::optional<std::string> found;
  for (const auto& [key, value] : all)
    if (::strcasecmp(key.c_str(), name) == 0) found = found ? *found + ", " + value : value;
  return found;
}

/// In place. An encoded NUL stays as it is: the library hands names on as C strings, and what
/// stands behind it would be lost, so that another thing would be meant.
std::size_t unescape(void*, MHD_Connection*, char* text) {
  std::string decoded;
  for (const char* at = text; *at != '\0'; ++at) {
    unsigned char byte = 0;
    const bool encoded = *at == '%' && std::isxdigit(static_cast<unsigned char>(at[1])) != 0 &&
                         std::isxdigit(static_cast<unsigned char>(at[2])) != 0;
    if (encoded) std::from_chars(at + 1, at + 3, byte, 16);
    decoded += byte != 0 ? static_cast<char>(byte) : *at;
    if (byte != 0) at += 2;
  }
  std::ranges::copy(decoded, text);
  text[decoded.size()] = '\0';
  return decoded.size();
}

Head read_head(MHD_Connection* connection, const char* path, const char* method) {
  Head head{method,
            path,
            {},
            header(connection, MHD_HTTP_HEADER_CONTENT_LENGTH),
            header(connection, "Idempotency-Key").value_or(""),
            header(connection, MHD_HTTP_HEADER_IF_MATCH)};
  MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, add_pair, &head.query);
  return head;
}

void delete_body(void* body) {
  delete static_cast<std::string*>(body);
}

/// The library keeps the body as it is, and so no copy of a long list is made.
Owned<MHD_Response, MHD_destroy_response> message_with(std::string body) {
  auto kept = std::make_unique<std::string>(std::move(body));
  Owned<MHD_Response, MHD_destroy_response> message{
      MHD_create_response_from_buffer_with_free_callback_cls(kept->size(), kept->data(),
                                                             delete_body, kept.get())};
  if (message) (void)kept.release();
  return message;
}

MHD_Result queue_response(MHD_Connection* connection, Response response) {
  const auto message = message_with(std::move(response.body));
  if (!message) return MHD_NO;
  MHD_add_response_header(message.get(), MHD_HTTP_HEADER_CONTENT_TYPE, response.type.c_str());
  MHD_add_response_header(message.get(), MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
  for (const auto& [key, value] : response.headers)
    MHD_add_response_header(message.get(), key.c_str(), value.c_str());
  return MHD_queue_response(connection, static_cast<unsigned>(response.status), message.get());
}

void log_library(void*, const char* format, std::va_list arguments) {
  std::array<char, 512> text{};
  std::vsnprintf(text.data(), text.size(), format, arguments);
  log::debug("http: {}", text.data());
}

/// An answer for which nothing had to be asked. 429: the caller has too much waiting itself.
Response overload(int status, const std::string& why) {
  Response response{
      status, "application/problem+json", write_problem({Errc::unavailable, why}, status), {}};
  response.headers.emplace_back("Retry-After", std::to_string(backlog_patience));
  return response;
}

/// At most half of the descriptors that the process may have: the rest are for its work.
unsigned bounded_by_descriptors(unsigned connections) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return connections;
  return static_cast<unsigned>(std::min<rlim_t>(connections, limit.rlim_cur / 2));
}

class MicroServer : public Server {
 public:
  MicroServer(Listener listener, Access access, Service& service, const ServerLimits& limits)
      : limits_{limits},
        connection_limit_{bounded_by_descriptors(limits.connections)},
        listener_{std::move(listener)},
        access_{std::move(access)},
        context_{service},
        connections_{connection_limit_ - connection_limit_ / 4, limits.patience},
        workers_{{limits.workers, limits.waiting, limits.waiting / 4}},
        watchers_{{limits.watchers, 0, 0}} {}

  ~MicroServer() override {
    context_.stopping = true;
    if (daemon_ == nullptr) return;
    const Fd listening{MHD_quiesce_daemon(daemon_)};
    workers_.stop();
    watchers_.stop();
    wait_for_answers();
    MHD_stop_daemon(daemon_);
  }

  Result<> serve() {
    const int socket = listener_.release();
    daemon_ = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG | MHD_USE_ITC,
        0, nullptr, nullptr, on_request, this,
        // The library wants the logger first: it tells of options that come after.
        MHD_OPTION_EXTERNAL_LOGGER, log_library, nullptr,   //
        MHD_OPTION_LISTEN_SOCKET, socket,                   //
        MHD_OPTION_CONNECTION_LIMIT, connection_limit_,     //
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, head_limit,     //
        MHD_OPTION_STRICT_FOR_CLIENT, 1,                    //
        MHD_OPTION_UNESCAPE_CALLBACK, unescape, nullptr,    //
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, this,  //
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, this, MHD_OPTION_END);
    if (daemon_ != nullptr) return {};
    const Fd unused{socket};
    return make_error(Errc::unavailable, "the HTTP server does not start");
  }

 private:
  /// What the library keeps for us with each connection.
  struct Peered {
    Connections::Id id = 0;
    Result<Peer> peer;
  };

  static Peered& peered(MHD_Connection* connection) {
    const auto* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return *static_cast<Peered*>(info->socket_context);
  }

  static void on_connection(void* self, MHD_Connection* connection, void** context,
                            MHD_ConnectionNotificationCode code) {
    auto& server = *static_cast<MicroServer*>(self);
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
      const std::unique_ptr<Peered> ended{static_cast<Peered*>(*context)};
      server.connections_.closed(ended->id);
      return;
    }
    const auto* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    auto fresh = std::make_unique<Peered>(Peered{0, peer_of(info->connect_fd)});
    const Peer nobody{static_cast<uid_t>(-1), static_cast<gid_t>(-1), {}};
    fresh->id = server.connections_.opened(info->connect_fd, fresh->peer ? *fresh->peer : nobody);
    *context = fresh.release();
  }

  static MHD_Result on_request(void* self, MHD_Connection* connection, const char* path,
                               const char* method, const char*, const char* data, std::size_t* size,
                               void** state) {
    // Nothing may be thrown through the library's C code.
    try {
      auto& server = *static_cast<MicroServer*>(self);
      if (*state == nullptr) return server.begin(connection, path, method, state);
      auto& exchange = *static_cast<Exchange*>(*state);
      if (*size != 0) return server.receive(exchange, data, size);
      if (exchange.response) return server.send(connection, *std::move(exchange.response));
      return server.end(connection, exchange);
    } catch (const std::exception& fault) {
      log::error("request dropped: {}", fault.what());
      return MHD_NO;
    }
  }

  static void on_completed(void* self, MHD_Connection* connection, void** state,
                           MHD_RequestTerminationCode) {
    auto& server = *static_cast<MicroServer*>(self);
    server.connections_.enter(peered(connection).id, Connections::Phase::head);
    const std::unique_ptr<Exchange> ended{static_cast<Exchange*>(*state)};
    *state = nullptr;
    if (!ended) return;
    server.body_bytes_ -= ended->body.size();
    --server.exchanges_;
  }

  MHD_Result begin(MHD_Connection* connection, const char* path, const char* method, void** state) {
    const Peered& caller = peered(connection);
    if (!caller.peer) return send(connection, refusal(caller.peer.error()));
    auto admission = admit(access_, *caller.peer, read_head(connection, path, method));
    if (auto* refused = std::get_if<Response>(&admission)) return send(connection, *refused);
    connections_.enter(caller.id, Connections::Phase::body);
    auto exchange = std::make_unique<Exchange>();
    exchange->admitted = std::get<Admitted>(std::move(admission));
    *state = exchange.release();
    ++exchanges_;
    return MHD_YES;
  }

  MHD_Result receive(Exchange& exchange, const char* data, std::size_t* size) {
    exchange.received += *size;
    if (exchange.received <= body_limit && body_bytes_ + *size <= limits_.body_bytes) {
      exchange.body.append(data, *size);
      body_bytes_ += *size;
    }
    *size = 0;
    return exchange.received <= drain_limit ? MHD_YES : MHD_NO;
  }

  MHD_Result end(MHD_Connection* connection, Exchange& exchange) {
    if (exchange.received > body_limit) return send(connection, too_large());
    if (exchange.received != exchange.body.size())
      return send(connection, overload(503, "too many request bodies are being read"));
    connections_.enter(peered(connection).id, Connections::Phase::work);
    MHD_suspend_connection(connection);
    const Executor::Admission admission = hand_over(connection, exchange);
    if (admission == Executor::Admission::taken) return MHD_YES;
    exchange.response = admission == Executor::Admission::caller_full
                            ? overload(429, "too many requests of this caller are waiting")
                            : overload(503, "too many requests are waiting");
    MHD_resume_connection(connection);
    return MHD_YES;
  }

  /// Another thread answers and resumes the connection. Long polls have threads of their own; when
  /// these are all taken, the present state is answered instead.
  Executor::Admission hand_over(MHD_Connection* connection, Exchange& exchange) {
    const auto work = [this, connection, &exchange] {
      exchange.response = answer(context_, *std::move(exchange.admitted), exchange.body);
      MHD_resume_connection(connection);
    };
    const std::string& caller = exchange.admitted->request.caller.name;
    if (is_long_poll(*exchange.admitted)) {
      if (watchers_.add(caller, work) == Executor::Admission::taken)
        return Executor::Admission::taken;
      exchange.admitted->request.query.erase("wait");
    }
    return workers_.add(caller, work);
  }

  MHD_Result send(MHD_Connection* connection, Response response) {
    connections_.enter(peered(connection).id, Connections::Phase::answer);
    return queue_response(connection, std::move(response));
  }

  /// Those that are answered get a moment to take the answer.
  void wait_for_answers() const {
    constexpr std::chrono::milliseconds slice{10};
    constexpr int slices = 100;
    for (int i = 0; i < slices && exchanges_ > 0; ++i) std::this_thread::sleep_for(slice);
  }

  const ServerLimits limits_;
  const unsigned connection_limit_;
  Listener listener_;
  Access access_;
  Context context_;
  std::atomic<std::size_t> body_bytes_{0};
  std::atomic<int> exchanges_{0};
  Connections connections_;
  Executor workers_;
  Executor watchers_;
  MHD_Daemon* daemon_ = nullptr;
};

}  // namespace

Result<std::unique_ptr<Server>> Server::start(Listener listener, Access access, Service& service,
                                              const ServerLimits& limits) {
  auto server =
      std::make_unique<MicroServer>(std::move(listener), std::move(access), service, limits);
  TRY(server->serve());
  return std::unique_ptr<Server>{std::move(server)};
}

}  // namespace imprint::api
