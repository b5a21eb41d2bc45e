#pragma once
// A Service that remembers what it was asked and answers with fixed values, for tests of what
// stands before it.

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "agent/ports/service.h"

namespace imprint::test {

Image sample_image(const std::string& name = "debian12");
Instance sample_instance(const std::string& name = "web1");
Job sample_job(JobKind kind, JobState state = JobState::running);

/// Thread-safe.
class FakeService : public Service {
 public:
  /// All calls fail with it until it is taken away.
  void fail_with(std::optional<Error> error);
  /// What show_job and watch_job answer, one after the other; the last one stays. Without any, the
  /// job of the last change.
  void play(std::vector<Job> jobs);
  void set_image(Image image);
  void set_instances(std::vector<InstanceView> instances);
  void set_console(std::string console);

  /// The calls so far: "start_instance web1 by uid:0 key k1 {...the request...}".
  std::vector<std::string> calls();

  Result<Job> import_image(const Caller& caller, const ImportImage& request) override;
  Result<std::vector<Image>> list_images() override;
  Result<Image> show_image(const std::string& image) override;
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
  Result<> note(const std::string& call);
  Result<Job> change(JobKind kind, const Caller& caller, const std::string& call);
  Job next_job();
  bool has_next_job();

  std::mutex mutex_;
  std::vector<std::string> calls_;
  std::optional<Error> error_;
  std::vector<Job> jobs_;
  std::size_t position_ = 0;
  Image image_ = sample_image();
  std::vector<InstanceView> instances_{{sample_instance(), PowerState::running, "debian12@2", {}}};
  std::string console_ = "login: ";
};

}  // namespace imprint::test
