#include "agent/base/sandbox.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>

#include "agent/base/command.h"
#include "tests/support/temp_folder.h"

namespace imprint {
namespace {

using testing::HasSubstr;

class SandboxedShell : public testing::Test {
 protected:
  void SetUp() override {
    if (!PreparedSandbox::prepare({})->confined()) GTEST_SKIP() << "this kernel has no Landlock";
    std::ofstream{folder_ / "read"} << "readable\n";
    std::ofstream{folder_ / "secret"} << "secret\n";
    std::filesystem::create_directory(folder_ / "out");
    sandbox_.read = system_read_paths();
    sandbox_.read.push_back(folder_ / "read");
    sandbox_.write.push_back(folder_ / "out");
  }

  CommandOutput run(const std::string& program, const std::vector<std::string>& arguments) {
    Command command;
    command.arguments = {program};
    command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
    command.sandbox = sandbox_;
    const auto output = run_command(command);
    EXPECT_TRUE(output) << output.error().message;
    return output ? *output : CommandOutput{};
  }
  CommandOutput shell(const std::string& script) {
    return run("sh", {"-c", "cd " + folder_.path().string() + "; " + script});
  }

  test::TempFolder folder_;
  Sandbox sandbox_;
};

TEST_F(SandboxedShell, ReadsWhatIsAllowedAndNothingElse) {
  EXPECT_EQ(shell("cat read").out, "readable\n");
  for (const char* script :
       {"cat secret", "cat /etc/passwd", "ls /root", "cat /proc/1/environ", "ls ."}) {
    const auto output = shell(script);
    EXPECT_NE(output.status, 0) << script;
    EXPECT_EQ(output.out, "") << script;
  }
}

TEST_F(SandboxedShell, ReachesNothingThroughALink) {
  std::filesystem::create_symlink(folder_ / "secret", folder_ / "out/link");
  EXPECT_NE(shell("cat out/link").status, 0);
}

TEST_F(SandboxedShell, WritesOnlyWhereItMay) {
  EXPECT_EQ(shell("echo x > out/new && mkdir out/d && mv out/new out/d/new && rm -r out/d").status,
            0);
  EXPECT_NE(shell("echo x > read").status, 0);
  EXPECT_NE(shell("echo x > new").status, 0);
  EXPECT_NE(shell("rm secret").status, 0);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "new"));
}

TEST_F(SandboxedShell, CannotEmptyAFileThatItMayNotWrite) {
  EXPECT_NE(run("truncate", {"-s", "0", folder_ / "secret"}).status, 0);
  EXPECT_NE(run("perl", {"-e", "exit(truncate($ARGV[0], 0) ? 0 : 1)", folder_ / "secret"}).status,
            0);
  EXPECT_EQ(std::filesystem::file_size(folder_ / "secret"), 7U);
}

TEST_F(SandboxedShell, HasDevNull) {
  EXPECT_EQ(shell("echo x > /dev/null && cat < /dev/null").status, 0);
}

TEST_F(SandboxedShell, ConnectsOutOnlyWhereItMay) {
  const Fd listener{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* generic = static_cast<sockaddr*>(static_cast<void*>(&address));
  ASSERT_EQ(::bind(listener.get(), generic, size), 0);
  ASSERT_EQ(::listen(listener.get(), 4), 0);
  ASSERT_EQ(::getsockname(listener.get(), generic, &size), 0);
  const std::string connect =
      "exec 3<>/dev/tcp/127.0.0.1/" + std::to_string(ntohs(address.sin_port));
  Command outside;
  outside.arguments = {"bash", "-c", connect};
  ASSERT_EQ(run_command(outside)->status, 0);
  EXPECT_THAT(run("bash", {"-c", connect}).err, HasSubstr("Permission denied"));
  sandbox_.network = true;
  EXPECT_EQ(run("bash", {"-c", connect}).status, 0);
  EXPECT_NE(run("cat", {(folder_ / "secret").string()}).status, 0);
}

TEST_F(SandboxedShell, CannotSignalAProcessOutside) {
  EXPECT_NE(shell("kill -0 " + std::to_string(::getpid())).status, 0);
}

TEST_F(SandboxedShell, ObeysItsLimits) {
  sandbox_.memory_limit = std::uint64_t{256} << 20;
  EXPECT_NE(run("perl", {"-e", "my $x = 'x' x (512 << 20); print length $x"}).status, 0);
  sandbox_.memory_limit = 0;
  sandbox_.cpu_seconds = 1;
  EXPECT_GE(shell("while :; do :; done").status, 128);
}

TEST(Sandbox, PassesOverPathsThatDoNotExist) {
  Sandbox sandbox;
  sandbox.read = {"/no/such/path", "/etc/passwd/below-a-file"};
  EXPECT_TRUE(PreparedSandbox::prepare(sandbox));
}

}  // namespace
}  // namespace imprint
