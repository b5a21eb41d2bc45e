// What is asked about instances.

#include "agent/policy/image_choice.h"
#include "agent/workflows/job_runner.h"

namespace imprint::workflows {
namespace {

/// For each image that has a newer version, that one's name: looked up once, however many instances
/// use it.
std::map<ImageId, std::string> newer_versions(const std::vector<Image>& images) {
  std::map<ImageId, std::string> newer;
  for (const Image& image : images)
    if (const auto found = policy::newer_version(images, image))
      newer.emplace(image.id, policy::name_and_version(*found));
  return newer;
}

template <class Map, class Key>
auto value_in(const Map& map, const Key& key) -> std::optional<typename Map::mapped_type> {
  const auto found = map.find(key);
  return found == map.end() ? std::nullopt : std::optional{found->second};
}

}  // namespace

Result<std::vector<InstanceView>> JobRunner::list_instances() {
  const auto newer = newer_versions(TRY(records_.images()));
  const auto listed = ports_.hypervisor.list();
  std::map<std::string, PowerState> powers;
  if (listed)
    for (const auto& machine : *listed) powers[machine.uuid] = machine.power;
  const PowerState otherwise = listed ? PowerState::absent : PowerState::unknown;
  auto instances = TRY(records_.instances());
  std::map<std::string, JobId> open = open_.all();
  std::map<JobId, bool> still_open;  // a job that makes many is looked at once
  std::erase_if(open, [&](const auto& entry) {
    const auto [known, is_new] = still_open.try_emplace(entry.second, true);
    if (is_new) known->second = is_open(entry.second);
    return !known->second;
  });
  std::vector<InstanceView> views;
  views.reserve(instances.size());
  for (Instance& instance : instances) {
    const auto power = value_in(powers, instance.uuid).value_or(otherwise);
    auto newer_image = value_in(newer, instance.system.image);
    auto open_job = value_in(open, instance.id.str());
    views.push_back({std::move(instance), power, std::move(newer_image), std::move(open_job)});
  }
  return views;
}

Result<InstanceView> JobRunner::show_instance(const std::string& instance) {
  Instance found = TRY(records_.find_instance(instance));
  const auto listed = ports_.hypervisor.list();
  PowerState power = listed ? PowerState::absent : PowerState::unknown;
  if (listed)
    for (const auto& machine : *listed)
      if (machine.uuid == found.uuid) power = machine.power;
  const auto newer = newer_versions(TRY(records_.images()));
  InstanceView view{.instance = std::move(found),
                    .power = power,
                    .newer_image = std::nullopt,
                    .open_job = std::nullopt};
  view.newer_image = value_in(newer, view.instance.system.image);
  view.open_job = open_job_about(view.instance.id);
  return view;
}

bool JobRunner::is_open(const JobId& job) {
  const auto found = ports_.journal.find(job);
  return !found || !is_final(found->state);
}

std::optional<JobId> JobRunner::open_job_about(const InstanceId& instance) {
  const auto remembered = open_.about(instance.str());
  return remembered && is_open(*remembered) ? remembered : std::nullopt;
}

Result<std::string> JobRunner::read_console(const std::string& instance, std::size_t bytes) {
  return ports_.hypervisor.console_tail(TRY(records_.find_instance(instance)).uuid, bytes);
}

}  // namespace imprint::workflows
