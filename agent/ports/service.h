#pragma once
// All that a user can ask of the agent. The job runner (agent/workflows) implements it in the
// agent; the client (agent/api) implements it over the socket. agent/cli and agent/api/server know
// only this.

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "agent/model/image.h"
#include "agent/model/instance.h"
#include "agent/model/job.h"
#include "agent/model/node.h"
#include "agent/model/request.h"

namespace imprint {

/// Who asks, and under which key a repeat is recognised.
struct Caller {
  std::string name;             ///< "uid:1000", from the kernel, never from the request
  std::string idempotency_key;  ///< empty: every call is a new job
  /// Of the instance or image that is to be changed, as the caller saw it; another one is
  /// Errc::conflict. None: whatever it has. A call under a known key is not held to it.
  std::optional<std::int64_t> expected_generation = std::nullopt;
};

/// Thread-safe. A call that changes something returns a job that is recorded durably; the work
/// follows. Errors of those, before any effect: invalid, not_found, conflict (an open job on the
/// same subject, a state that forbids it, a reused key), denied (policy or verdict), unavailable
/// (also: the queue is full, or holds too many jobs of this caller).
class Service {
 public:
  virtual ~Service() = default;

  virtual Result<Job> import_image(const Caller& caller, const ImportImage& request) = 0;
  virtual Result<std::vector<Image>> list_images() = 0;
  /// `image` is an ImageRef, here and below.
  virtual Result<Image> show_image(const std::string& image) = 0;
  /// The report that its verdict rests on.
  virtual Result<Json> show_report(const std::string& image) = 0;
  /// Without `force`, Errc::conflict names the instances that use it; with it the record goes and
  /// the bytes stay for as long as a disk rests on them.
  virtual Result<Job> delete_image(const Caller& caller, const std::string& image, bool force) = 0;

  /// Reads all of its bytes; the job fails as corrupt if they are not those that were accepted.
  virtual Result<Job> verify_image(const Caller& caller, const std::string& image) = 0;
  /// Judges it anew, by the present rules; the job's result has verdict and report.
  virtual Result<Job> check_image(const Caller& caller, const std::string& image) = 0;

  virtual Result<Job> create_instance(const Caller& caller, const CreateInstance& request) = 0;
  virtual Result<std::vector<InstanceView>> list_instances() = 0;
  /// `instance` is an id or a name, here and below.
  virtual Result<InstanceView> show_instance(const std::string& instance) = 0;
  virtual Result<Job> start_instance(const Caller& caller, const std::string& instance) = 0;
  virtual Result<Job> stop_instance(const Caller& caller, const std::string& instance,
                                    const StopInstance& request) = 0;
  virtual Result<Plan> plan_reimage(const std::string& instance,
                                    const ReimageInstance& request) = 0;
  virtual Result<Job> reimage_instance(const Caller& caller, const std::string& instance,
                                       const ReimageInstance& request) = 0;
  virtual Result<Job> revert_instance(const Caller& caller, const std::string& instance) = 0;
  virtual Result<Job> commit_instance(const Caller& caller, const std::string& instance) = 0;
  virtual Result<Job> release_instance(const Caller& caller, const std::string& instance) = 0;
  /// The last `bytes` of the serial console.
  virtual Result<std::string> read_console(const std::string& instance, std::size_t bytes) = 0;

  virtual Result<std::vector<Job>> list_jobs() = 0;
  virtual Result<Job> show_job(const JobId& job) = 0;
  /// Returns when the job has changed since it looked like `seen` (its canonical JSON's digest;
  /// empty: at once), when it is final, or after `wait`.
  virtual Result<Job> watch_job(const JobId& job, const std::string& seen,
                                std::chrono::milliseconds wait) = 0;

  /// Asks that a job go back; returns it as it is then. How it ends is the job's to say: a step
  /// that cannot be left at once comes to its end first. Again is fine. Errc::conflict: it has
  /// ended, or has passed its commit point and goes on.
  virtual Result<Job> cancel_job(const Caller& caller, const JobId& job) = 0;

  virtual Result<NodeStatus> node_status() = 0;
};

}  // namespace imprint
