// Every method of the Service, asked in process and over the socket: nobody may tell the
// difference.

#include "agent/api/client.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <functional>

#include "agent/api/server.h"
#include "agent/model/json.h"
#include "tests/support/fake_service.h"
#include "tests/support/temp_folder.h"

namespace imprint::api {
namespace {

using testing::HasSubstr;

const Caller caller{"uid:0", "key-1"};
const JobId job_id = JobId::parse("job-0123456789ab").value();

ImportImage full_import() {
  return {"https://example.org/a?b=c",
          "debian12",
          Sha256::parse(std::string(64, 'b')).value(),
          "qcow2",
          ImageKind::public_image,
          "debian",
          ConfirmSignal{ConfirmKind::agent, "", std::chrono::seconds{7}}};
}

CreateInstance full_create() {
  CreateInstance request;
  request.image = "debian12@1";
  request.name = "web1";
  request.cpus = 2;
  request.disk = std::uint64_t{30} << 30;
  request.data_disks = {1 << 20, 2 << 20};
  request.network = "default";
  request.hostname = "web1";
  request.ssh_keys = {"ssh-ed25519 AAAA me"};
  request.user_data = Secret{"#cloud-config\n\"x\": 'ü'\n"};
  request.password_hash = Secret{"$6$a$b"};
  request.firmware = Firmware::uefi;
  request.confirm = ConfirmSignal{ConfirmKind::console, "ready.*", std::chrono::seconds{9}};
  return request;
}

ReimageInstance full_reimage() {
  return {"debian13",
          true,
          std::chrono::hours{2},
          std::uint64_t{40} << 30,
          Secret{"#!/bin/sh\n"},
          ConfirmSignal{ConfirmKind::none, "", std::chrono::seconds{1}}};
}

/// A value, or an error, as text.
template <class T>
std::string shown(const Result<T>& result) {
  if (!result) return fmt::format("{}: {}", to_string(result.error().code), result.error().message);
  if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, Json>) {
    return Json(*result).dump();
  } else if constexpr (requires { result->begin(); }) {
    std::string all;
    for (const auto& each : *result) all += to_json(each).dump();
    return all;
  } else {
    return to_json(*result).dump();
  }
}

using Ask = std::function<std::string(Service&)>;

const std::vector<std::pair<std::string, Ask>> questions = {
    {"import_image", [](Service& s) { return shown(s.import_image(caller, full_import())); }},
    {"list_images", [](Service& s) { return shown(s.list_images()); }},
    {"show_image", [](Service& s) { return shown(s.show_image("debian12@1")); }},
    {"show_report", [](Service& s) { return shown(s.show_report("debian12")); }},
    {"delete_image", [](Service& s) { return shown(s.delete_image(caller, "debian12@1", true)); }},
    {"verify_image", [](Service& s) { return shown(s.verify_image(caller, "debian12@1")); }},
    {"check_image", [](Service& s) { return shown(s.check_image(caller, "debian12")); }},
    {"create_instance", [](Service& s) { return shown(s.create_instance(caller, full_create())); }},
    {"list_instances", [](Service& s) { return shown(s.list_instances()); }},
    {"start_instance", [](Service& s) { return shown(s.start_instance(caller, "web1")); }},
    {"stop_instance",
     [](Service& s) { return shown(s.stop_instance(caller, "web1", {std::chrono::seconds{5}})); }},
    {"plan_reimage", [](Service& s) { return shown(s.plan_reimage("web1", full_reimage())); }},
    {"reimage_instance",
     [](Service& s) { return shown(s.reimage_instance(caller, "web1", full_reimage())); }},
    {"revert_instance", [](Service& s) { return shown(s.revert_instance(caller, "web1")); }},
    {"commit_instance", [](Service& s) { return shown(s.commit_instance(caller, "web1")); }},
    {"release_instance", [](Service& s) { return shown(s.release_instance(caller, "web1")); }},
    {"read_console", [](Service& s) { return shown(s.read_console("web1", 4)); }},
    {"list_jobs", [](Service& s) { return shown(s.list_jobs()); }},
    {"show_job", [](Service& s) { return shown(s.show_job(job_id)); }},
    {"watch_job",
     [](Service& s) { return shown(s.watch_job(job_id, "x", std::chrono::milliseconds{10})); }},
    {"cancel_job", [](Service& s) { return shown(s.cancel_job(caller, job_id)); }},
    {"node_status", [](Service& s) { return shown(s.node_status()); }},
};

struct ClientTest : testing::Test {
  ClientTest() {
    auto listener = Listener::open({path, 0660, {}});
    server = Server::start(std::move(listener).value(), {}, service).value();
  }

  test::TempFolder folder;
  std::filesystem::path path = folder / "s.sock";
  test::FakeService service;
  std::unique_ptr<Server> server;
  Client client{path};
};

TEST_F(ClientTest, IsTheServiceItselfForEveryMethod) {
  for (const auto& [name, ask] : questions) {
    test::FakeService in_process;
    const std::string expected = ask(in_process);
    EXPECT_EQ(ask(client), expected) << name;
    std::string call = in_process.calls().back();
    if (const auto at = call.find("uid:0"); at != std::string::npos)
      call.replace(at, 5, "uid:" + std::to_string(::geteuid()));
    EXPECT_EQ(service.calls().back(), call) << name;
  }
}

TEST_F(ClientTest, CarriesEveryErrorOfEveryMethod) {
  for (const Errc code :
       {Errc::invalid, Errc::not_found, Errc::conflict, Errc::denied, Errc::unavailable,
        Errc::exhausted, Errc::corrupt, Errc::cancelled, Errc::internal}) {
    const Error error = make_error(code, "image 'ü \"x\"' \\ is in use");
    service.fail_with(error);
    for (const auto& [name, ask] : questions) {
      EXPECT_EQ(ask(client), fmt::format("{}: {}", to_string(code), error.message)) << name;
    }
  }
}

TEST_F(ClientTest, NeverLeavesItsPlaceThroughAName) {
  for (const std::string name : {"..", "../images", "a?mode=plan", "%2e%2e", ""}) {
    static_cast<void>(client.release_instance(caller, name));
    for (const std::string& call : service.calls())
      EXPECT_THAT(call, testing::StartsWith("release_instance by"));
  }
}

TEST_F(ClientTest, KeepsTheBytesOfAConsole) {
  const std::string raw{"a\0\xff\x1b[31m", 8};
  service.set_console(raw);
  EXPECT_EQ(client.read_console("web1", 100).value(), raw);
}

TEST_F(ClientTest, NamesTheSocketWhenNobodyAnswers) {
  server.reset();
  const auto answer = client.node_status();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::unavailable);
  EXPECT_THAT(answer.error().message, HasSubstr(path.string()));
}

}  // namespace
}  // namespace imprint::api
