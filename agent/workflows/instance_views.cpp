// What is asked about instances.

#include "agent/policy/image_choice.h"
#include "agent/workflows/job_runner.h"

namespace imprint::workflows {

InstanceView JobRunner::view_of(const Instance& instance, PowerState power,
                                const std::vector<Image>& images) {
  InstanceView view{
      .instance = instance, .power = power, .newer_image = std::nullopt, .open_job = std::nullopt};
  for (const Image& image : images) {
    if (image.id != instance.system.image) continue;
    if (const auto newer = policy::newer_version(images, image))
      view.newer_image = policy::name_and_version(*newer);
  }
  if (auto open = ports_.journal.open_job_of(instance.id.str())) view.open_job = *open;
  return view;
}

Result<std::vector<InstanceView>> JobRunner::list_instances() {
  const auto images = TRY(records_.images());
  const auto listed = ports_.hypervisor.list();
  std::map<std::string, PowerState> powers;
  if (listed)
    for (const auto& machine : *listed) powers[machine.uuid] = machine.power;
  std::vector<InstanceView> views;
  const auto instances = TRY(records_.instances());
  for (const Instance& instance : instances) {
    const auto found = powers.find(instance.uuid);
    const PowerState absent = listed ? PowerState::absent : PowerState::unknown;
    views.push_back(view_of(instance, found == powers.end() ? absent : found->second, images));
  }
  return views;
}

Result<InstanceView> JobRunner::show_instance(const std::string& instance) {
  const Instance found = TRY(records_.find_instance(instance));
  const auto listed = ports_.hypervisor.list();
  PowerState power = listed ? PowerState::absent : PowerState::unknown;
  if (listed)
    for (const auto& machine : *listed)
      if (machine.uuid == found.uuid) power = machine.power;
  return view_of(found, power, TRY(records_.images()));
}

Result<std::string> JobRunner::read_console(const std::string& instance, std::size_t bytes) {
  return ports_.hypervisor.console_tail(TRY(records_.find_instance(instance)).uuid, bytes);
}

}  // namespace imprint::workflows
