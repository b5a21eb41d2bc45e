#include "agent/api/server.h"

#include <microhttpd.h>

#include <cstdarg>
#include <cstdio>

#include "agent/api/dispatch.h"
#include "agent/base/log.h"
#include "agent/base/owned.h"

namespace imprint::api {
namespace {

constexpr unsigned connection_limit = 64;
constexpr unsigned silence_limit = 60;  // seconds
constexpr std::size_t head_limit = std::size_t{32} << 10;
// A body that is too large is read to its end, up to here, so that the caller is still listening
// when told so.
constexpr std::size_t drain_limit = 8 * body_limit;

/// One request on its way in.
struct Exchange {
  std::optional<Admitted> admitted;
  std::string body;
  std::size_t received = 0;
};

MHD_Result add_pair(void* pairs, MHD_ValueKind, const char* key, const char* value) {
  static_cast<std::vector<std::pair<std::string, std::string>>*>(pairs)->emplace_back(
      key, value == nullptr ? "" : value);
  return MHD_YES;
}

std::optional<std::string> header(MHD_Connection* connection, const char* name) {
  const char* value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
  return value == nullptr ? std::nullopt : std::optional<std::string>{value};
}

Head read_head(MHD_Connection* connection, const char* path, const char* method) {
  Head head{method,
            path,
            {},
            header(connection, MHD_HTTP_HEADER_CONTENT_LENGTH),
            header(connection, "Idempotency-Key").value_or("")};
  MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, add_pair, &head.query);
  return head;
}

MHD_Result send(MHD_Connection* connection, Response response) {
  const Owned<MHD_Response, MHD_destroy_response> message{MHD_create_response_from_buffer(
      response.body.size(), response.body.data(), MHD_RESPMEM_MUST_COPY)};
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

class MicroServer : public Server {
 public:
  MicroServer(Listener listener, Access access, Service& service)
      : listener_{std::move(listener)}, access_{std::move(access)}, context_{service} {}

  ~MicroServer() override {
    context_.stopping = true;
    if (daemon_ != nullptr) MHD_stop_daemon(daemon_);
  }

  Result<> serve() {
    const int socket = listener_.release();
    daemon_ =
        MHD_start_daemon(MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD |
                             MHD_USE_POLL | MHD_USE_ERROR_LOG | MHD_USE_ITC,
                         0, nullptr, nullptr, on_request, this,
                         // The library wants the logger first: it tells of options that come after.
                         MHD_OPTION_EXTERNAL_LOGGER, log_library, nullptr,  //
                         MHD_OPTION_LISTEN_SOCKET, socket,                  //
                         MHD_OPTION_CONNECTION_LIMIT, connection_limit,     //
                         MHD_OPTION_CONNECTION_TIMEOUT, silence_limit,      //
                         MHD_OPTION_CONNECTION_MEMORY_LIMIT, head_limit,    //
                         MHD_OPTION_STRICT_FOR_CLIENT, 1,                   //
                         MHD_OPTION_NOTIFY_COMPLETED, on_completed, nullptr, MHD_OPTION_END);
    if (daemon_ != nullptr) return {};
    const Fd unused{socket};
    return make_error(Errc::unavailable, "the HTTP server does not start");
  }

 private:
  static MHD_Result on_request(void* self, MHD_Connection* connection, const char* path,
                               const char* method, const char*, const char* data, std::size_t* size,
                               void** state) {
    // Nothing may be thrown through the library's C code.
    try {
      auto& server = *static_cast<MicroServer*>(self);
      if (*state == nullptr) return server.begin(connection, path, method, state);
      auto& exchange = *static_cast<Exchange*>(*state);
      if (*size == 0) return server.end(connection, exchange);
      return receive(exchange, data, size);
    } catch (const std::exception& fault) {
      log::error("request dropped: {}", fault.what());
      return MHD_NO;
    }
  }

  static void on_completed(void*, MHD_Connection*, void** state, MHD_RequestTerminationCode) {
    const std::unique_ptr<Exchange> ended{static_cast<Exchange*>(*state)};
    *state = nullptr;
  }

  MHD_Result begin(MHD_Connection* connection, const char* path, const char* method, void** state) {
    auto exchange = std::make_unique<Exchange>();
    const auto* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    const auto peer = peer_of(info->connect_fd);
    if (!peer) return send(connection, refusal(peer.error()));
    auto admission = admit(access_, *peer, read_head(connection, path, method));
    if (auto* refused = std::get_if<Response>(&admission)) return send(connection, *refused);
    exchange->admitted = std::get<Admitted>(std::move(admission));
    *state = exchange.release();
    return MHD_YES;
  }

  static MHD_Result receive(Exchange& exchange, const char* data, std::size_t* size) {
    exchange.received += *size;
    if (exchange.received <= body_limit) exchange.body.append(data, *size);
    *size = 0;
    return exchange.received <= drain_limit ? MHD_YES : MHD_NO;
  }

  MHD_Result end(MHD_Connection* connection, Exchange& exchange) {
    if (exchange.received > body_limit) return send(connection, too_large());
    return send(connection, answer(context_, *std::move(exchange.admitted), exchange.body));
  }

  Listener listener_;
  Access access_;
  Context context_;
  MHD_Daemon* daemon_ = nullptr;
};

}  // namespace

Result<std::unique_ptr<Server>> Server::start(Listener listener, Access access, Service& service) {
  auto server = std::make_unique<MicroServer>(std::move(listener), std::move(access), service);
  TRY(server->serve());
  return std::unique_ptr<Server>{std::move(server)};
}

}  // namespace imprint::api
