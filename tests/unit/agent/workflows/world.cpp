#include "tests/unit/agent/workflows/world.h"

#include <thread>

#include "agent/model/json.h"

namespace imprint::test {

std::string World::everything_recorded() {
  std::string text;
  const auto listed = *journal.list(1000);
  const Listing stored = *store.list("");
  for (const Job& job : listed) text += dump_json(to_json(job)) + "\n";
  for (const Entry& entry : stored.entries) text += entry.key + " " + entry.value + "\n";
  for (const std::string& call : hypervisor.calls()) text += call + "\n";
  return text;
}

void Agent::wait_for_first_look() {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (runner_.node_status()->drift_checked.empty() &&
         std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
}

Job Agent::wait(const JobId& id) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  Job job = *runner_.show_job(id);
  while (!is_final(job.state) && std::chrono::steady_clock::now() < deadline)
    job =
        *runner_.watch_job(id, digest_of(dump_json(to_json(job))), std::chrono::milliseconds{100});
  return job;
}

Job Agent::wait(const Result<Job>& ordered) {
  if (ordered) return wait(ordered->id);
  Job job = blank_job();
  job.state = JobState::failed;
  job.error = ordered.error();
  return job;
}

Job Agent::import(const std::string& source, const std::string& name) {
  return wait(runner_.import_image(World::caller, import_request(source, name)));
}

Job Agent::create(const std::string& name, const std::string& image) {
  return wait(runner_.create_instance(World::caller, create_request(name, image)));
}

Job blank_job() {
  return {JobId::generate(),
          JobKind::import_image,
          "",
          "k",
          "",
          "",
          "",
          nullptr,
          nullptr,
          {},
          JobState::queued,
          0,
          "",
          nullptr,
          std::nullopt,
          "",
          ""};
}

ImportImage import_request(const std::string& source, const std::string& name) {
  ImportImage request;
  request.source = source;
  request.name = name;
  return request;
}

CreateInstance create_request(const std::string& name, const std::string& image) {
  CreateInstance request;
  request.image = image;
  request.name = name;
  request.data_disks = {std::uint64_t{1} << 30};
  request.user_data = Secret{World::secret};
  request.password_hash = Secret{World::secret};
  return request;
}

ReimageInstance reimage_request(const std::string& image) {
  ReimageInstance request;
  request.image = image;
  request.accept_data_loss = true;
  return request;
}

}  // namespace imprint::test
