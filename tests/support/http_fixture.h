#pragma once
// A small HTTP server on loopback that can misbehave.

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

struct MHD_Daemon;
struct MHD_Connection;

namespace imprint::test {

struct HttpAnswer {
  unsigned status = 200;
  std::string body{};
  std::map<std::string, std::string> headers{};
  std::optional<std::size_t> cut_at{};  ///< the connection breaks after so many bytes of the body
  std::optional<std::size_t>
      stall_at{};           ///< nothing comes after so many bytes until the server stops
  bool tell_length = true;  ///< false: chunked, without Content-Length
};

/// Listens from construction to destruction on a port of its own.
class HttpFixture {
 public:
  /// With a certificate and key (PEM) it speaks https.
  explicit HttpFixture(const std::string& certificate = "", const std::string& key = "");
  HttpFixture(const HttpFixture&) = delete;
  HttpFixture& operator=(const HttpFixture&) = delete;
  ~HttpFixture();

  void serve(const std::string& path, HttpAnswer answer);
  /// "http://127.0.0.1:PORT/path"
  [[nodiscard]] std::string url(const std::string& path) const;
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  /// Paths that were asked for, in order.
  std::vector<std::string> requests();

  /// The answer for a path; 404 for others. For the server's callback.
  HttpAnswer answer_to(const std::string& path);
  [[nodiscard]] bool stopping();

 private:
  std::mutex mutex_;
  std::map<std::string, HttpAnswer> answers_;
  std::vector<std::string> requests_;
  bool stopping_ = false;
  bool secure_ = false;
  std::string certificate_;
  std::string key_;
  MHD_Daemon* daemon_ = nullptr;
  std::uint16_t port_ = 0;
};

}  // namespace imprint::test
