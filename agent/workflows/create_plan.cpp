#include "agent/base/digest.h"
#include "agent/model/json.h"
#include "agent/policy/image_use.h"
#include "agent/policy/sizes.h"
#include "agent/workflows/create_instance.h"
#include "agent/workflows/systems.h"

namespace imprint::workflows {
namespace {

/// A locally administered address in the range that QEMU uses, the same for the same instance.
std::string mac_of(const InstanceId& id) {
  const std::string digest = digest_of("imprint.mac:" + id.str());
  return fmt::format("52:54:00:{}:{}:{}", digest.substr(0, 2), digest.substr(2, 2),
                     digest.substr(4, 2));
}

Result<System> first_system(const Image& image, const CreateInstance& request) {
  System system = TRY(fresh_system(image, request.firmware, request.confirm));
  system.disk.size = TRY(policy::system_disk_size(image, request.disk));
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

/// `number`: which of many, from 1; of no meaning for a single one.
Result<Instance> instance_of(const CreateFacts& facts, const CreateInstance& request,
                             const Settings& settings, int number) {
  const auto called = [&](const std::string& name) {
    return request.count ? numbered(name, number) : name;
  };
  const InstanceId id = InstanceId::generate();
  const std::string name = called(request.name);
  return Instance{.id = id,
                  .name = name,
                  .uuid = machine_uuid(id),
                  .node = settings.node,
                  .region = settings.region,
                  .owner = facts.owner,
                  .cpus = request.cpus,
                  .memory = request.memory,
                  .network = request.network,
                  .mac = mac_of(id),
                  .hostname = request.hostname.empty() ? name : called(request.hostname),
                  .ssh_keys = request.ssh_keys,
                  .system = TRY(first_system(facts.image, request)),
                  .retained = std::nullopt,
                  .data_disks = data_disks_of(request),
                  .wanted_running = true,
                  .created = facts.now,
                  .generation = 1,
                  .system_generation = 1};
}

}  // namespace

Json to_json(const CreatePlan& plan) {
  Json instances = Json::array();
  for (const Instance& instance : plan.instances) instances.push_back(to_json(instance));
  return {{"instances", std::move(instances)},
          {"many", plan.many},
          {"image", to_json(plan.image)},
          {"secrets_given", plan.secrets_given},
          {"secrets_kept", plan.secrets_kept}};
}

Result<CreatePlan> parse_create_plan(const Json& json) {
  ObjectReader reader{json, "plan"};
  std::vector<Instance> wanted;
  for (const Json& instance : reader.items("instances"))
    wanted.push_back(TRY(parse_instance(instance)));
  if (wanted.empty()) reader.fail("instances", "names none");
  const bool many = reader.boolean_or("many", false);
  const Json& image = reader.member("image");
  const bool given = reader.boolean_or("secrets_given", false);
  const bool kept = reader.boolean_or("secrets_kept", false);
  TRY(reader.finish());
  auto source = TRY(parse_image(image));
  return CreatePlan{std::move(wanted), many, std::move(source), given, kept};
}

Result<CreatePlan> plan_create(const CreateFacts& facts, const CreateInstance& request,
                               const Settings& settings) {
  TRY(policy::may_use_image(facts.image,
                            {facts.owner, settings.region, settings.arch, request.memory}));
  CreatePlan plan{.instances = {},
                  .many = request.count.has_value(),
                  .image = facts.image,
                  .secrets_given = !request.user_data.empty() || !request.password_hash.empty()};
  for (int number = 1; number <= request.count.value_or(1); ++number)
    plan.instances.push_back(TRY(instance_of(facts, request, settings, number)));
  return plan;
}

std::string subject_of(const CreatePlan& plan) {
  if (!plan.many) return plan.instances.front().id.str();
  return fmt::format("{}..{}", plan.instances.front().name, plan.instances.back().name);
}

}  // namespace imprint::workflows
