#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "agent/base/sync.h"
#include "agent/ports/service.h"
#include "agent/workflows/caretaker.h"
#include "agent/workflows/damaged_rows.h"
#include "agent/workflows/engine.h"
#include "agent/workflows/forgetting.h"
#include "agent/workflows/open_jobs.h"
#include "agent/workflows/records.h"
#include "agent/workflows/reimage_instance.h"
#include "agent/workflows/retention.h"
#include "agent/workflows/run.h"
#include "agent/workflows/worker_pool.h"
#include "agent/workflows/workflow.h"

namespace imprint::workflows {

/// The agent's core: plans what is asked, journals it, works it off, and takes up after a crash
/// what was left open. Thread-safe once recover() has returned.
class JobRunner : public Service {
 public:
  JobRunner(const Ports& ports, Settings settings);
  JobRunner(const JobRunner&) = delete;
  JobRunner& operator=(const JobRunner&) = delete;
  /// As stop().
  ~JobRunner() override;

  /// Takes up the open jobs and begins to work. Call once, before any other call. A job that cannot
  /// be taken up ends as needs_attention; one whose row cannot be read is left alone; neither keeps
  /// anything else from starting. With Settings::read_only nothing is taken up: views work, and
  /// every change is refused. Errors of the journal and of the store.
  Result<> recover();

  /// Takes no new jobs from now on, lets waits and long polls end, and returns at once.
  void announce_stop();
  /// As announce_stop(), and lets each job at work come to the next place where it can be left:
  /// waits and downloads end at once, nothing is undone, the job stays open in the journal and goes
  /// on at the next start. A call of the hypervisor that is under way is waited for. Idempotent.
  void stop();

  /// Orders the removal of retained systems whose time has passed. Called every minute by the
  /// runner itself. Fails if it cannot tell which those are; an order that is refused is logged.
  Result<> reap_expired();

  Result<Job> import_image(const Caller& caller, const ImportImage& request) override;
  Result<std::vector<Image>> list_images() override;
  Result<Image> show_image(const std::string& image) override;
  /// Also by the id of an import job, for an image that was refused.
  Result<Json> show_report(const std::string& image) override;
  Result<Job> delete_image(const Caller& caller, const std::string& image, bool force) override;

  Result<Job> verify_image(const Caller& caller, const std::string& image) override;
  Result<Job> check_image(const Caller& caller, const std::string& image) override;

  Result<Job> create_instance(const Caller& caller, const CreateInstance& request) override;
  Result<std::vector<InstanceView>> list_instances() override;
  Result<InstanceView> show_instance(const std::string& instance) override;
  Result<Job> start_instance(const Caller& caller, const std::string& instance) override;
  Result<Job> stop_instance(const Caller& caller, const std::string& instance,
                            const StopInstance& request) override;
  Result<Plan> plan_reimage(const std::string& instance, const ReimageInstance& request) override;
  Result<Job> reimage_instance(const Caller& caller, const std::string& instance,
                               const ReimageInstance& request) override;
  Result<Job> revert_instance(const Caller& caller, const std::string& instance) override;
  Result<Job> commit_instance(const Caller& caller, const std::string& instance) override;
  Result<Job> release_instance(const Caller& caller, const std::string& instance) override;
  Result<std::string> read_console(const std::string& instance, std::size_t bytes) override;

  Result<std::vector<Job>> list_jobs() override;
  Result<Job> show_job(const JobId& job) override;
  Result<Job> watch_job(const JobId& job, const std::string& seen,
                        std::chrono::milliseconds wait) override;

  Result<Job> cancel_job(const Caller& caller, const JobId& job) override;

  Result<NodeStatus> node_status() override;

 private:
  struct Order {
    JobKind kind;
    Json request;                          ///< without secrets; what a repeat is recognised by
    std::function<Result<Draft>()> draft;  ///< decides; has no effect
    /// Saves the secrets of the request where they survive a crash, after the job is recorded and
    /// before the answer, and returns the plan that knows of them. May be empty.
    std::function<Result<Json>(const Job&)> keep_secrets = {};
  };
  Result<Job> submit(const Caller& caller, const Order& order);
  /// Errc::conflict: the agent is read-only.
  Result<> require_writable() const;
  Result<> require_place(const Caller& caller);
  Result<std::optional<Job>> find_repeated(const std::string& key, const std::string& digest);
  Result<Job> record_job(const Caller& caller, const Order& order, const std::string& key,
                         const std::string& digest);
  void save_secrets(const Job& job, const Order& order);

  WorkerPool& pool_of(const Job& job);
  void work(const JobId& id) noexcept;
  Outcome guarded_attempt(const JobId& id);
  Result<Outcome> attempt(const JobId& id);
  void job_changed();
  void keep_house(const std::stop_token& token);
  Result<Retention::Round> look_at_retention();
  Result<> move_retention(const InstanceId& instance, const std::string& until);

  /// Whether the journal has it as open; what is remembered of it may be a moment older.
  bool is_open(const JobId& job);
  std::optional<JobId> open_job_about(const InstanceId& instance);
  /// The image that an order means. Errc::conflict: a damaged record leaves that open.
  Result<Image> choose_image(const std::string& ref);
  /// Errc::conflict: an instance has the name.
  Result<> require_free(const std::string& name);
  /// The instance, if no job is open on it and it has the generation that the caller expects.
  /// Errc::conflict names the job, or the generation.
  Result<Instance> free_instance(const Caller& caller, const std::string& ref);
  Result<Draft> draft_power(JobKind kind, const Caller& caller, const std::string& ref,
                            std::chrono::seconds grace);
  Result<ReimageFacts> reimage_facts(const Instance& instance, const ReimageInstance& request);

  const Ports ports_;
  const Settings settings_;
  Shared shared_;
  Records records_;
  DamagedRows damaged_;
  Forgetting forgetting_;  ///< the housekeeper's
  OpenJobs open_;
  std::mutex ordering_;  ///< from the look for a repeat until the job is recorded
  std::mutex change_mutex_;
  std::condition_variable change_;
  std::int64_t changes_ = 0;
  std::mutex house_mutex_;
  std::condition_variable_any house_;
  WorkerPool pool_;
  WorkerPool imports_;  ///< theirs, so that slow sources hold up no machine's job
  WorkerPool cancels_;  ///< of jobs that were cancelled before a worker had them
  std::optional<Caretaker> caretaker_;
  std::jthread housekeeper_;  // last: ends before what it uses
};

}  // namespace imprint::workflows
