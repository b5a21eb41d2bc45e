#include <gmock/gmock.h>
#include <signal.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>

#include "agent/model/json.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/agent/cli/command_line.h"

namespace imprint::cli {
namespace {

using testing::HasSubstr;

struct Check : testing::Test {
  std::string disk(const std::string& name, std::optional<Verdict> verdict = {}) {
    std::ofstream{folder / name} << "bytes";
    EXPECT_EQ(::chmod((folder / name).c_str(), 0644), 0);
    if (verdict) line.inspector.verdicts[name] = *verdict;
    return (folder / name).string();
  }
  test::TempFolder folder;
  CommandLine line;
};

TEST_F(Check, EndsWithTheWorstVerdict) {
  const std::string good = disk("good");
  const std::string bad = disk("bad", Verdict::rejected);
  const std::string odd = disk("odd", Verdict::undetermined);
  EXPECT_EQ(line.run({"check", good}).status, 0);
  EXPECT_EQ(line.run({"check", good, odd}).status, 2);
  EXPECT_EQ(line.run({"check", good, odd, bad}).status, 1);
}

TEST_F(Check, PrintsJsonInTheOrderOfTheArgumentsWhateverTheThreads) {
  std::vector<std::string> arguments{"check", "--format", "json", "--jobs", "4"};
  for (const auto* name : {"e", "d", "c", "b", "a"}) arguments.push_back(disk(name));
  const Ended ended = line.run(arguments);
  const Json json = parse_json(ended.out).value();
  EXPECT_EQ(json["schema"], "imprint.report/1");
  EXPECT_EQ(json["profile"], "generic");
  EXPECT_EQ(json["ruleset"], "r1");
  ASSERT_EQ(json["images"].size(), 5U);
  EXPECT_THAT(json["images"][0]["path"].get<std::string>(), testing::EndsWith("/e"));
  EXPECT_THAT(json["images"][4]["path"].get<std::string>(), testing::EndsWith("/a"));
}

using Names = std::vector<std::string>;

TEST_F(Check, ReadsImagesOfOneOwnerTogetherAndThoseThatMakeTroubleAlone) {
  line.inspector.troublesome = {"b"};
  const Ended ended = line.run({"check", "--jobs", "1", disk("c"), disk("b", Verdict::rejected),
                                disk("a"), "--format", "json"});
  EXPECT_THAT(line.inspector.together, testing::ElementsAre(Names{"c", "b", "a"}));
  EXPECT_EQ(line.inspector.alone, Names{"b"});
  EXPECT_EQ(ended.status, 1);
  const Json images = parse_json(ended.out).value()["images"];
  ASSERT_EQ(images.size(), 3U);
  EXPECT_THAT(images[1]["path"].get<std::string>(), testing::EndsWith("/b"));
  EXPECT_EQ(images[1]["verdict"], "rejected");
}

TEST_F(Check, ReadsAloneWhatOthersMayHaveWritten) {
  const std::string shared = disk("shared");
  ASSERT_EQ(::chmod(shared.c_str(), 0666), 0);
  line.run({"check", "--jobs", "1", disk("a"), shared, disk("b")});
  EXPECT_THAT(line.inspector.together, testing::ElementsAre(Names{"a", "b"}));
  EXPECT_EQ(line.inspector.alone, Names{"shared"});
}

TEST_F(Check, ReadsEachImageAloneWhereThatIsAskedFor) {
  for (const char* option : {"--alone", "--no-snapshot-appliance"})
    line.run({"check", "--jobs", "1", disk("a"), disk("b"), option});
  EXPECT_TRUE(line.inspector.together.empty());
  EXPECT_EQ(line.inspector.alone, Names({"a", "b", "a", "b"}));
}

TEST_F(Check, DividesImagesAmongTheMachines) {
  line.run({"check", "--jobs", "2", disk("a"), disk("b"), disk("c"), disk("d")});
  EXPECT_THAT(line.inspector.together,
              testing::UnorderedElementsAre(Names{"a", "b"}, Names{"c", "d"}));
}

TEST_F(Check, NamesOnceOnTheErrorStreamWhatCannotBeRead) {
  const std::string path = disk("odd", Verdict::undetermined);
  for (const std::string& reason :
       {std::string{"it is a pipe"}, "image '" + path + "' is a pipe"}) {
    line.inspector.unreadable["odd"] = reason;
    const Ended ended = line.run({"check", path, "--format", "json"});
    EXPECT_EQ(ended.status, 2);
    EXPECT_THAT(ended.err, testing::EndsWith("is a pipe\n"));
    EXPECT_EQ(ended.err.find(path), ended.err.rfind(path)) << ended.err;
  }
}

TEST_F(Check, JudgesTheOthersBesideOneThatCannotBeRead) {
  const std::string bad = disk("bad", Verdict::rejected);
  line.inspector.unreadable["odd"] = "it is a pipe";
  const Ended ended = line.run({"check", disk("odd", Verdict::undetermined), bad});
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.out, HasSubstr("bad: rejected"));
}

TEST_F(Check, TakesAnInspectorThatFailsForUndetermined) {
  line.inspector.error = make_error(Errc::unavailable, "no worker");
  const Ended ended = line.run({"check", disk("good")});
  EXPECT_EQ(ended.status, 2);
  EXPECT_THAT(ended.err, HasSubstr("no worker"));
}

TEST_F(Check, EndsByTheSignalThatStopsItBeforeTheOtherImages) {
  const std::string first = disk("a");
  const std::string second = disk("b");
  line.inspector.meanwhile = [] { ::raise(SIGINT); };
  EXPECT_EXIT(line.run({"check", "--alone", "--jobs", "1", first, second}),
              testing::KilledBySignal(SIGINT), "^read a\n$");
  EXPECT_EXIT(line.run({"check", "--jobs", "1", first, second}), testing::KilledBySignal(SIGINT),
              "^read a b\n$");
}

TEST_F(Check, CallsAnUnknownProfileWrongUsage) {
  line.inspector.error = make_error(Errc::not_found, "no profile 'x'");
  const Ended ended = line.run({"check", disk("good"), "--profile", "x"});
  EXPECT_EQ(ended.status, 64);
  EXPECT_THAT(ended.err, HasSubstr("no profile 'x'"));
}

TEST_F(Check, RefusesWrongUsage) {
  const std::string good = disk("good");
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"check"},
           {"check", good, "--format", "pdf"},
           {"check", good, "--jobs", "0"},
           {"check", good, "--colour"},
           {"check", good, good, "--companion", good},
           {"check", good, "--companion", folder.path().string()},
           {"check", good, "--passphrase-file", (folder / "no-key").string()},
           {"check", good, "--passphrase-file", "/dev/null"}}) {
    const Ended ended = line.run(arguments);
    EXPECT_EQ(ended.status, 64) << arguments.back();
    EXPECT_EQ(ended.out, "");
    EXPECT_THAT(ended.err, testing::StartsWith("imprintctl: "));
  }
}

TEST_F(Check, LetsNoNameOfADiskSpeakToTheTerminal) {
  const Ended ended = line.run({"check", disk("good"), "--companion", "no\x1b[31m"});
  EXPECT_EQ(ended.status, 64);
  EXPECT_THAT(ended.err, HasSubstr(R"('no\x1b[31m')"));
}

TEST_F(Check, TellsOfADiskInOneLineWhateverItsName) {
  const std::string name = (folder / "absent new\nline").string();
  line.inspector.unreadable["new\nline"] = "it is a pipe";
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"check", disk("new\nline", Verdict::undetermined)},
           {"check", disk("good"), "--companion", name},
           {"check", disk("good"), "--passphrase-file", name},
           {"check", disk("good"), "--output", name + "/report"},
           {"check", name, "--repair", (folder / "out").string()}}) {
    const Ended ended = line.run(arguments);
    EXPECT_THAT(ended.err, HasSubstr(R"(new\x0aline)")) << arguments.back();
    EXPECT_EQ(std::ranges::count(ended.err, '\n'), 1) << ended.err;
  }
}

TEST_F(Check, WritesTheReportToAFile) {
  const std::string report = (folder / "report.json").string();
  const Ended ended = line.run({"check", disk("good"), "--format", "json", "--output", report});
  EXPECT_EQ(ended.out, "");
  std::ifstream file{report};
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_TRUE(parse_json(text.str()));
  EXPECT_NE(line.run({"check", disk("good"), "--output", "/nowhere/report"}).status, 0);
}

TEST_F(Check, RendersTheFormatThatIsAskedFor) {
  const std::string good = disk("good");
  const auto run = [&](const std::string& format) {
    return line.run({"check", good, "--format", format}).out;
  };
  EXPECT_THAT(run("text"), HasSubstr("format 0\n"));
  EXPECT_THAT(run("sarif"), HasSubstr("format 2\n"));
  EXPECT_THAT(run("junit"), HasSubstr("format 3\n"));
  EXPECT_THAT(run("html"), HasSubstr("format 4\n"));
}

TEST_F(Check, UsesColourOnATerminalOnly) {
  const std::string good = disk("good");
  EXPECT_THAT(line.run({"check", good}).out, testing::Not(HasSubstr("in colour")));
  line.terminal = true;
  EXPECT_THAT(line.run({"check", good}).out, HasSubstr("in colour"));
}

TEST_F(Check, SpeaksTheLanguageOfTheOptionElseOfTheEnvironment) {
  const std::string good = disk("good");
  line.language = "zh";
  line.run({"check", good});
  EXPECT_EQ(line.spoken, "zh");
  EXPECT_EQ(line.inspector.language, "zh");
  line.run({"check", good, "--lang", "en"});
  EXPECT_EQ(line.spoken, "en");
  EXPECT_EQ(line.inspector.language, "en");
  EXPECT_EQ(line.run({"check", good, "--lang", "tlh"}).status, 64);
}

TEST_F(Check, TellsRulesInTheLanguageAskedFor) {
  EXPECT_THAT(line.run({"rules", "--lang", "zh"}).out, HasSubstr("title a in zh"));
  EXPECT_THAT(line.run({"rules", "list", "--lang", "zh"}).out, HasSubstr("title a in zh"));
  EXPECT_THAT(line.run({"rules", "show", "fstab.a", "--lang", "zh"}).out,
              HasSubstr("title a in zh"));
}

TEST_F(Check, ShowsWhatProfilesMakeOfARule) {
  EXPECT_THAT(line.run({"rules", "show", "fstab.a"}).out, HasSubstr("ecs warning"));
  EXPECT_EQ(parse_json(line.run({"rules", "--json"}).out).value()[0]["profiles"]["ecs"], "warning");
}

TEST_F(Check, NeedsNoAgent) {
  line.service.fail_with(make_error(Errc::unavailable, "no agent"));
  EXPECT_EQ(line.run({"check", disk("good")}).status, 0);
  EXPECT_TRUE(line.service.calls().empty());
}

TEST_F(Check, ListsAndShowsRules) {
  EXPECT_THAT(line.run({"rules"}).out, HasSubstr("fstab.a"));
  EXPECT_EQ(line.run({"rules", "list"}).out, line.run({"rules"}).out);
  EXPECT_THAT(line.run({"rules", "show", "fstab.a"}).out, HasSubstr("effect a"));
  EXPECT_THAT(line.run({"rules", "show", "fstab.a"}).out, HasSubstr("repair a"));
  EXPECT_EQ(line.run({"rules", "show", "nothing"}).status, 66);
  EXPECT_EQ(parse_json(line.run({"rules", "--json"}).out).value()[0]["id"], "fstab.a");
}

}  // namespace
}  // namespace imprint::cli
