#include <gmock/gmock.h>
#include <signal.h>

#include <fstream>

#include "agent/cli/signal_watch.h"
#include "agent/model/json.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/agent/cli/command_line.h"

namespace imprint::cli {
namespace {

using testing::HasSubstr;

struct CheckWithRepair : testing::Test {
  CheckWithRepair() { std::ofstream{disk} << "bytes"; }
  test::TempFolder folder;
  CommandLine line;
  std::string disk = (folder / "disk").string();
  std::string output = (folder / "fixed").string();
};

TEST_F(CheckWithRepair, EndsWithTheVerdictOfTheCopy) {
  const Ended fine = line.run({"check", disk, "--repair", output, "--format", "json"});
  EXPECT_EQ(fine.status, 0);
  const Json json = parse_json(fine.out).value();
  EXPECT_EQ(json["images"][0]["path"], output);
  EXPECT_EQ(json["repair"]["done"], true);
  line.repairer.after = Verdict::rejected;
  EXPECT_EQ(line.run({"check", disk, "--repair", output}).status, 1);
}

TEST_F(CheckWithRepair, PassesOnWhatWasAskedFor) {
  line.run({"check", disk, "--repair", output, "--profile", "ecs", "--lang", "zh", "--dry-run"});
  ASSERT_TRUE(line.repairer.order);
  EXPECT_EQ(line.repairer.order->inspection.image, disk);
  EXPECT_EQ(line.repairer.order->inspection.profile, "ecs");
  EXPECT_EQ(line.repairer.order->inspection.language, "zh");
  EXPECT_EQ(line.repairer.order->output, output);
  EXPECT_TRUE(line.repairer.order->dry_run);
}

TEST_F(CheckWithRepair, NeverCallsARefusalSuccess) {
  line.repairer.refusal = "it is Windows";
  EXPECT_EQ(line.run({"check", disk, "--repair", output}).status, 1);
  EXPECT_EQ(line.run({"check", disk, "--repair", output, "--dry-run"}).status, 1);
}

TEST_F(CheckWithRepair, TellsWhatWentWrong) {
  line.repairer.error = Error{Errc::exhausted, "no space"};
  const Ended ended = line.run({"check", disk, "--repair", output});
  EXPECT_EQ(ended.status, 73);
  EXPECT_THAT(ended.err, HasSubstr("no space"));
}

TEST_F(CheckWithRepair, RefusesWrongUsage) {
  EXPECT_EQ(line.run({"check", disk, "--dry-run"}).status, 64);
  EXPECT_EQ(line.run({"check", disk, disk, "--repair", output}).status, 64);
  EXPECT_EQ(line.run({"check", disk, "--repair", disk}).status, 64);
  std::filesystem::create_symlink("nowhere", folder / "link");
  EXPECT_EQ(line.run({"check", disk, "--repair", (folder / "link").string()}).status, 64);
  EXPECT_FALSE(line.repairer.order);
}

TEST(SignalWatch, RemembersASignalWhileItLives) {
  ::signal(SIGHUP, SIG_IGN);
  {
    const SignalWatch watch;
    EXPECT_EQ(watch.caught(), 0);
    ::raise(SIGHUP);
    EXPECT_EQ(watch.caught(), 0) << "it was ignored before";
    ::raise(SIGTERM);
    EXPECT_EQ(watch.caught(), SIGTERM);
  }
  ::signal(SIGHUP, SIG_DFL);
  EXPECT_EXIT(SignalWatch::end_by(SIGTERM), testing::KilledBySignal(SIGTERM), "");
  const auto insist = [] {
    const SignalWatch watch;
    ::raise(SIGTERM);
    ::raise(SIGTERM);
  };
  EXPECT_EXIT(insist(), testing::KilledBySignal(SIGTERM), "");
}

}  // namespace
}  // namespace imprint::cli
