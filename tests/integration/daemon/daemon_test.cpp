// The real imprintd as its administrator meets it.

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <map>

#include "agent/api/exchange.h"
#include "agent/api/listener.h"
#include "agent/base/command.h"
#include "agent/base/digest.h"
#include "agent/model/json.h"
#include "tests/integration/daemon/agent_process.h"

namespace imprint::test {
namespace {

using testing::HasSubstr;

struct Daemon : testing::Test {
  ImportImage nonsense() {
    std::ofstream{agent.folder / "nonsense"} << "this is no disk";
    ImportImage request;
    request.source = (agent.folder / "nonsense").string();
    request.name = "nonsense";
    return request;
  }
  /// A job that fails soon: its source is no image.
  Job import_nonsense(const std::string& key) { return end_of_import(nonsense(), key); }
  Job end_of_import(const ImportImage& request, const std::string& key) {
    const auto ordered = agent.client.import_image({"", key}, request);
    EXPECT_TRUE(ordered) << ordered.error().message;
    Job job = *ordered;
    while (!is_final(job.state))
      job = agent.client.watch_job(job.id, "", std::chrono::seconds{1}).value();
    return job;
  }
  void run_sql(const std::string& file, const std::string& sql) {
    SQLite::Database database{(agent.state / file).string(), SQLite::OPEN_READWRITE};
    database.exec(sql);
  }
  /// Names and bytes of all files but the lock, whose process number is another one each time.
  std::string content_of_state() {
    std::map<std::string, std::string> files;
    for (const auto& file : std::filesystem::recursive_directory_iterator{agent.state})
      if (file.is_regular_file() && file.path().filename() != "lock")
        files[file.path()] = digest_of_file(file.path()).value();
    std::string all;
    for (const auto& [name, digest] : files) all += name + " " + digest + "\n";
    return all;
  }
  int set_aside(const std::string& name) {
    Command command;
    command.arguments = {IMPRINTD, "--config", (agent.folder / "imprint.toml").string(),
                         "--set-aside", name};
    return run_command(command)->status;
  }
  AgentProcess agent;
};

TEST_F(Daemon, ServesUntilItIsToldToStop) {
  agent.start();
  ASSERT_TRUE(agent.ready()) << agent.log();
  const NodeStatus status = agent.client.node_status().value();
  EXPECT_TRUE(status.hypervisor_ok) << status.hypervisor;
  EXPECT_TRUE(api::exchange(agent.socket, {"GET", "/readyz", "", ""}));
  EXPECT_THAT(api::exchange(agent.socket, {"GET", "/metrics", "", ""}).value(),
              HasSubstr("imprint_hypervisor_up 1"));
  agent.signal(SIGTERM);
  EXPECT_EQ(agent.wait(), 0) << agent.log();
  EXPECT_FALSE(std::filesystem::exists(agent.socket));
  EXPECT_THAT(agent.log(), HasSubstr("stopped"));
}

TEST_F(Daemon, RefusesToShareItsStateFolder) {
  agent.start();
  ASSERT_TRUE(agent.ready()) << agent.log();
  AgentProcess second;
  second.state = agent.state;
  EXPECT_EQ(second.run_to_end(), 1);
  EXPECT_THAT(second.log(), HasSubstr(agent.state.string()));
  EXPECT_FALSE(std::filesystem::exists(second.socket));
  EXPECT_TRUE(agent.client.node_status());
}

TEST_F(Daemon, LosesNoMoreThanAJobToALimitOfItsFilesSizes) {
  agent.start();
  ASSERT_TRUE(agent.ready()) << agent.log();
  const rlimit small{1 << 20, 1 << 20};
  ASSERT_EQ(::prlimit(agent.process(), RLIMIT_FSIZE, &small, nullptr), 0);
  ImportImage request = nonsense();
  std::ofstream{request.source} << std::string(std::size_t{2} << 20, 'x');
  const Job job = end_of_import(request, "k");
  EXPECT_EQ(job.state, JobState::failed);
  EXPECT_EQ(job.error->code, Errc::exhausted);
  EXPECT_TRUE(agent.client.node_status());
}

TEST_F(Daemon, NamesABusySocket) {
  const auto other = api::Listener::open({agent.socket, 0600, {}});
  ASSERT_TRUE(other);
  EXPECT_EQ(agent.run_to_end(), 1);
  EXPECT_THAT(agent.log(), HasSubstr("'" + agent.socket.string() + "' is busy"));
  EXPECT_TRUE(std::filesystem::exists(agent.socket));
}

TEST_F(Daemon, NamesAMissingPlugin) {
  agent.plugin = "absent";
  EXPECT_EQ(agent.run_to_end(), 1);
  EXPECT_THAT(agent.log(), HasSubstr("imprint-absent.so"));
  EXPECT_FALSE(std::filesystem::exists(agent.socket));
}

TEST_F(Daemon, NamesAWrongKeyOfItsConfiguration) {
  agent.more_config = "colour = 1";
  EXPECT_EQ(agent.run_to_end(), 78);
  EXPECT_THAT(agent.log(), HasSubstr("imprint.toml:3: key 'colour': unknown key"));
  EXPECT_FALSE(std::filesystem::exists(agent.state));
}

TEST_F(Daemon, ChecksItsConfigurationWithoutAnEffect) {
  std::ofstream{agent.folder / "imprint.toml"} << "state_folder = \"" << agent.state.string()
                                               << "\"\n";
  Command check;
  check.arguments = {IMPRINTD, "--check-config", "--config",
                     (agent.folder / "imprint.toml").string()};
  EXPECT_EQ(run_command(check)->status, 0);
  EXPECT_FALSE(std::filesystem::exists(agent.state));
  check.arguments.back() = "/no/such.toml";
  EXPECT_EQ(run_command(check)->status, 78);
  check.arguments = {IMPRINTD, "--what"};
  EXPECT_EQ(run_command(check)->status, 64);
  check.arguments = {IMPRINTD, "--version"};
  EXPECT_THAT(run_command(check)->out, testing::StartsWith("imprintd "));
}

TEST_F(Daemon, RefusesBadRequestsAndGoesOn) {
  agent.start();
  ASSERT_TRUE(agent.ready()) << agent.log();
  const auto unknown = api::exchange(
      agent.socket,
      {"POST", "/v1/instances", R"({"image": "a", "name": "b", "coffee": true})", ""});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, Errc::invalid);
  EXPECT_THAT(unknown.error().message, HasSubstr("coffee"));
  const auto large = api::exchange(
      agent.socket, {"POST", "/v1/instances", std::string(std::size_t{3} << 20, ' '), ""});
  EXPECT_FALSE(large);
  EXPECT_TRUE(agent.client.list_jobs()->empty());
  EXPECT_TRUE(agent.client.node_status());
}

TEST_F(Daemon, KeepsItsJobsOverAKill) {
  agent.start();
  ASSERT_TRUE(agent.ready()) << agent.log();
  const Job before = import_nonsense("k1");
  EXPECT_EQ(before.state, JobState::failed);
  agent.signal(SIGKILL);
  EXPECT_EQ(agent.wait(), 128 + SIGKILL);
  agent.start();
  ASSERT_TRUE(agent.ready()) << agent.log();
  EXPECT_EQ(to_json(agent.client.show_job(before.id).value()), to_json(before));
  EXPECT_EQ(import_nonsense("k1").id, before.id);
  EXPECT_NE(import_nonsense("k2").id, before.id);
  EXPECT_TRUE(agent.client.list_images()->empty());
}

TEST_F(Daemon, ServesBesideADamagedJobUntilItIsSetAside) {
  agent.start();
  ASSERT_TRUE(agent.ready()) << agent.log();
  const Job job = import_nonsense("k1");
  agent.signal(SIGTERM);
  ASSERT_EQ(agent.wait(), 0);
  run_sql("journal.db", "UPDATE jobs SET record = 'torn', state = 'running', subject = 'x'");
  agent.start();
  ASSERT_TRUE(agent.ready()) << agent.log();
  EXPECT_THAT(agent.log(), HasSubstr("'" + job.id.str() + "' cannot be read"));
  const NodeStatus status = agent.client.node_status().value();
  ASSERT_EQ(status.damage.size(), 1U);
  EXPECT_EQ(status.damage[0].name, job.id.str());
  EXPECT_THAT(api::exchange(agent.socket, {"GET", "/metrics", "", ""}).value(),
              HasSubstr("imprint_damaged_rows 1"));
  EXPECT_TRUE(agent.client.list_jobs()->empty());
  EXPECT_EQ(agent.client.import_image({"", "k2"}, nonsense()).error().code, Errc::conflict);
  EXPECT_EQ(set_aside(job.id.str()), 1) << "an agent holds the folder";
  agent.signal(SIGTERM);
  ASSERT_EQ(agent.wait(), 0);
  EXPECT_EQ(set_aside(job.id.str()), 0);
  agent.start();
  ASSERT_TRUE(agent.ready()) << agent.log();
  EXPECT_TRUE(agent.client.node_status()->damage.empty());
  EXPECT_EQ(import_nonsense("k2").state, JobState::failed);
}

TEST_F(Daemon, ShowsTheStateOfANewerProgramAndLeavesItAsItIs) {
  agent.start();
  ASSERT_TRUE(agent.ready()) << agent.log();
  const Job job = import_nonsense("k1");
  agent.signal(SIGTERM);
  ASSERT_EQ(agent.wait(), 0);
  run_sql("journal.db", "PRAGMA user_version = 99");
  const std::string before = content_of_state();
  agent.start();
  ASSERT_TRUE(agent.ready()) << agent.log();
  EXPECT_THAT(agent.client.node_status()->read_only, HasSubstr("newer program"));
  EXPECT_EQ(to_json(agent.client.show_job(job.id).value()), to_json(job));
  const auto refused = agent.client.import_image({"", "k2"}, nonsense());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::conflict);
  EXPECT_THAT(refused.error().message, HasSubstr("newer program"));
  agent.signal(SIGTERM);
  ASSERT_EQ(agent.wait(), 0);
  EXPECT_EQ(content_of_state(), before);
  run_sql("journal.db", "PRAGMA user_version = 2");
  agent.start();
  ASSERT_TRUE(agent.ready()) << agent.log();
  EXPECT_EQ(agent.client.node_status()->read_only, "");
  EXPECT_EQ(import_nonsense("k1").id, job.id);
}

/// Starts a program for which the folder alone lies on a read-only file system. Needs root.
std::vector<std::string> with_read_only(const std::string& folder) {
  const std::string mount = "mount --bind '" + folder + "' '" + folder +
                            "' && mount -o remount,bind,ro '" + folder + "' && exec \"$@\"";
  return {"unshare", "--mount", "sh", "-c", mount, "sh"};
}

TEST_F(Daemon, ShowsTheStateOnAReadOnlyFileSystem) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can mount";
  agent.start();
  ASSERT_TRUE(agent.ready()) << agent.log();
  const Job job = import_nonsense("k1");
  agent.signal(SIGTERM);
  ASSERT_EQ(agent.wait(), 0);
  const std::string before = content_of_state();
  agent.start(with_read_only(agent.state.string()));
  ASSERT_TRUE(agent.ready()) << agent.log();
  EXPECT_THAT(agent.client.node_status()->read_only, HasSubstr("is read-only"));
  EXPECT_EQ(to_json(agent.client.show_job(job.id).value()), to_json(job));
  const auto refused = agent.client.import_image({"", "k2"}, nonsense());
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("is read-only"));
  agent.signal(SIGTERM);
  ASSERT_EQ(agent.wait(), 0);
  EXPECT_EQ(content_of_state(), before);
}

TEST_F(Daemon, TakesTheSocketThatSystemdPasses) {
  // It passes no environment on, and a sanitizer reads its settings there.
  agent.start(
      {"systemd-socket-activate", "--setenv=TSAN_OPTIONS", "--listen", agent.socket.string()});
  ASSERT_TRUE(agent.ready()) << agent.log();
  agent.signal(SIGTERM);
  EXPECT_EQ(agent.wait(), 0);
}

TEST_F(Daemon, AnswersTheCommandLine) {
  agent.start();
  ASSERT_TRUE(agent.ready()) << agent.log();
  Command command;
  command.arguments = {IMPRINTCTL, "node", "status", "--json", "--socket", agent.socket.string()};
  const auto answered = run_checked(command);
  ASSERT_TRUE(answered) << answered.error().message;
  EXPECT_TRUE(parse_node_status(parse_json(answered->out).value()));
  command.arguments = {IMPRINTCTL, "instance", "show", "nobody", "--socket", agent.socket.string()};
  EXPECT_EQ(run_command(command)->status, 66);
  agent.signal(SIGTERM);
  agent.wait();
  const auto alone = run_command(command);
  EXPECT_EQ(alone->status, 69);
  EXPECT_THAT(alone->err, HasSubstr(agent.socket.string()));
}

}  // namespace
}  // namespace imprint::test
