#include <crypt.h>
#include <gmock/gmock.h>

#include <fstream>

#include "agent/model/json.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/agent/cli/command_line.h"

namespace imprint::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

struct InstanceCommand : testing::Test {
  std::string file(const std::string& name, const std::string& content) {
    std::ofstream{folder / name} << content;
    return (folder / name).string();
  }
  /// The request that the last call carried.
  Json request() {
    const std::string call = line.service.calls().front();
    return parse_json(call.substr(call.find('{'))).value();
  }
  test::TempFolder folder;
  CommandLine line;
};

TEST_F(InstanceCommand, CreatesManyAndRefusesNoneOrTooMany) {
  const auto create = [&](const std::string& count) {
    return line.run(
        {"instance", "create", "--image", "i", "--name", "web", "--count", count, "--no-wait"});
  };
  EXPECT_EQ(create("20").status, 0);
  EXPECT_EQ(request().at("count"), 20);
  for (const char* count : {"0", "101", "-1", "many"}) EXPECT_EQ(create(count).status, 64) << count;
}

TEST_F(InstanceCommand, CreatesWithAllThatWasSaid) {
  const Ended ended = line.run({"instance",
                                "create",
                                "--image",
                                "debian12@1",
                                "--name",
                                "web1",
                                "--cpus",
                                "2",
                                "--memory",
                                "2GiB",
                                "--disk",
                                "30GiB",
                                "--data-disk",
                                "1GiB",
                                "--data-disk",
                                "2GiB",
                                "--network",
                                "default",
                                "--hostname",
                                "w1",
                                "--ssh-key",
                                file("k.pub", "# mine\nssh-ed25519 AAAA me\r\n\nssh-rsa BBBB\n"),
                                "--user-data",
                                file("u", "#cloud-config\n"),
                                "--firmware",
                                "uefi",
                                "--confirm-pattern",
                                "up"});
  EXPECT_EQ(ended.status, 0) << ended.err;
  const Json json = request();
  EXPECT_EQ(json["cpus"], 2);
  EXPECT_EQ(json["memory"], std::uint64_t{2} << 30);
  EXPECT_EQ(json["disk"], std::uint64_t{30} << 30);
  EXPECT_EQ(json["data_disks"], Json::array({std::uint64_t{1} << 30, std::uint64_t{2} << 30}));
  EXPECT_EQ(json["ssh_keys"], Json::array({"ssh-ed25519 AAAA me", "ssh-rsa BBBB"}));
  EXPECT_EQ(json["user_data"], "#cloud-config\n");
  EXPECT_EQ(json["firmware"], "uefi");
  EXPECT_EQ(json["confirm"]["pattern"], "up");
}

TEST_F(InstanceCommand, SendsOnlyTheHashOfAPassword) {
  line.input = "correct horse\nsecond line\n";
  const Ended ended =
      line.run({"instance", "create", "--image", "i", "--name", "n", "--password-stdin"});
  EXPECT_EQ(ended.status, 0) << ended.err;
  const std::string hash = request()["password_hash"].get<std::string>();
  EXPECT_THAT(hash, testing::StartsWith("$"));
  EXPECT_STREQ(::crypt("correct horse", hash.c_str()), hash.c_str());
  EXPECT_THAT(line.service.calls().front() + ended.out + ended.err,
              Not(HasSubstr("correct horse")));
}

TEST_F(InstanceCommand, RefusesNoPassword) {
  line.input = "";
  EXPECT_EQ(
      line.run({"instance", "create", "--image", "i", "--name", "n", "--password-stdin"}).status,
      65);
  line.input = std::string(10'000, 'x') + "\n";
  EXPECT_EQ(
      line.run({"instance", "create", "--image", "i", "--name", "n", "--password-stdin"}).status,
      65);
  EXPECT_TRUE(line.service.calls().empty());
}

TEST_F(InstanceCommand, NeverSendsAPrivateKey) {
  const auto key = file("id", "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n");
  const Ended ended =
      line.run({"instance", "create", "--image", "i", "--name", "n", "--ssh-key", key});
  EXPECT_EQ(ended.status, 65);
  EXPECT_THAT(ended.err, HasSubstr(key));
  EXPECT_TRUE(line.service.calls().empty());
}

TEST_F(InstanceCommand, RefusesSizesThatAreNone) {
  for (const auto* option : {"--memory", "--disk", "--data-disk"})
    for (const auto* size : {"0", "much", "-1", "1QiB"})
      EXPECT_EQ(
          line.run({"instance", "create", "--image", "i", "--name", "n", option, size}).status, 64);
  EXPECT_TRUE(line.service.calls().empty());
}

TEST_F(InstanceCommand, NamesAFileThatIsMissing) {
  const Ended ended =
      line.run({"instance", "create", "--image", "i", "--name", "n", "--user-data", "/no/such"});
  EXPECT_EQ(ended.status, 66);
  EXPECT_THAT(ended.err, HasSubstr("/no/such"));
}

TEST_F(InstanceCommand, RefusesAReimageWithoutConsentAndSaysWhatWouldBeLost) {
  const Ended ended = line.run({"instance", "reimage", "web1", "--image", "debian13"});
  EXPECT_EQ(ended.status, 64);
  EXPECT_THAT(ended.err, HasSubstr("lost: all that is on system disk"));
  EXPECT_THAT(ended.err, HasSubstr("kept: data disk 'data-1'"));
  EXPECT_THAT(ended.err, HasSubstr("--accept-data-loss"));
  for (const auto& call : line.service.calls())
    EXPECT_THAT(call, Not(HasSubstr("reimage_instance")));
}

TEST_F(InstanceCommand, PrintsThePlanAndChangesNothing) {
  const Ended ended = line.run(
      {"instance", "reimage", "web1", "--image", "debian13", "--accept-data-loss", "--dry-run"});
  EXPECT_EQ(ended.status, 0);
  EXPECT_THAT(ended.out, HasSubstr(" 1. stop the machine"));
  for (const auto& call : line.service.calls())
    EXPECT_THAT(call, Not(HasSubstr("reimage_instance")));
}

TEST_F(InstanceCommand, Reimages) {
  const Ended ended =
      line.run({"instance", "reimage", "web1", "--image", "debian13", "--accept-data-loss",
                "--keep-old", "7d", "--confirm-timeout", "40s"});
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_EQ(request()["keep_old_seconds"], 7 * 24 * 3600);
  EXPECT_EQ(request()["accept_data_loss"], true);
  EXPECT_EQ(request()["confirm"]["limit_seconds"], 40);
}

TEST_F(InstanceCommand, ResetsWithTheInstancesOwnImage) {
  EXPECT_EQ(line.run({"instance", "reset", "web1", "--accept-data-loss"}).status, 0);
  EXPECT_THAT(line.service.calls()[1], HasSubstr(R"(reimage_instance)"));
  EXPECT_THAT(line.service.calls()[1], HasSubstr(R"("image":"img-0123456789ab")"));
}

TEST_F(InstanceCommand, KeepsTheTerminalSafeFromTheGuest) {
  line.service.set_console(
      "a\x1b[2J\x07"
      "b\n");
  EXPECT_EQ(line.run({"instance", "console", "web1"}).out,
            "a\x1b[2J\x07"
            "b\n");
  line.terminal = true;
  EXPECT_EQ(line.run({"instance", "console", "web1"}).out, "a[2Jb\n");
}

TEST_F(InstanceCommand, ListsAndShows) {
  EXPECT_THAT(line.run({"instance", "list"}).out, HasSubstr("web1  i-0123456789ab  running"));
  EXPECT_THAT(line.run({"instance", "show", "web1"}).out, HasSubstr("data disk:"));
  EXPECT_EQ(parse_json(line.run({"instance", "show", "web1", "--json"}).out).value()["power"],
            "running");
}

TEST_F(InstanceCommand, HandsTheOtherVerbsOn) {
  for (const auto* verb : {"start", "stop", "revert", "commit", "release"}) {
    EXPECT_EQ(line.run({"instance", verb, "web1"}).status, 0);
    EXPECT_EQ(line.run({"instance", verb}).status, 64);
    EXPECT_THAT(line.service.calls().back(), HasSubstr(verb));
  }
  EXPECT_EQ(line.run({"instance", "stop", "web1", "--grace", "soon"}).status, 64);
}

}  // namespace
}  // namespace imprint::cli
