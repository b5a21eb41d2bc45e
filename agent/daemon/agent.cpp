#include "agent/daemon/agent.h"

#include <sys/utsname.h>

#include <optional>

#include "agent/api/server.h"
#include "agent/daemon/access.h"
#include "agent/daemon/places.h"
#include "agent/ports/clock.h"
#include "agent/store/image_source.h"
#include "agent/store/local_volumes.h"
#include "agent/store/sqlite_journal.h"
#include "agent/store/sqlite_store.h"
#include "agent/store/state_folder.h"
#include "agent/workflows/job_runner.h"
#include "guestfs/inspect/private_folder.h"
#include "guestfs/inspect/worker_inspector.h"
#include "plugins/loader.h"
#include "plugins/timed_hypervisor.h"
#include "plugins/watched_hypervisor.h"

namespace imprint::daemon {
namespace {

std::string host_name() {
  utsname names{};
  return ::uname(&names) == 0 ? std::string{static_cast<const char*>(names.nodename)} : "localhost";
}

workflows::Settings settings_of(const config::Config& config) {
  workflows::Settings settings;
  settings.node = config.node.name.empty() ? host_name() : config.node.name;
  settings.region = config.node.region;
  settings.version = IMPRINT_VERSION;
  settings.profile = config.images.profile;
  settings.workers = config.job_threads;
  settings.keep_old = config.retention;
  settings.jobs_kept = static_cast<std::size_t>(config.journal.keep_jobs);
  settings.jobs_kept_for = config.journal.keep_time;
  settings.space_low = config.space.low;
  settings.space_full = config.space.full;
  settings.inspect_limit = config.worker.time_limit;
  return settings;
}

Result<LoadedHypervisor> load_plugin(const config::Config& config) {
  const auto& wanted = config.hypervisor;
  const auto folder = wanted.plugin_folder.empty() ? default_plugin_folder() : wanted.plugin_folder;
  return load_hypervisor(folder, wanted.plugin,
                         {{"uri", wanted.uri},
                          {"accelerator", wanted.accelerator},
                          {"state_folder", config.cache_folder.string()}});
}

class LocalAgent : public Agent {
 public:
  explicit LocalAgent(const config::Config& config)
      : config_{config}, inspector_{{config.worker.program, config.cache_folder}} {}

  ~LocalAgent() override {
    // A stop of a machine may take a minute; what it does is asked at the next start.
    if (runner_) runner_->announce_stop();
    if (timed_) timed_->give_up();
    // Callers first: nobody may be told of a job that is not taken any more.
    server_.reset();
    if (runner_) runner_->stop();
  }

  Result<> start() {
    const api::Access access = TRY(resolve_access(config_));
    TRY(store::make_folder(config_.cache_folder, 0755));
    folder_.emplace(TRY(store::StateFolder::open(store::StatePaths{config_.state_folder})));
    inspect::PrivateFolder::remove_stale();
    workflows::Settings settings = settings_of(config_);
    settings.is_newer = is_newer();
    settings.read_only = why_read_only(settings.is_newer);
    TRY(open_state(settings.read_only.empty()));
    timed_.emplace(std::shared_ptr<Hypervisor>{TRY(load_plugin(config_))});
    hypervisor_.emplace(*timed_);
    api::Listener listener = TRY(api::Listener::open(
        {config_.socket.path, config_.socket.mode, TRY(socket_group(config_.socket))}));
    const workflows::Ports ports{*store_,    *journal_, *hypervisor_, *volumes_,
                                 inspector_, source_,   clock_};
    runner_.emplace(ports, std::move(settings));
    TRY(runner_->recover());
    server_ = TRY(api::Server::start(std::move(listener), access, *runner_));
    return {};
  }

 private:
  bool is_newer() {
    const store::StatePaths& paths = folder_->paths();
    return store::SqliteStore::is_newer(paths.store()) ||
           store::SqliteJournal::is_newer(paths.journal());
  }

  /// Empty: the state may be written.
  std::string why_read_only(bool newer) {
    const store::StatePaths& paths = folder_->paths();
    if (folder_->is_read_only())
      return fmt::format("the file system of '{}' is read-only", paths.root().string());
    if (!newer) return "";
    return fmt::format("'{}' was written by a newer program than this {}: install that one",
                       paths.root().string(), IMPRINT_VERSION);
  }

  Result<> open_state(bool writable) {
    const store::StatePaths& paths = folder_->paths();
    volumes_.emplace(paths, writable);
    if (!writable) {
      store_ = TRY(store::SqliteStore::open_copy(paths.store()));
      journal_ = TRY(store::SqliteJournal::open_copy(paths.journal(), clock_));
      return {};
    }
    TRY(folder_->prepare());
    store_ = TRY(store::SqliteStore::open(paths.store()));
    journal_ = TRY(store::SqliteJournal::open(paths.journal(), clock_));
    return {};
  }

  // In the order of their making; each is borrowed by those below it.
  config::Config config_;
  SystemClock clock_;
  store::LocalImageSource source_;
  inspect::WorkerInspector inspector_;
  std::optional<store::StateFolder> folder_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Journal> journal_;
  std::optional<store::LocalVolumes> volumes_;
  std::optional<TimedHypervisor> timed_;
  std::optional<WatchedHypervisor> hypervisor_;
  std::optional<workflows::JobRunner> runner_;
  std::unique_ptr<api::Server> server_;
};

}  // namespace

Result<std::unique_ptr<Agent>> Agent::start(const config::Config& config) {
  auto agent = std::make_unique<LocalAgent>(config);
  TRY(agent->start());
  return std::unique_ptr<Agent>{std::move(agent)};
}

}  // namespace imprint::daemon
