#include "agent/api/exchange.h"

#include <curl/curl.h>

#include <cerrno>

#include "agent/api/problem.h"
#include "agent/base/owned.h"

namespace imprint::api {
namespace {

using Handle = Owned<CURL, curl_easy_cleanup>;
using Headers = Owned<curl_slist, curl_slist_free_all>;

constexpr long connect_limit = 5;  // seconds
constexpr long total_limit = 120;  // seconds: above the longest long poll
constexpr std::size_t answer_limit = std::size_t{64} << 20;

std::size_t append(char* data, std::size_t, std::size_t size, void* target) {
  auto& text = *static_cast<std::string*>(target);
  if (text.size() + size > answer_limit) return 0;
  text.append(data, size);
  return size;
}

Handle new_handle() {
  // The library's own start is not safe from two threads; that of a static is.
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  return Handle{started == CURLE_OK ? curl_easy_init() : nullptr};
}

void add_header(Headers& headers, const std::string& line) {
  if (curl_slist* longer = curl_slist_append(headers.get(), line.c_str()); longer != nullptr) {
    static_cast<void>(headers.release());
    headers.reset(longer);
  }
}

Headers headers_of(const Outgoing& outgoing) {
  Headers headers;
  add_header(headers, "Content-Type: application/json");
  add_header(headers, "Expect:");
  if (!outgoing.idempotency_key.empty())
    add_header(headers, "Idempotency-Key: " + outgoing.idempotency_key);
  if (outgoing.expected_generation)
    add_header(headers, fmt::format("If-Match: \"{}\"", *outgoing.expected_generation));
  return headers;
}

void set_request(CURL* handle, const Outgoing& outgoing) {
  curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, outgoing.method.c_str());
  if (outgoing.method == "GET") return;
  curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE,
                   static_cast<curl_off_t>(outgoing.body.size()));
  curl_easy_setopt(handle, CURLOPT_POSTFIELDS, outgoing.body.c_str());
}

Error transport_error(CURL* handle, CURLcode code, const std::filesystem::path& socket) {
  long number = 0;
  curl_easy_getinfo(handle, CURLINFO_OS_ERRNO, &number);
  if (code == CURLE_COULDNT_CONNECT && (number == EACCES || number == EPERM))
    return make_error(Errc::denied, "socket '{}': permission denied; ask to be put into its group",
                      socket.native());
  if (code == CURLE_COULDNT_CONNECT)
    return make_error(Errc::unavailable, "imprintd does not answer on socket '{}': is it running",
                      socket.native());
  return make_error(Errc::unavailable, "socket '{}': the answer was lost: {}", socket.native(),
                    curl_easy_strerror(code));
}

}  // namespace

Result<std::string> exchange(const std::filesystem::path& socket, const Outgoing& outgoing) {
  const Handle handle = new_handle();
  if (!handle) return make_error(Errc::internal, "libcurl does not start");
  const Headers headers = headers_of(outgoing);
  const std::string url = "http://imprint" + outgoing.path;
  std::string body;
  curl_easy_setopt(handle.get(), CURLOPT_UNIX_SOCKET_PATH, socket.c_str());
  curl_easy_setopt(handle.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(handle.get(), CURLOPT_PROXY, "");       // whatever the environment says
  curl_easy_setopt(handle.get(), CURLOPT_PATH_AS_IS, 1L);  // a name may look like ".."
  curl_easy_setopt(handle.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle.get(), CURLOPT_CONNECTTIMEOUT, connect_limit);
  curl_easy_setopt(handle.get(), CURLOPT_TIMEOUT, total_limit);
  curl_easy_setopt(handle.get(), CURLOPT_WRITEFUNCTION, append);
  curl_easy_setopt(handle.get(), CURLOPT_WRITEDATA, &body);
  set_request(handle.get(), outgoing);
  if (const CURLcode code = curl_easy_perform(handle.get()); code != CURLE_OK)
    return transport_error(handle.get(), code, socket);
  long status = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status < 200 || status > 299) return read_problem(static_cast<int>(status), body);
  return body;
}

std::string encode(const std::string& text) {
  const Owned<char, curl_free> encoded{
      curl_easy_escape(nullptr, text.c_str(), static_cast<int>(text.size()))};
  return encoded ? encoded.get() : "";
}

}  // namespace imprint::api
