#pragma once

#include <chrono>
#include <filesystem>

#include "agent/ports/service.h"

namespace imprint::api {

/// The Service of an agent behind a Unix socket. Who calls is known to the kernel: of a Caller only
/// the idempotency key is sent. Beside the agent's own errors: unavailable, naming the socket, when
/// no agent answers there or the answer is lost (a change may have been recorded: repeating it with
/// the same key is safe); denied when the socket may not be opened; internal for an answer that
/// cannot be read. Thread-safe; each call has a connection of its own.
class Client : public Service {
 public:
  explicit Client(std::filesystem::path socket);

  Result<Job> import_image(const Caller& caller, const ImportImage& request) override;
  Result<std::vector<Image>> list_images() override;
  Result<Image> show_image(const std::string& image) override;
  Result<Json> show_report(const std::string& image) override;
  Result<Job> verify_image(const Caller& caller, const std::string& image) override;
  Result<Job> check_image(const Caller& caller, const std::string& image) override;
  Result<Job> delete_image(const Caller& caller, const std::string& image, bool force) override;

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
  Result<std::string> get(const std::string& path) const;
  Result<Json> get_json(const std::string& path) const;
  Result<Job> change(const char* method, const std::string& path, const Caller& caller,
                     const Json& body) const;

  std::filesystem::path socket_;
};

}  // namespace imprint::api
