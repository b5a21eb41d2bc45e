#include <gmock/gmock.h>

#include "agent/model/json.h"
#include "tests/unit/agent/cli/command_line.h"

namespace imprint::cli {
namespace {

using testing::HasSubstr;

struct ImageCommand : testing::Test {
  CommandLine line;
};

TEST_F(ImageCommand, ImportsWithAllThatWasSaid) {
  const Ended ended =
      line.run({"image", "import", "https://example.org/x", "--name", "deb", "--sha256",
                std::string(64, 'A'), "--format", "raw", "--kind", "public", "--confirm", "agent",
                "--confirm-timeout", "2m", "--idempotency-key", "k1"});
  EXPECT_EQ(ended.status, 0) << ended.err;
  const std::string call = line.service.calls().front();
  EXPECT_THAT(call, testing::StartsWith("import_image by  key k1"));
  EXPECT_THAT(call, HasSubstr(R"("source":"https://example.org/x")"));
  EXPECT_THAT(call, HasSubstr(std::string(64, 'a')));
  EXPECT_THAT(call, HasSubstr(R"("kind":"agent")"));
  EXPECT_THAT(call, HasSubstr(R"("limit_seconds":120)"));
}

TEST_F(ImageCommand, MeansARelativePathFromHere) {
  line.run({"image", "import", "./a/../b.qcow2", "--name", "deb"});
  const auto here = std::filesystem::current_path() / "b.qcow2";
  EXPECT_THAT(line.service.calls().front(), HasSubstr("\"" + here.string() + "\""));
}

TEST_F(ImageCommand, ShowsTheReportOfARefusedImage) {
  line.service.play({test::sample_job(JobKind::import_image, JobState::failed)});
  const Ended ended = line.run({"image", "import", "/x", "--name", "deb"});
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(line.service.calls(), testing::Contains("show_report job-0123456789ab"));
}

TEST_F(ImageCommand, RefusesNonsenseBeforeAsking) {
  EXPECT_EQ(line.run({"image", "import", "/x"}).status, 64);
  EXPECT_EQ(line.run({"image", "import", "/x", "--name", "a/b"}).status, 65);
  EXPECT_EQ(line.run({"image", "import", "/x", "--name", "a", "--sha256", "12"}).status, 65);
  EXPECT_EQ(line.run({"image", "import", "/x", "--name", "a", "--format", "qed"}).status, 64);
  EXPECT_EQ(line.run({"image", "import", "/x", "--name", "a", "--confirm-pattern", "("}).status,
            65);
  EXPECT_TRUE(line.service.calls().empty());
}

TEST_F(ImageCommand, ListsAndShows) {
  EXPECT_THAT(line.run({"image", "list"}).out, HasSubstr("debian12@1  img-0123456789ab"));
  EXPECT_EQ(parse_json(line.run({"image", "list", "--json"}).out).value().size(), 1U);
  EXPECT_THAT(line.run({"image", "show", "debian12"}).out, HasSubstr("Debian GNU/Linux 12"));
  EXPECT_TRUE(parse_image(parse_json(line.run({"--json", "image", "show", "x"}).out).value()));
  EXPECT_EQ(parse_json(line.run({"image", "report", "x"}).out).value()["schema"],
            "imprint.report/1");
}

TEST_F(ImageCommand, VerifiesAndChecks) {
  EXPECT_EQ(line.run({"image", "verify", "debian12@1"}).status, 0);
  EXPECT_THAT(line.service.calls().front(), testing::StartsWith("verify_image by "));
  EXPECT_EQ(line.run({"image", "check", "debian12"}).status, 0);
  EXPECT_THAT(line.service.calls(), testing::Contains(testing::StartsWith("check_image by ")));
}

TEST_F(ImageCommand, Deletes) {
  EXPECT_EQ(line.run({"image", "delete", "debian12@1", "--force"}).status, 0);
  EXPECT_THAT(line.service.calls().front(), testing::EndsWith("debian12@1 force"));
}

}  // namespace
}  // namespace imprint::cli
