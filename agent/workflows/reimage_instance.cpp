#include "agent/workflows/reimage_instance.h"

#include <algorithm>

#include "agent/model/json.h"
#include "agent/model/quantity.h"
#include "agent/policy/image_use.h"
#include "agent/policy/reimage.h"
#include "agent/policy/sizes.h"
#include "agent/workflows/image_bytes.h"
#include "agent/workflows/machine.h"
#include "agent/workflows/records.h"
#include "agent/workflows/systems.h"

namespace imprint::workflows {
namespace {

Result<ExchangePlan> plan_of(const Run& run) {
  ExchangePlan plan = TRY(parse_exchange_plan(run.plan()));
  if (!plan.image) return make_error(Errc::corrupt, "the plan names no image");
  return plan;
}

/// The system that is to be.
Result<System> new_system(const ReimageFacts& facts, const ReimageInstance& request) {
  System system = TRY(fresh_system(facts.image, std::nullopt, request.confirm));
  system.disk.size =
      TRY(policy::reimaged_disk_size(facts.instance.system.disk.size, facts.image, request.disk));
  return system;
}

Result<> check(Run& run) {
  const ExchangePlan plan = TRY(plan_of(run));
  TRY(check_unchanged(run, plan.before));
  const Image image = TRY(Records{run.ports.store}.image(plan.image->id));
  return run.ports.volumes.probe_image(image.digest, image.file_size);
}

/// The generation names files, so it is used up here even if nothing comes of it: a later reimage
/// never finds what a failed one left.
Result<> reserve(Run& run) {
  const ExchangePlan plan = TRY(plan_of(run));
  TRY(hold_bytes(run, plan.image->digest, plan.image->file_size));
  TRY(run.insist("store", [&] {
    return Records{run.ports.store}.change_instance(plan.before.id, [&](Instance& instance) {
      if (instance.system_generation >= plan.after.system_generation) return false;
      instance.system_generation = plan.after.system_generation;
      return true;
    });
  }));
  SpaceClaim space{run};
  return space.set(2 * new_disk_bytes);
}

Result<> release(Run& run) {
  const ExchangePlan plan = TRY(plan_of(run));
  return let_go_of_bytes(run, plan.image->digest);
}

bool holds(const System& system, const std::string& path) {
  return path == system.disk.path || path == system.seed.path;
}

/// That a file of the new system is none of those that the instance has.
Result<> require_new(const ExchangePlan& plan, const Disk& disk) {
  TRY(policy::refuse_data_disk(disk, plan.before.data_disks));
  const auto& retained = plan.before.retained;
  if (!holds(plan.before.system, disk.path) && !(retained && holds(retained->system, disk.path)))
    return {};
  return make_error(Errc::internal, "'{}' is in use by instance '{}'", disk.path, plan.before.name);
}

Result<> make_disk(Run& run) {
  ExchangePlan plan = TRY(plan_of(run));
  const Disk disk = TRY(run.ports.volumes.create_system_disk(
      plan.after.id, plan.after.system_generation, *plan.image, plan.after.system.disk.size));
  TRY(require_new(plan, disk));
  plan.after.system.disk = disk;
  return run.save_plan(to_json(plan));
}

Result<> make_seed(Run& run) {
  ExchangePlan plan = TRY(plan_of(run));
  if (plan.seed_given) {
    if (!plan.after.system.seed.path.empty()) return {};
    return make_error(Errc::unavailable,
                      "the user data of the request was lost before the work began; ask again");
  }
  auto secrets = TRY(run.ports.volumes.load_secrets(plan.after.id));
  const Disk seed = TRY(run.ports.volumes.create_seed(
      plan.after.id, plan.after.system_generation,
      seed_of(plan.after, plan.after.system, secrets.user_data, secrets.password_hash)));
  TRY(require_new(plan, seed));
  plan.after.system.seed = seed;
  return run.save_plan(to_json(plan));
}

/// The names of the files are known whether or not a step came to note them: an agent that was
/// killed in between, and then cannot make them again, finds them all the same.
Result<> remove_new_seed(Run& run) {
  const ExchangePlan plan = TRY(plan_of(run));
  Disk seed = plan.after.system.seed;
  seed.path = run.ports.volumes.system_files(plan.after.id, plan.after.system_generation).seed;
  TRY(require_new(plan, seed));
  return run.ports.volumes.remove_disk(seed);
}

Result<> remove_new_disk(Run& run) {
  const ExchangePlan plan = TRY(plan_of(run));
  Disk disk = plan.after.system.disk;
  disk.path = run.ports.volumes.system_files(plan.after.id, plan.after.system_generation).disk;
  TRY(require_new(plan, disk));
  TRY(require_not_in_use(run, plan.before.uuid, disk));
  return run.ports.volumes.remove_disk(disk);
}

}  // namespace

Seed seed_of(const Instance& instance, const System& system, Secret user_data,
             Secret password_hash) {
  return {system.cloud_instance_id, instance.hostname, instance.ssh_keys, std::move(user_data),
          std::move(password_hash)};
}

Result<ExchangePlan> plan_reimage(const ReimageFacts& facts, const ReimageInstance& request,
                                  const Settings& settings) {
  const Instance& before = facts.instance;
  TRY(policy::may_use_image(facts.image,
                            {before.owner, settings.region, settings.arch, before.memory}));
  ExchangePlan plan{.before = before,
                    .after = before,
                    .keep_old = request.keep_old,
                    .discard = {},
                    .was_running = std::nullopt,
                    .image = facts.image,
                    .seed_given = request.user_data.has_value()};
  plan.after.system = TRY(new_system(facts, request));
  // By the files, too: a record that was put back from a backup may know of fewer, and these may be
  // what the machine runs from.
  plan.after.system_generation = std::max(before.system_generation, facts.newest_system) + 1;
  plan.after.retained.reset();
  if (before.retained) plan.discard.push_back(before.retained->system);
  if (request.keep_old.count() == 0) plan.discard.push_back(before.system);
  return plan;
}

Plan describe_reimage(const ReimageFacts& facts, const ExchangePlan& plan,
                      const Settings& settings) {
  Plan shown;
  for (const Step& step : reimage_steps(plan, settings))
    shown.steps.push_back({step.name, step.text});
  shown.lost = policy::lost_by_reimage(facts.instance);
  shown.kept = policy::kept_by_reimage(facts.instance, facts.until);
  shown.space_needed = plan.after.system.disk.size;
  return shown;
}

Steps reimage_steps(const ExchangePlan& plan, const Settings& settings) {
  const std::string image = plan.after.system.image_name;
  Steps steps{
      {.name = "check",
       .text = fmt::format("see that image '{}' is whole and the instance as recorded", image),
       .run = check,
       .undo = remove_new_seed},
      {.name = "reserve",
       .text = "hold the image and see that there is space",
       .run = reserve,
       .undo = release},
      {.name = "disk",
       .text = fmt::format("make a system disk of {} over image '{}'",
                           format_size(plan.after.system.disk.size), image),
       .run = make_disk,
       .undo = remove_new_disk},
      {.name = "seed",
       .text = "make a seed with a new identity for cloud-init",
       .run = make_seed,
       .undo = remove_new_seed}};
  for (Step& step : exchange_steps(plan, settings.stop_grace)) steps.push_back(std::move(step));
  return steps;
}

}  // namespace imprint::workflows
