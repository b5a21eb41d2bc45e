#include <gmock/gmock.h>

#include <cstdlib>

#include "agent/base/command.h"
#include "agent/model/json.h"
#include "tests/unit/agent/cli/command_line.h"

namespace imprint::cli {
namespace {

using testing::HasSubstr;

struct Run : testing::Test {
  CommandLine line;
};

const std::vector<std::vector<std::string>> commands = {{"check"},
                                                        {"rules"},
                                                        {"rules", "list"},
                                                        {"rules", "show"},
                                                        {"image"},
                                                        {"image", "import"},
                                                        {"image", "list"},
                                                        {"image", "show"},
                                                        {"image", "report"},
                                                        {"image", "delete"},
                                                        {"instance"},
                                                        {"instance", "create"},
                                                        {"instance", "list"},
                                                        {"instance", "show"},
                                                        {"instance", "start"},
                                                        {"instance", "stop"},
                                                        {"instance", "console"},
                                                        {"instance", "reimage"},
                                                        {"instance", "reset"},
                                                        {"instance", "revert"},
                                                        {"instance", "commit"},
                                                        {"instance", "release"},
                                                        {"job"},
                                                        {"job", "list"},
                                                        {"job", "show"},
                                                        {"job", "wait"},
                                                        {"node"},
                                                        {"node", "status"},
                                                        {"completion"}};

TEST_F(Run, ExplainsEveryCommand) {
  for (auto command : commands) {
    const std::string name = command.back();
    command.push_back("--help");
    const Ended ended = line.run(command);
    EXPECT_EQ(ended.status, 0) << name;
    EXPECT_THAT(ended.out, HasSubstr("Usage:")) << name;
    EXPECT_EQ(ended.err, "") << name;
  }
  EXPECT_THAT(line.run({"--help"}).out, HasSubstr("Examples:"));
  EXPECT_THAT(line.run({"--version"}).out, HasSubstr("imprintctl "));
}

TEST_F(Run, NamesWrongUsageInOneLine) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{},
                                             {"fly"},
                                             {"image"},
                                             {"image", "fly"},
                                             {"node", "status", "--fast"},
                                             {"node", "status", "extra"},
                                             {"--socket"}}) {
    const Ended ended = line.run(arguments);
    EXPECT_EQ(ended.status, 64);
    EXPECT_EQ(ended.out, "");
    EXPECT_THAT(ended.err, testing::StartsWith("imprintctl: "));
    EXPECT_LE(std::ranges::count(ended.err, '\n'), 2);
  }
}

TEST_F(Run, FindsTheSocketByOptionThenVariable) {
  line.run({"node", "status"});
  EXPECT_EQ(line.socket, "/run/imprint/imprint.sock");
  ::setenv("IMPRINT_SOCKET", "/tmp/a.sock", 1);
  line.run({"node", "status"});
  EXPECT_EQ(line.socket, "/tmp/a.sock");
  line.run({"node", "status", "--socket", "/tmp/b.sock"});
  EXPECT_EQ(line.socket, "/tmp/b.sock");
  ::unsetenv("IMPRINT_SOCKET");
}

TEST_F(Run, EndsWithAStatusOfItsOwnForEachError) {
  const std::vector<std::pair<Errc, int>> table = {
      {Errc::invalid, 65},  {Errc::not_found, 66}, {Errc::unavailable, 69},
      {Errc::internal, 70}, {Errc::exhausted, 73}, {Errc::corrupt, 74},
      {Errc::conflict, 75}, {Errc::denied, 77},    {Errc::cancelled, 130}};
  for (const auto& [code, status] : table) {
    line.service.fail_with(make_error(code, "image 'x' is odd"));
    const Ended ended = line.run({"image", "show", "x"});
    EXPECT_EQ(ended.status, status);
    EXPECT_EQ(ended.err, "imprintctl: image 'x' is odd\n");
  }
}

TEST_F(Run, ShowsTheNode) {
  const Ended ended = line.run({"node", "status"});
  EXPECT_THAT(ended.out, HasSubstr("tcg (no kernel ran)"));
  EXPECT_TRUE(parse_node_status(parse_json(line.run({"node", "status", "--json"}).out).value()));
}

TEST_F(Run, CompletesEveryCommandInBash) {
  const std::string script = line.run({"completion", "bash"}).out;
  const auto complete = [&](const std::string& words, int current) {
    Command command;
    command.arguments = {
        "bash", "-c",
        script + fmt::format("COMP_WORDS=(imprintctl {}); COMP_CWORD={}; _imprintctl; "
                             "printf '%s\\n' \"${{COMPREPLY[@]}}\"",
                             words, current)};
    return run_checked(command).value().out;
  };
  for (const auto& command : commands) {
    const std::string before = command.size() == 1 ? "" : command.front() + " ";
    EXPECT_THAT(complete(before + "''", static_cast<int>(command.size())),
                HasSubstr(command.back() + "\n"));
  }
  EXPECT_THAT(complete("instance create --da", 3), HasSubstr("--data-disk\n"));
  EXPECT_THAT(complete("--json instance reimage web1 --acc", 5), HasSubstr("--accept-data-loss\n"));
}

TEST_F(Run, PrintsAZshScript) {
  EXPECT_THAT(line.run({"completion", "zsh"}).out, testing::StartsWith("#compdef imprintctl\n"));
}

}  // namespace
}  // namespace imprint::cli
