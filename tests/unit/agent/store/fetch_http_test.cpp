#include <gmock/gmock.h>

#include <fstream>

#include "agent/base/atomic_file.h"
#include "agent/base/command.h"
#include "agent/base/digest.h"
#include "agent/store/image_source.h"
#include "tests/support/http_fixture.h"
#include "tests/support/temp_folder.h"

namespace imprint::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::uint64_t no_limit = UINT64_MAX;

class HttpSource : public testing::Test {
 protected:
  Result<Fetched> fetch(const std::string& url, std::uint64_t limit = no_limit) {
    return images_.fetch(url, target_, limit, {});
  }
  Error refused(const std::string& url, std::uint64_t limit = no_limit) {
    const auto fetched = fetch(url, limit);
    EXPECT_FALSE(fetched) << url;
    EXPECT_FALSE(std::filesystem::exists(target_)) << "nothing is left behind";
    return fetched ? Error{} : fetched.error();
  }

  HttpFixture server_;
  TempFolder folder_;
  std::filesystem::path target_ = folder_ / "target.part";
  store::LocalImageSource images_{
      {.stall_limit = std::chrono::seconds{1}, .program = IMPRINT_TEST_FETCH}};
};

TEST_F(HttpSource, IsDownloadedAndHashed) {
  const std::string body = std::string(300'000, 'a') + std::string(5, '\0') + "end";
  for (const bool tell_length : {true, false}) {
    server_.serve("/image.qcow2", {.body = body, .tell_length = tell_length});
    const auto fetched = fetch(server_.url("/image.qcow2"));
    ASSERT_TRUE(fetched) << fetched.error().message;
    EXPECT_EQ(fetched->size, body.size());
    EXPECT_EQ(fetched->digest.hex(), digest_of(body));
    EXPECT_EQ(read_file(target_).value(), body);
    std::filesystem::remove(target_);
  }
}

TEST_F(HttpSource, IsTakenAsItIsSent) {
  server_.serve("/x", {.body = "not gzip", .headers = {{"Content-Encoding", "gzip"}}});
  const auto fetched = fetch(server_.url("/x"));
  ASSERT_TRUE(fetched);
  EXPECT_EQ(fetched->digest.hex(), digest_of("not gzip"));
}

TEST_F(HttpSource, FailsByItsStatus) {
  EXPECT_EQ(refused(server_.url("/absent")).code, Errc::not_found);
  for (const auto& [status, code] : std::vector<std::pair<unsigned, Errc>>{{400, Errc::invalid},
                                                                           {403, Errc::invalid},
                                                                           {410, Errc::invalid},
                                                                           {500, Errc::unavailable},
                                                                           {503, Errc::unavailable},
                                                                           {204, Errc::invalid}}) {
    server_.serve("/x", {.status = status, .body = status == 204 ? "" : "an error page"});
    const Error fault = refused(server_.url("/x"));
    EXPECT_EQ(fault.code, code) << status << ": " << fault.message;
    EXPECT_THAT(fault.message, HasSubstr(std::to_string(status)));
    EXPECT_THAT(fault.message, HasSubstr("/x"));
  }
}

TEST_F(HttpSource, FailsWhenItBreaksOff) {
  for (const bool tell_length : {true, false}) {
    server_.serve(
        "/x", {.body = std::string(100'000, 'x'), .cut_at = 50'000, .tell_length = tell_length});
    EXPECT_EQ(refused(server_.url("/x")).code, Errc::unavailable) << tell_length;
  }
}

TEST_F(HttpSource, FailsWhenItStalls) {
  server_.serve("/x", {.body = std::string(100'000, 'x'), .stall_at = 50'000});
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(refused(server_.url("/x")).code, Errc::unavailable);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds{20});
}

TEST_F(HttpSource, FailsWhenNobodyListens) {
  std::string url;
  {
    const HttpFixture gone;
    url = gone.url("/x");
  }
  EXPECT_EQ(refused(url).code, Errc::unavailable);
}

TEST_F(HttpSource, MustNotPassTheLimit) {
  for (const bool tell_length : {true, false}) {
    server_.serve("/x", {.body = std::string(100'000, 'x'), .tell_length = tell_length});
    EXPECT_EQ(refused(server_.url("/x"), 99'999).code, Errc::exhausted) << tell_length;
    EXPECT_TRUE(fetch(server_.url("/x"), 100'000));
    std::filesystem::remove(target_);
  }
}

TEST_F(HttpSource, FollowsAFewRedirects) {
  server_.serve("/0", {.body = "here"});
  for (int i = 1; i <= 6; ++i)
    server_.serve("/" + std::to_string(i),
                  {.status = 302, .headers = {{"Location", "/" + std::to_string(i - 1)}}});
  EXPECT_TRUE(fetch(server_.url("/5")));
  std::filesystem::remove(target_);
  EXPECT_EQ(refused(server_.url("/6")).code, Errc::invalid);
  server_.serve("/loop", {.status = 301, .headers = {{"Location", "/loop"}}});
  EXPECT_EQ(refused(server_.url("/loop")).code, Errc::invalid);
}

TEST_F(HttpSource, FollowsNoRedirectOutOfTheWeb) {
  for (const char* place : {"file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://127.0.0.1/x"}) {
    server_.serve("/x", {.status = 302, .headers = {{"Location", place}}});
    EXPECT_EQ(refused(server_.url("/x")).code, Errc::invalid) << place;
  }
}

TEST_F(HttpSource, ShowsNoSecretOfItsUrl) {
  const std::string port = std::to_string(server_.port());
  const Error user = refused("http://someone:hidden-word@127.0.0.1:" + port + "/x");
  EXPECT_EQ(user.code, Errc::invalid);
  EXPECT_THAT(user.message, Not(HasSubstr("hidden-word")));
  EXPECT_THAT(refused(server_.url("/x?signature=hidden-word")).message,
              Not(HasSubstr("hidden-word")));
  EXPECT_EQ(server_.requests(), std::vector<std::string>{"/x"}) << "credentials are never sent";
}

TEST_F(HttpSource, StopsWhenItIsTold) {
  server_.serve("/x", {.body = std::string(100'000, 'x'), .stall_at = 50'000});
  const auto fetched = images_.fetch(server_.url("/x"), target_, no_limit,
                                     [](FetchProgress progress) { return progress.done == 0; });
  ASSERT_FALSE(fetched);
  EXPECT_EQ(fetched.error().code, Errc::cancelled);
  EXPECT_FALSE(std::filesystem::exists(target_));
}

TEST_F(HttpSource, NeverTouchesATargetThatIsThere) {
  server_.serve("/x", {.body = "new"});
  std::ofstream{target_} << "old";
  EXPECT_EQ(fetch(server_.url("/x")).error().code, Errc::conflict);
  EXPECT_EQ(read_file(target_).value(), "old");
}

TEST_F(HttpSource, NeedsItsProgram) {
  store::LocalImageSource bare{{.program = folder_ / "absent"}};
  const auto fetched = bare.fetch(server_.url("/x"), target_, no_limit, {});
  ASSERT_FALSE(fetched);
  EXPECT_EQ(fetched.error().code, Errc::unavailable);
  EXPECT_FALSE(std::filesystem::exists(target_));
}

/// What becomes of a download when imprint-fetch is not what it was: `script` runs in its place,
/// with the descriptor for the file as its first argument.
class HttpSourceOfAnother : public HttpSource {
 protected:
  Result<Fetched> run(const std::string& script) {
    const std::filesystem::path program = folder_ / "fetch";
    EXPECT_TRUE(write_file_atomically(program, "#!/bin/bash\n" + script));
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
    return store::LocalImageSource{{.program = program}}.fetch("http://host/x", target_, no_limit,
                                                               {});
  }
};

TEST_F(HttpSourceOfAnother, IsNoFileWhenItIsKilled) {
  const auto fetched = run("echo -n half >&$1; kill -9 $$");
  ASSERT_FALSE(fetched);
  EXPECT_EQ(fetched.error().code, Errc::unavailable);
  EXPECT_FALSE(std::filesystem::exists(target_));
}

TEST_F(HttpSourceOfAnother, EndsWithItThoughSomethingHoldsThePipe) {
  const auto begin = std::chrono::steady_clock::now();
  const auto fetched =
      run("echo -n whole >&$1; setsid sleep 20 </dev/null &>/dev/null & sleep 0.5");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds{10});
  ASSERT_TRUE(fetched) << fetched.error().message;
  EXPECT_EQ(fetched->digest.hex(), digest_of("whole"));
}

class HttpsSource : public testing::Test {
 protected:
  void SetUp() override {
    Command command;
    command.arguments = {"openssl",  "req",           "-x509",   "-newkey",
                         "rsa:2048", "-nodes",        "-days",   "2",
                         "-subj",    "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                         "-keyout",  key_.string(),   "-out",    certificate_.string()};
    const auto made = run_checked(command);
    ASSERT_TRUE(made) << made.error().message;
    server_ =
        std::make_unique<HttpFixture>(read_file(certificate_).value(), read_file(key_).value());
  }

  TempFolder folder_;
  std::filesystem::path key_ = folder_ / "key.pem";
  std::filesystem::path certificate_ = folder_ / "certificate.pem";
  std::filesystem::path target_ = folder_ / "target.part";
  std::unique_ptr<HttpFixture> server_;
};

TEST_F(HttpsSource, IsDownloadedWhenItIsTrusted) {
  server_->serve("/x", {.body = "safe"});
  store::LocalImageSource strangers{{.program = IMPRINT_TEST_FETCH}};
  const auto refused = strangers.fetch(server_->url("/x"), target_, no_limit, {});
  ASSERT_FALSE(refused) << "a certificate of nobody that we know";
  EXPECT_EQ(refused.error().code, Errc::unavailable);
  store::LocalImageSource friends{{.ca_file = certificate_, .program = IMPRINT_TEST_FETCH}};
  const auto fetched = friends.fetch(server_->url("/x"), target_, no_limit, {});
  ASSERT_TRUE(fetched) << fetched.error().message;
  EXPECT_EQ(fetched->digest.hex(), digest_of("safe"));
}

TEST_F(HttpsSource, IsNeverLeftForHttp) {
  HttpFixture plain;
  plain.serve("/x", {.body = "anybody may have changed this"});
  server_->serve("/x", {.status = 302, .headers = {{"Location", plain.url("/x")}}});
  store::LocalImageSource images{{.ca_file = certificate_, .program = IMPRINT_TEST_FETCH}};
  const auto fetched = images.fetch(server_->url("/x"), target_, no_limit, {});
  ASSERT_FALSE(fetched);
  EXPECT_EQ(fetched.error().code, Errc::invalid) << fetched.error().message;
  EXPECT_TRUE(plain.requests().empty());
}

}  // namespace
}  // namespace imprint::test
