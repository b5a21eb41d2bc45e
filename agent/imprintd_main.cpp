// imprintd: configuration, start, wait for a signal, clean stop. agent/daemon/agent.cpp puts the
// parts together.

#include <signal.h>
#include <systemd/sd-daemon.h>

#include <CLI/CLI.hpp>
#include <iostream>

#include "agent/base/log.h"
#include "agent/base/memory.h"
#include "agent/daemon/access.h"
#include "agent/daemon/agent.h"
#include "agent/daemon/set_aside.h"

namespace imprint {
namespace {

constexpr int status_failed = 1;
constexpr int status_usage = 64;
constexpr int status_config = 78;

struct Options {
  std::string config = "/etc/imprint/imprint.toml";
  bool check = false;
  std::string set_aside;
};

/// The signals that end the agent, blocked in this thread and all that it starts, so that only
/// wait_for_end takes them.
sigset_t block_signals() {
  sigset_t ends{};
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGHUP);
  ::pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGXFSZ, SIG_IGN);  // of RLIMIT_FSIZE: the write fails with EFBIG, and its job alone
  return ends;
}

Result<config::Config> read_config(const Options& options) {
  config::Config config = TRY(config::load_config(options.config));
  TRY_WITH(daemon::resolve_access(config), options.config);
  return config;
}

int serve(const config::Config& config) {
  const sigset_t ends = block_signals();
  auto agent = daemon::Agent::start(config);
  if (!agent) {
    log::error("{}", agent.error().message);
    ::sd_notifyf(0, "STATUS=%s", agent.error().message.c_str());
    return status_failed;
  }
  log::info("imprintd {} serves on '{}'", IMPRINT_VERSION, config.socket.path.native());
  ::sd_notify(0, "READY=1\nSTATUS=serving");
  return_free_memory();
  int signal = 0;
  ::sigwait(&ends, &signal);
  log::info("stopping on signal {}; machines run on", signal);
  ::sd_notify(0, "STOPPING=1\nSTATUS=waiting for jobs to come to a place where they can be left");
  *agent = nullptr;
  log::info("stopped");
  return 0;
}

int set_aside(const config::Config& config, const std::string& name) {
  const auto done = daemon::set_aside(config, name);
  if (done) std::cout << *done << "\n";
  if (!done) std::cerr << "imprintd: " << done.error().message << "\n";
  return done ? 0 : status_failed;
}

int run(const Options& options) {
  const auto config = read_config(options);
  if (!config) {
    std::cerr << "imprintd: " << config.error().message << "\n";
    return status_config;
  }
  if (options.check) {
    std::cout << "'" << options.config << "' is fine\n";
    return 0;
  }
  share_arenas();
  start_log("imprintd", config->log_level);
  return options.set_aside.empty() ? serve(*config) : set_aside(*config, options.set_aside);
}

}  // namespace
}  // namespace imprint

int main(int argc, char** argv) {
  imprint::Options options;
  CLI::App app{"The Imprint agent: serves imprintctl and a control plane on this compute node."};
  app.name("imprintd");
  app.set_version_flag("--version", "imprintd " IMPRINT_VERSION);
  app.add_option("--config", options.config, "The configuration")
      ->capture_default_str()
      ->type_name("FILE");
  app.add_flag("--check-config", options.check,
               "Read the configuration, say what is wrong with it, and end");
  app.add_option("--set-aside", options.set_aside,
                 "Take a job or record that cannot be read, as 'imprintctl node status' names it, "
                 "out of the way, keep its bytes, and end; the agent must be stopped")
      ->type_name("NAME");
  app.footer(
      "Exit status: 0 stopped by a signal; 1 it cannot start or go on; 64 wrong usage; 78 wrong "
      "configuration.");
  try {
    app.parse(argc, argv);
    return imprint::run(options);
  } catch (const CLI::ParseError& fault) {
    return app.exit(fault) == 0 ? 0 : imprint::status_usage;
  } catch (const std::exception& fault) {
    std::cerr << "imprintd: " << fault.what() << "\n";
    return imprint::status_failed;
  }
}
