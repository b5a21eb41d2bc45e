#include "agent/workflows/create_instance.h"

#include <algorithm>
#include <atomic>
#include <map>

#include "agent/model/json.h"
#include "agent/model/quantity.h"
#include "agent/policy/sizes.h"
#include "agent/workflows/confirm.h"
#include "agent/workflows/image_bytes.h"
#include "agent/workflows/machine.h"
#include "agent/workflows/records.h"
#include "agent/workflows/reimage_instance.h"
#include "agent/workflows/side_by_side.h"

namespace imprint::workflows {
namespace {

using std::chrono::seconds;

/// As many as the plugin has in flight on one connection to libvirt.
constexpr std::size_t at_once = 4;
/// Guests come up each in their own time; who waits for one costs nothing.
constexpr std::size_t all_at_once = 100;

Result<CreatePlan> plan_of(const Run& run) {
  return parse_create_plan(run.plan());
}

/// What became of each, as the result of a job that failed.
Json outcomes_of(const CreatePlan& plan, const std::vector<Result<>>& outcomes) {
  Json instances = Json::array();
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const Instance& instance = plan.instances[i];
    instances.push_back({{"id", instance.id.str()},
                         {"name", instance.name},
                         {"error", outcomes[i] ? Json(nullptr) : to_json(outcomes[i].error())}});
  }
  return {{"instances", std::move(instances)}};
}

/// The first error, and how many more there are.
Error error_of_many(const CreatePlan& plan, const std::vector<Result<>>& outcomes) {
  std::optional<Error> first;
  std::size_t others = 0;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (outcomes[i]) continue;
    if (first)
      ++others;
    else
      first = with_context(outcomes[i].error(), "'" + plan.instances[i].name + "'");
  }
  if (others > 0) first->message += fmt::format("; and {} more failed", others);
  return *std::move(first);
}

bool all_done(const std::vector<Result<>>& outcomes) {
  return std::ranges::all_of(outcomes, [](const Result<>& outcome) { return bool{outcome}; });
}

using Work = std::function<Result<>(Run&, Instance&)>;

/// Does the work on each instance of the plan, which it may change.
Result<> each(Run& run, CreatePlan& plan, const Work& work, std::size_t limit = at_once) {
  std::atomic<std::size_t> done = 0;
  const std::size_t all = plan.instances.size();
  const auto outcomes = side_by_side(all, limit, [&](std::size_t i) -> Result<> {
    TRY(work(run, plan.instances[i]));
    run.progress(static_cast<double>(++done) / static_cast<double>(all));
    return {};
  });
  if (all_done(outcomes)) return {};
  // What was left because the job is interrupted says nothing of the others.
  for (const Result<>& outcome : outcomes)
    if (!outcome && outcome.error().code == Errc::cancelled && run.interrupted())
      return outcome.error();
  if (!plan.many) return outcomes.front().error();
  // An undo tells of itself; what the job failed of is told by its step.
  if (run.failure().is_null()) TRY(run.save_result(outcomes_of(plan, outcomes)));
  return error_of_many(plan, outcomes);
}

std::function<Result<>(Run&)> on_each(Work work, std::size_t limit = at_once) {
  return [work = std::move(work), limit](Run& run) -> Result<> {
    CreatePlan plan = TRY(plan_of(run));
    return each(run, plan, work, limit);
  };
}

/// What all the disks and seeds take before anything is written to them.
std::uint64_t first_bytes(const CreatePlan& plan) {
  std::uint64_t disks = 0;
  for (const Instance& instance : plan.instances) disks += 2 + instance.data_disks.size();
  return disks * new_disk_bytes;
}

/// The same, for work that makes files; what it changed in the instances is saved.
std::function<Result<>(Run&)> on_each_saved(Work work) {
  return [work = std::move(work)](Run& run) -> Result<> {
    CreatePlan plan = TRY(plan_of(run));
    SpaceClaim space{run};
    TRY(space.set(first_bytes(plan)));
    TRY(each(run, plan, work));
    return run.save_plan(to_json(plan));
  };
}

Result<> check(Run& run) {
  const CreatePlan plan = TRY(plan_of(run));
  if (plan.secrets_given && !plan.secrets_kept)
    return make_error(Errc::unavailable,
                      "the secrets of the request were lost before the work began; ask again");
  SpaceClaim space{run};
  TRY(space.set(first_bytes(plan)));
  return run.ports.volumes.probe_image(plan.image.digest, plan.image.file_size);
}

/// The records themselves hold the image's bytes from here on: they are what the disks are to rest
/// on.
Result<> reserve(Run& run) {
  const CreatePlan plan = TRY(plan_of(run));
  return run.insist("store", [&]() -> Result<> {
    const std::lock_guard lock{run.shared.bytes};
    Records records{run.ports.store};
    TRY(records.image(plan.image.id));
    return records.add_instances(plan.instances);
  });
}

Result<> remove_files(Run& run, Instance& instance) {
  const MachineState state = TRY(ask_state(run, instance.uuid));
  if (state.power != PowerState::absent)
    return make_error(Errc::conflict, "instance '{}' is defined", instance.name);
  return run.ports.volumes.remove_instance(instance.id);
}

Result<> forget(Run& run) {
  const CreatePlan plan = TRY(plan_of(run));
  TRY(run.insist("store",
                 [&] { return Records{run.ports.store}.forget_instances(plan.instances); }));
  return drop_unused_bytes(run, plan.image.digest);
}

/// The image is looked at once for all.
Result<> make_system_disks(Run& run) {
  CreatePlan plan = TRY(plan_of(run));
  SpaceClaim space{run};
  TRY(space.set(first_bytes(plan)));
  TRY(run.ports.volumes.probe_image(plan.image.digest, plan.image.file_size));
  TRY(each(run, plan, [&](Run&, Instance& instance) -> Result<> {
    instance.system.disk = TRY(run.ports.volumes.create_system_disk(
        instance.id, instance.system_generation, plan.image, instance.system.disk.size));
    return {};
  }));
  return run.save_plan(to_json(plan));
}

Result<> make_data_disks(Run& run, Instance& instance) {
  int index = 0;
  for (Disk& disk : instance.data_disks)
    disk = TRY(run.ports.volumes.create_data_disk(instance.id, ++index, disk.size));
  return {};
}

Result<> make_seed(Run& run, Instance& instance) {
  auto secrets = TRY(run.ports.volumes.load_secrets(instance.id));
  instance.system.seed = TRY(run.ports.volumes.create_seed(
      instance.id, instance.system_generation,
      seed_of(instance, instance.system, secrets.user_data, secrets.password_hash)));
  return {};
}

Result<> record(Run& run) {
  const CreatePlan plan = TRY(plan_of(run));
  std::map<InstanceId, const Instance*> made;
  std::vector<InstanceId> ids;
  for (const Instance& instance : plan.instances) {
    made[instance.id] = &instance;
    ids.push_back(instance.id);
  }
  return run.insist("store", [&] {
    return Records{run.ports.store}.change_instances(ids, [&](Instance& instance) {
      const Instance& wanted = *made.at(instance.id);
      if (instance.system.disk.path == wanted.system.disk.path) return false;
      const auto generation = instance.generation;
      instance = wanted;
      instance.generation = generation;
      return true;
    });
  });
}

Result<> define(Run& run, Instance& instance) {
  return define_machine(run, instance);
}

Result<> undefine(Run& run, Instance& instance) {
  return run.insist("hypervisor", [&] { return run.ports.hypervisor.undefine(instance.uuid); });
}

Result<> start(Run& run, Instance& instance) {
  return start_machine(run, instance.uuid);
}

Result<> stop(Run& run, Instance& instance) {
  return stop_machine(run, instance.uuid, seconds{0});
}

Result<> confirm_one(Run& run, Instance& instance) {
  if (run.resumed && !has_process(TRY(ask_state(run, instance.uuid)).power))
    TRY(start(run, instance));
  return confirm_boot(run, instance.uuid, instance.system.confirm);
}

Result<> confirm(Run& run) {
  CreatePlan plan = TRY(plan_of(run));
  TRY(each(run, plan, confirm_one, all_at_once));
  Json instances = Json::array();
  for (const Instance& instance : plan.instances)
    instances.push_back(to_json(
        TRY(run.insist("store", [&] { return Records{run.ports.store}.instance(instance.id); }))));
  if (!plan.many) return run.save_result(std::move(instances.front()));
  return run.save_result({{"instances", std::move(instances)}});
}

std::string names_of(const CreatePlan& plan) {
  if (plan.instances.size() == 1) return fmt::format("the name '{}'", plan.instances.front().name);
  return fmt::format("the names '{}' to '{}'", plan.instances.front().name,
                     plan.instances.back().name);
}

/// "the machine", or "20 machines".
std::string machines_of(const CreatePlan& plan) {
  if (plan.instances.size() == 1) return "the machine";
  return fmt::format("{} machines", plan.instances.size());
}

}  // namespace

Steps create_steps(const CreatePlan& plan) {
  const Instance& instance = plan.instances.front();
  const auto remove_all_files = on_each(remove_files);
  return {{.name = "check",
           .text = "see that there is space and that the image is whole",
           .run = check,
           .undo = remove_all_files},
          {.name = "reserve", .text = "take " + names_of(plan), .run = reserve, .undo = forget},
          {.name = "disk",
           .text = fmt::format("make a system disk of {} over image '{}'",
                               format_size(instance.system.disk.size), instance.system.image_name),
           .run = make_system_disks,
           .undo = remove_all_files},
          {.name = "data",
           .text = fmt::format("make its data disks: {}", instance.data_disks.size()),
           .run = on_each_saved(make_data_disks),
           .undo = remove_all_files},
          {.name = "seed",
           .text = "make the seed for cloud-init",
           .run = on_each_saved(make_seed),
           .undo = remove_all_files},
          {.name = "record", .text = "record the disks", .run = record},
          {.name = "define",
           .text = "define " + machines_of(plan),
           .run = on_each(define),
           .undo = on_each(undefine)},
          {.name = "start",
           .text = "start " + machines_of(plan),
           .run = on_each(start),
           .undo = on_each(stop)},
          {.name = "confirm",
           .text = fmt::format("wait up to {} s until the guest shows that it came up ({})",
                               instance.system.confirm.limit.count(),
                               to_string(instance.system.confirm.kind)),
           .run = confirm}};
}

}  // namespace imprint::workflows
