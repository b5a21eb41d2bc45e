#include "agent/store/http_transfer.h"

#include <curl/curl.h>
#include <unistd.h>

#include <cerrno>

#include "agent/base/owned.h"

namespace imprint::store {
namespace {

constexpr long redirect_limit = 5;
constexpr long connect_limit = 30;  // seconds
constexpr long least_speed = 1024;  // bytes a second: an image would take years below that

using Url = Owned<CURLU, curl_url_cleanup>;
using Easy = Owned<CURL, curl_easy_cleanup>;
using CurlText = Owned<char, curl_free>;

std::optional<std::string> part_of(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return std::nullopt;
  const CurlText owned{text};
  return std::string{text};
}

/// What the callbacks share; they must not throw, as C code calls them.
struct Transfer {
  const TransferOptions& options;
  int target;
  curl_off_t total = 0;
};

std::size_t on_body(char* bytes, std::size_t, std::size_t count, void* context) {
  const auto& transfer = *static_cast<Transfer*>(context);
  for (std::size_t done = 0; done < count;) {
    const ssize_t written = ::write(transfer.target, bytes + done, count - done);
    if (written < 0 && errno != EINTR) return 0;
    if (written > 0) done += static_cast<std::size_t>(written);
  }
  return count;
}

int on_progress(void* context, curl_off_t total, curl_off_t, curl_off_t, curl_off_t) {
  auto& transfer = *static_cast<Transfer*>(context);
  if (total == transfer.total) return 0;
  transfer.total = total;
  transfer.options.total(static_cast<std::uint64_t>(total));
  return 0;
}

void configure(CURL* easy, const Address& address, Transfer& transfer) {
  const TransferOptions& options = transfer.options;
  curl_easy_setopt(easy, CURLOPT_URL, address.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, address.secure ? "https" : "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(easy, CURLOPT_MAXREDIRS, redirect_limit);
  curl_easy_setopt(easy, CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, connect_limit);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, least_speed);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, options.stall_limit);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "imprint/" IMPRINT_VERSION);
  if (!options.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, options.ca_file.c_str());
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
  curl_easy_setopt(easy, CURLOPT_XFERINFODATA, &transfer);
}

Errc code_of_status(long status) {
  if (status == 404) return Errc::not_found;
  return status >= 500 ? Errc::unavailable : Errc::invalid;
}

Error transfer_error(CURL* easy, CURLcode code) {
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  switch (code) {
    case CURLE_HTTP_RETURNED_ERROR:
      return make_error(code_of_status(status), "the server answered {}", status);
    case CURLE_TOO_MANY_REDIRECTS:
      return make_error(Errc::invalid, "more than {} redirects", redirect_limit);
    case CURLE_UNSUPPORTED_PROTOCOL:
      return make_error(Errc::invalid,
                        "the server redirects to a kind of address that is not followed");
    case CURLE_OPERATION_TIMEDOUT:
      return make_error(Errc::unavailable, "no progress for too long");
    default:
      return make_error(Errc::unavailable, "{}", curl_easy_strerror(code));
  }
}

Result<> check_status(CURL* easy) {
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  if (status == 200) return {};
  return make_error(Errc::invalid, "the server answered {} instead of the file", status);
}

}  // namespace

Result<Address> parse_address(const std::string& text) {
  const Url url{curl_url()};
  const unsigned flags = CURLU_NON_SUPPORT_SCHEME;  // so that a wrong scheme is said to be one
  if (!url || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), flags) != CURLUE_OK)
    return make_error(Errc::invalid,
                      "the source is neither an absolute path nor an http or https URL");
  const std::string scheme = part_of(url.get(), CURLUPART_SCHEME).value_or("");
  if (scheme != "http" && scheme != "https")
    return make_error(Errc::invalid,
                      "'{}' is not a supported kind of source: expected http or https",
                      scheme.substr(0, 40));
  if (part_of(url.get(), CURLUPART_USER) || part_of(url.get(), CURLUPART_PASSWORD))
    return make_error(Errc::invalid,
                      "the URL on host '{}' holds a user name or password: these are not taken",
                      part_of(url.get(), CURLUPART_HOST).value_or(""));
  curl_url_set(url.get(), CURLUPART_FRAGMENT, nullptr, 0);
  Address address{part_of(url.get(), CURLUPART_URL).value_or(""), "", scheme == "https"};
  curl_url_set(url.get(), CURLUPART_QUERY, nullptr, 0);
  address.shown = part_of(url.get(), CURLUPART_URL).value_or("");
  return address;
}

Result<> transfer(const Address& address, const TransferOptions& options, int target) {
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
    return make_error(Errc::unavailable, "libcurl cannot start");
  const Easy easy{curl_easy_init()};
  if (!easy) return make_error(Errc::unavailable, "libcurl cannot start a transfer");
  Transfer transfer{options, target};
  configure(easy.get(), address, transfer);
  const CURLcode code = curl_easy_perform(easy.get());
  if (code != CURLE_OK) return transfer_error(easy.get(), code);
  return check_status(easy.get());
}

}  // namespace imprint::store
