#include "agent/config/config.h"

#include <gmock/gmock.h>

#include <toml++/toml.h>
#include <fstream>

#include "tests/support/temp_folder.h"

namespace imprint::config {
namespace {

using testing::HasSubstr;

/// All values, in one order: what makes two configurations the same.
std::string shown(const Config& c) {
  return fmt::format(
      "{} {} {} {} | {} {} | {} {:o} {} | {} {} {} | {} {} {} {} | {} {} | {} {} | {} | {} {} {}",
      c.state_folder.string(), c.log_level, c.job_threads, c.retention.count(), c.node.name,
      c.node.region, c.socket.path.string(), c.socket.mode, c.socket.group,
      fmt::join(c.access.viewers, ","), fmt::join(c.access.operators, ","),
      fmt::join(c.access.admins, ","), c.hypervisor.plugin, c.hypervisor.plugin_folder.string(),
      c.hypervisor.uri, c.hypervisor.accelerator, c.space.low, c.space.full, c.journal.keep_jobs,
      c.journal.keep_time.count(), c.images.profile, c.worker.program.string(),
      c.cache_folder.string(), c.worker.time_limit.count());
}

std::string refusal_of(const std::string& text) {
  const auto config = parse_config(text, "imprint.toml");
  EXPECT_FALSE(config) << text;
  return config ? "" : config.error().message;
}

TEST(Config, HasTheExamplesValuesByDefault) {
  const auto example = load_config(IMPRINT_EXAMPLE);
  ASSERT_TRUE(example) << example.error().message;
  EXPECT_EQ(shown(*example), shown(Config{}));
}

TEST(Config, IsDocumentedKeyByKeyInTheExample) {
  std::size_t keys = 0;
  for (const auto& [name, node] : toml::parse_file(IMPRINT_EXAMPLE))
    keys += node.is_table() ? node.as_table()->size() : 1;
  EXPECT_EQ(keys, 24U);
}

TEST(Config, TakesEveryValue) {
  const auto config = parse_config(R"(
    state_folder = "/s"
    cache_folder = "/c"
    log_level = "debug"
    job_threads = 2
    retention = "7d"
    node = { name = "n1", region = "r1" }
    socket = { path = "/x.sock", mode = "0600", group = "ops" }
    access = { viewers = ["uid:1"], operators = ["gid:2"], admins = ["user:a", "group:b"] }
    hypervisor = { plugin = "p", plugin_folder = "/p", uri = "test:///default", accelerator = "tcg" }
    space = { low = "1GiB", full = "1MiB" }
    journal = { keep_jobs = 500, keep_time = "90d" }
    images = { profile = "ecs" }
    worker = { program = "/w", time_limit = "90s" })",
                                   "imprint.toml");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(shown(*config),
            "/s debug 2 604800 | n1 r1 | /x.sock 600 ops | uid:1 gid:2 user:a,group:b | p /p "
            "test:///default tcg "
            "| 1073741824 1048576 | 500 7776000 | ecs | /w /c 90");
}

TEST(Config, NamesAnUnknownKeyAndItsLine) {
  EXPECT_EQ(refusal_of("job_threads = 2\ncolour = 1\n"),
            "imprint.toml:2: key 'colour': unknown key");
  EXPECT_EQ(refusal_of("[node]\nnam = \"x\"\n"), "imprint.toml:2: key 'node.nam': unknown key");
}

TEST(Config, RefusesValuesThatDoNotFit) {
  for (const auto* text :
       {"job_threads = 0", "job_threads = \"4\"", "job_threads = 1.5", "log_level = \"loud\"",
        "log_level = 1", "state_folder = \"relative\"", "state_folder = \"\"",
        "retention = \"soon\"", "retention = 24", "node = 1", "socket = { mode = \"0888\" }",
        "socket = { mode = \"17777\" }", "socket = { mode = 660 }", "images = { profile = 1 }",
        "space = { low = 5 }", "space = { low = \"much\" }", "access = { viewers = [1] }",
        "access = { viewers = \"uid:1\" }", "hypervisor = { accelerator = \"fast\" }"})
    EXPECT_THAT(refusal_of(text), testing::StartsWith("imprint.toml:1: key '"));
}

TEST(Config, NamesThePlaceOfBadSyntax) {
  EXPECT_THAT(refusal_of("a = 1\nb = = 2\n"), HasSubstr("imprint.toml:2:"));
  EXPECT_THAT(refusal_of("log_level = \"info\"\nlog_level = \"info\"\n"),
              HasSubstr("imprint.toml:2:"));
  refusal_of(std::string("\0\xff\xfe", 3));
}

TEST(Config, NamesAFileThatIsMissingOrAFolder) {
  const test::TempFolder folder;
  EXPECT_THAT(load_config(folder / "none.toml").error().message, HasSubstr("none.toml"));
  EXPECT_FALSE(load_config(folder.path()));
  std::ofstream{folder / "large.toml"} << std::string(std::size_t{2} << 20, '\n');
  EXPECT_FALSE(load_config(folder / "large.toml"));
}

}  // namespace
}  // namespace imprint::config
