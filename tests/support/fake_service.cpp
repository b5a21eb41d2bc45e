#include "tests/support/fake_service.h"

#include <thread>

#include "agent/base/digest.h"
#include "agent/model/json.h"

namespace imprint::test {
namespace {

const std::string created = "2026-01-02T03:04:05Z";

Disk sample_disk(DiskRole role, const std::string& file) {
  return {role,
          "/var/lib/imprint/" + file,
          DiskFormat::qcow2,
          "serial-" + file,
          std::uint64_t{20} << 30,
          {},
          {},
          1};
}

}  // namespace

Image sample_image(const std::string& name) {
  const std::string digest(64, 'a');
  const Json json = {{"id", "img-0123456789ab"},
                     {"name", name},
                     {"version", 1},
                     {"kind", "custom"},
                     {"owner", "uid:0"},
                     {"digest", digest},
                     {"source_digest", digest},
                     {"source", "/srv/" + name + ".qcow2"},
                     {"file_size", 1 << 29},
                     {"virtual_size", 1 << 30},
                     {"guest",
                      {{"type", "linux"},
                       {"id", "debian"},
                       {"version", "12"},
                       {"name", "Debian GNU/Linux 12 (bookworm)"},
                       {"arch", "x86_64"},
                       {"init", "systemd"},
                       {"firmware", Json::array({"bios"})}}},
                     {"verdict", "accepted"},
                     {"profile", "generic"},
                     {"ruleset", "1"},
                     {"confirm", to_json(ConfirmSignal{})},
                     {"created", created},
                     {"generation", 1}};
  return parse_image(json).value();
}

Instance sample_instance(const std::string& name) {
  const Json system = {{"image", "img-0123456789ab"},
                       {"image_name", "debian12@1"},
                       {"disk", to_json(sample_disk(DiskRole::system, "sys-1"))},
                       {"seed", to_json(sample_disk(DiskRole::seed, "seed-1"))},
                       {"cloud_instance_id", "1b4e28ba-2fa1-11d2-883f-0016d3cca427"},
                       {"firmware", "bios"},
                       {"confirm", to_json(ConfirmSignal{})}};
  const Json json = {{"id", "i-0123456789ab"},
                     {"name", name},
                     {"uuid", machine_uuid(InstanceId::parse("i-0123456789ab").value())},
                     {"cpus", 1},
                     {"memory", 1 << 30},
                     {"hostname", name},
                     {"ssh_keys", Json::array()},
                     {"system", system},
                     {"data_disks", Json::array({to_json(sample_disk(DiskRole::data, "data-1"))})},
                     {"mac", "52:54:00:00:00:01"},
                     {"wanted_running", true},
                     {"created", created},
                     {"generation", 1},
                     {"system_generation", 1}};
  return parse_instance(json).value();
}

Job sample_job(JobKind kind, JobState state) {
  const Json json = {{"id", "job-0123456789ab"},    {"kind", to_string(kind)},
                     {"subject", "i-0123456789ab"}, {"idempotency_key", "k"},
                     {"state", to_string(state)},   {"progress", 0.5},
                     {"created", created}};
  Job job = parse_job(json).value();
  job.steps = {{"prepare", "prepare the disk", StepState::done, created, created},
               {"swap", "swap the system disk", StepState::running, created, ""}};
  return job;
}

void FakeService::fail_with(std::optional<Error> error) {
  const std::lock_guard lock{mutex_};
  error_ = std::move(error);
}

void FakeService::play(std::vector<Job> jobs) {
  const std::lock_guard lock{mutex_};
  jobs_ = std::move(jobs);
  position_ = 0;
}

void FakeService::set_image(Image image) {
  const std::lock_guard lock{mutex_};
  image_ = std::move(image);
}

void FakeService::set_instances(std::vector<InstanceView> instances) {
  const std::lock_guard lock{mutex_};
  instances_ = std::move(instances);
}

void FakeService::set_console(std::string console) {
  const std::lock_guard lock{mutex_};
  console_ = std::move(console);
}

std::vector<std::string> FakeService::calls() {
  const std::lock_guard lock{mutex_};
  return calls_;
}

Result<> FakeService::note(const std::string& call) {
  const std::lock_guard lock{mutex_};
  calls_.push_back(call);
  if (error_) return *error_;
  return {};
}

Result<Job> FakeService::change(JobKind kind, const Caller& caller, const std::string& call) {
  const auto space = call.find(' ');
  const std::string expected =
      caller.expected_generation ? fmt::format(" expecting {}", *caller.expected_generation) : "";
  TRY(note(fmt::format("{} by {} key {}{}{}", call.substr(0, space), caller.name,
                       caller.idempotency_key, expected,
                       space == std::string::npos ? "" : call.substr(space))));
  const std::lock_guard lock{mutex_};
  return jobs_.empty() ? sample_job(kind, JobState::succeeded) : jobs_.front();
}

Job FakeService::next_job() {
  const std::lock_guard lock{mutex_};
  if (jobs_.empty()) return sample_job(JobKind::start_instance, JobState::succeeded);
  const Job job = jobs_[std::min(position_, jobs_.size() - 1)];
  ++position_;
  return job;
}

bool FakeService::has_next_job() {
  const std::lock_guard lock{mutex_};
  return position_ < jobs_.size();
}

Result<Job> FakeService::import_image(const Caller& caller, const ImportImage& request) {
  return change(JobKind::import_image, caller, "import_image " + dump_json(to_json(request)));
}

Result<std::vector<Image>> FakeService::list_images() {
  TRY(note("list_images"));
  return std::vector{image_};
}

Result<Image> FakeService::show_image(const std::string& image) {
  TRY(note("show_image " + image));
  return image_;
}

Result<Json> FakeService::show_report(const std::string& image) {
  TRY(note("show_report " + image));
  return to_json(Report{"generic", "1", {}});
}

Result<Job> FakeService::delete_image(const Caller& caller, const std::string& image, bool force) {
  return change(JobKind::delete_image, caller,
                fmt::format("delete_image {}{}", image, force ? " force" : ""));
}

Result<Job> FakeService::verify_image(const Caller& caller, const std::string& image) {
  return change(JobKind::verify_image, caller, "verify_image " + image);
}

Result<Job> FakeService::check_image(const Caller& caller, const std::string& image) {
  return change(JobKind::check_image, caller, "check_image " + image);
}

Result<Job> FakeService::create_instance(const Caller& caller, const CreateInstance& request) {
  return change(JobKind::create_instance, caller, "create_instance " + dump_json(to_json(request)));
}

Result<std::vector<InstanceView>> FakeService::list_instances() {
  TRY(note("list_instances"));
  const std::lock_guard lock{mutex_};
  return instances_;
}

Result<InstanceView> FakeService::show_instance(const std::string& instance) {
  TRY(note("show_instance " + instance));
  const std::lock_guard lock{mutex_};
  return instances_.front();
}

Result<Job> FakeService::start_instance(const Caller& caller, const std::string& instance) {
  return change(JobKind::start_instance, caller, "start_instance " + instance);
}

Result<Job> FakeService::stop_instance(const Caller& caller, const std::string& instance,
                                       const StopInstance& request) {
  return change(JobKind::stop_instance, caller,
                fmt::format("stop_instance {} {}", instance, dump_json(to_json(request))));
}

Result<Plan> FakeService::plan_reimage(const std::string& instance,
                                       const ReimageInstance& request) {
  TRY(note(fmt::format("plan_reimage {} {}", instance, dump_json(to_json(request)))));
  return Plan{{{"stop", "stop the machine"}, {"swap", "swap the system disk"}},
              {"all that is on system disk 'sys-1'"},
              {"data disk 'data-1'"},
              1024};
}

Result<Job> FakeService::reimage_instance(const Caller& caller, const std::string& instance,
                                          const ReimageInstance& request) {
  return change(JobKind::reimage_instance, caller,
                fmt::format("reimage_instance {} {}", instance, dump_json(to_json(request))));
}

Result<Job> FakeService::revert_instance(const Caller& caller, const std::string& instance) {
  return change(JobKind::revert_instance, caller, "revert_instance " + instance);
}

Result<Job> FakeService::commit_instance(const Caller& caller, const std::string& instance) {
  return change(JobKind::commit_instance, caller, "commit_instance " + instance);
}

Result<Job> FakeService::release_instance(const Caller& caller, const std::string& instance) {
  return change(JobKind::release_instance, caller, "release_instance " + instance);
}

Result<std::string> FakeService::read_console(const std::string& instance, std::size_t bytes) {
  TRY(note(fmt::format("read_console {} {}", instance, bytes)));
  const std::lock_guard lock{mutex_};
  return console_.substr(console_.size() - std::min(bytes, console_.size()));
}

Result<std::vector<Job>> FakeService::list_jobs() {
  TRY(note("list_jobs"));
  return std::vector{next_job()};
}

Result<Job> FakeService::show_job(const JobId& job) {
  TRY(note("show_job " + job.str()));
  return next_job();
}

Result<Job> FakeService::watch_job(const JobId& job, const std::string& seen,
                                   std::chrono::milliseconds wait) {
  TRY(note("watch_job " + job.str()));
  const auto seen_already = [&](const Job& each) {
    return digest_of(dump_json(to_json(each))) == seen;
  };
  Job now = next_job();
  while (seen_already(now) && has_next_job()) now = next_job();
  if (seen_already(now)) std::this_thread::sleep_for(wait);
  return now;
}

Result<Job> FakeService::cancel_job(const Caller& caller, const JobId& job) {
  TRY(note(fmt::format("cancel_job {} by {}", job.str(), caller.name)));
  return next_job();
}

Result<NodeStatus> FakeService::node_status() {
  TRY(note("node_status"));
  NodeStatus status;
  status.node = "n1";
  status.region = "r1";
  status.version = "0.1.0";
  status.hypervisor = "fake 1";
  status.hypervisor_ok = true;
  status.accelerator = "tcg";
  status.accelerator_why = "no kernel ran";
  status.appliance = {ApplianceStart::booted, "no room for its state"};
  status.images = 1;
  status.instances = 2;
  status.open_jobs = 3;
  status.space_free = 4;
  status.space_total = 5;
  status.space_state = "ok";
  status.drift = {{"missing-machine", "i-0123456789ab", "it is gone"}};
  status.drift_checked = "2026-01-01T00:00:00Z";
  status.profile = "generic";
  status.ruleset = "1";
  return status;
}

}  // namespace imprint::test
