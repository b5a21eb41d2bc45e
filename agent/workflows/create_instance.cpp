#include "agent/workflows/create_instance.h"

#include "agent/base/digest.h"
#include "agent/model/json.h"
#include "agent/model/quantity.h"
#include "agent/policy/firmware.h"
#include "agent/policy/image_choice.h"
#include "agent/policy/image_use.h"
#include "agent/policy/sizes.h"
#include "agent/workflows/confirm.h"
#include "agent/workflows/image_bytes.h"
#include "agent/workflows/machine.h"
#include "agent/workflows/records.h"
#include "agent/workflows/reimage_instance.h"

namespace imprint::workflows {
namespace {

using std::chrono::seconds;

Result<CreatePlan> plan_of(const Run& run) {
  return parse_create_plan(run.plan());
}

/// A locally administered address in the range that QEMU uses, the same for the same instance.
std::string mac_of(const InstanceId& id) {
  const std::string digest = digest_of("imprint.mac:" + id.str());
  return fmt::format("52:54:00:{}:{}:{}", digest.substr(0, 2), digest.substr(2, 2),
                     digest.substr(4, 2));
}

Result<System> first_system(const Image& image, const CreateInstance& request) {
  const Firmware firmware = TRY(policy::choose_firmware(image, request.firmware));
  System system{.image = image.id,
                .image_name = policy::name_and_version(image),
                .disk = {},
                .seed = {},
                .cloud_instance_id = random_uuid(),
                .firmware = firmware,
                .confirm = request.confirm.value_or(image.confirm)};
  TRY(check_signal(system.confirm));
  system.disk.role = DiskRole::system;
  system.disk.size = TRY(policy::system_disk_size(image, request.disk));
  system.disk.base_digest = image.digest;
  system.seed.role = DiskRole::seed;
  return system;
}

std::vector<Disk> data_disks_of(const CreateInstance& request) {
  std::vector<Disk> disks;
  for (const std::uint64_t size : request.data_disks) {
    disks.emplace_back();
    disks.back().size = size;
  }
  return disks;
}

Result<> check(Run& run) {
  const CreatePlan plan = TRY(plan_of(run));
  if (plan.secrets_given && !plan.secrets_kept)
    return make_error(Errc::unavailable,
                      "the secrets of the request were lost before the work began; ask again");
  TRY(policy::require_space(TRY(run.ports.volumes.space()).free, 0));
  return run.ports.volumes.probe_image(plan.image.digest, plan.image.file_size);
}

/// The record itself holds the image's bytes from here on: they are what its disk is to rest on.
Result<> reserve(Run& run) {
  const CreatePlan plan = TRY(plan_of(run));
  return run.insist("store", [&]() -> Result<> {
    const std::lock_guard lock{run.shared.bytes};
    Records records{run.ports.store};
    TRY(records.image(plan.image.id));
    return records.add_instance(plan.instance);
  });
}

Result<> remove_files(Run& run) {
  const CreatePlan plan = TRY(plan_of(run));
  const MachineState state = TRY(ask_state(run, plan.instance.uuid));
  if (state.power != PowerState::absent)
    return make_error(Errc::conflict, "instance '{}' is defined", plan.instance.name);
  return run.ports.volumes.remove_instance(plan.instance.id);
}

Result<> forget(Run& run) {
  const CreatePlan plan = TRY(plan_of(run));
  TRY(run.insist("store", [&] { return Records{run.ports.store}.forget_instance(plan.instance); }));
  return drop_unused_bytes(run, plan.image.digest);
}

Result<> make_system_disk(Run& run) {
  CreatePlan plan = TRY(plan_of(run));
  TRY(run.ports.volumes.probe_image(plan.image.digest, plan.image.file_size));
  plan.instance.system.disk =
      TRY(run.ports.volumes.create_system_disk(plan.instance.id, plan.instance.system_generation,
                                               plan.image, plan.instance.system.disk.size));
  return run.save_plan(to_json(plan));
}

Result<> make_data_disks(Run& run) {
  CreatePlan plan = TRY(plan_of(run));
  int index = 0;
  for (Disk& disk : plan.instance.data_disks)
    disk = TRY(run.ports.volumes.create_data_disk(plan.instance.id, ++index, disk.size));
  return run.save_plan(to_json(plan));
}

Result<> make_seed(Run& run) {
  CreatePlan plan = TRY(plan_of(run));
  auto secrets = TRY(run.ports.volumes.load_secrets(plan.instance.id));
  plan.instance.system.seed = TRY(run.ports.volumes.create_seed(
      plan.instance.id, plan.instance.system_generation,
      seed_of(plan.instance, plan.instance.system, secrets.user_data, secrets.password_hash)));
  return run.save_plan(to_json(plan));
}

Result<> record(Run& run) {
  const CreatePlan plan = TRY(plan_of(run));
  return run.insist("store", [&] {
    return Records{run.ports.store}.change_instance(plan.instance.id, [&](Instance& instance) {
      if (instance.system.disk.path == plan.instance.system.disk.path) return false;
      const auto generation = instance.generation;
      instance = plan.instance;
      instance.generation = generation;
      return true;
    });
  });
}

Result<> define(Run& run) {
  return define_machine(run, TRY(plan_of(run)).instance);
}

Result<> undefine(Run& run) {
  const CreatePlan plan = TRY(plan_of(run));
  return run.insist("hypervisor",
                    [&] { return run.ports.hypervisor.undefine(plan.instance.uuid); });
}

Result<> start(Run& run) {
  return start_machine(run, TRY(plan_of(run)).instance.uuid);
}

Result<> stop(Run& run) {
  return stop_machine(run, TRY(plan_of(run)).instance.uuid, seconds{0});
}

Result<> confirm(Run& run) {
  const CreatePlan plan = TRY(plan_of(run));
  if (run.resumed && !has_process(TRY(ask_state(run, plan.instance.uuid)).power)) TRY(start(run));
  TRY(confirm_boot(run, plan.instance.uuid, plan.instance.system.confirm));
  return run.save_result(to_json(TRY(
      run.insist("store", [&] { return Records{run.ports.store}.instance(plan.instance.id); }))));
}

}  // namespace

Json to_json(const CreatePlan& plan) {
  return {{"instance", to_json(plan.instance)},
          {"image", to_json(plan.image)},
          {"secrets_given", plan.secrets_given},
          {"secrets_kept", plan.secrets_kept}};
}

Result<CreatePlan> parse_create_plan(const Json& json) {
  ObjectReader reader{json, "plan"};
  const Json& instance = reader.member("instance");
  const Json& image = reader.member("image");
  const bool given = reader.boolean_or("secrets_given", false);
  const bool kept = reader.boolean_or("secrets_kept", false);
  TRY(reader.finish());
  auto wanted = TRY(parse_instance(instance));
  auto source = TRY(parse_image(image));
  return CreatePlan{std::move(wanted), std::move(source), given, kept};
}

Result<CreatePlan> plan_create(const CreateFacts& facts, const CreateInstance& request,
                               const Settings& settings) {
  TRY(policy::may_use_image(facts.image,
                            {facts.owner, settings.region, settings.arch, request.memory}));
  System system = TRY(first_system(facts.image, request));
  Instance instance{.id = facts.id,
                    .name = request.name,
                    .uuid = machine_uuid(facts.id),
                    .node = settings.node,
                    .region = settings.region,
                    .owner = facts.owner,
                    .cpus = request.cpus,
                    .memory = request.memory,
                    .network = request.network,
                    .mac = mac_of(facts.id),
                    .hostname = request.hostname.empty() ? request.name : request.hostname,
                    .ssh_keys = request.ssh_keys,
                    .system = std::move(system),
                    .retained = std::nullopt,
                    .data_disks = data_disks_of(request),
                    .wanted_running = true,
                    .created = facts.now,
                    .generation = 1,
                    .system_generation = 1};
  return CreatePlan{.instance = std::move(instance),
                    .image = facts.image,
                    .secrets_given = !request.user_data.empty() || !request.password_hash.empty()};
}

Steps create_steps(const CreatePlan& plan) {
  const Instance& instance = plan.instance;
  return {{.name = "check",
           .text = "see that there is space and that the image is whole",
           .run = check,
           .undo = remove_files},
          {.name = "reserve",
           .text = fmt::format("take the name '{}'", instance.name),
           .run = reserve,
           .undo = forget},
          {.name = "disk",
           .text = fmt::format("make a system disk of {} over image '{}'",
                               format_size(instance.system.disk.size), instance.system.image_name),
           .run = make_system_disk,
           .undo = remove_files},
          {.name = "data",
           .text = fmt::format("make its data disks: {}", instance.data_disks.size()),
           .run = make_data_disks,
           .undo = remove_files},
          {.name = "seed",
           .text = "make the seed for cloud-init",
           .run = make_seed,
           .undo = remove_files},
          {.name = "record", .text = "record the disks", .run = record},
          {.name = "define", .text = "define the machine", .run = define, .undo = undefine},
          {.name = "start", .text = "start the machine", .run = start, .undo = stop},
          {.name = "confirm",
           .text = fmt::format("wait up to {} s until the guest shows that it came up ({})",
                               instance.system.confirm.limit.count(),
                               to_string(instance.system.confirm.kind)),
           .run = confirm}};
}

}  // namespace imprint::workflows
