#include "agent/workflows/systems.h"

#include "agent/policy/firmware.h"
#include "agent/policy/image_choice.h"
#include "agent/policy/reimage.h"
#include "agent/workflows/confirm.h"
#include "agent/workflows/image_bytes.h"
#include "agent/workflows/machine.h"

namespace imprint::workflows {
namespace {

Result<> remove_file(Run& run, const Instance& instance, const Disk& disk) {
  if (disk.path.empty()) return {};  // it was never made
  TRY(policy::refuse_data_disk(disk, instance.data_disks));
  return run.ports.volumes.remove_disk(disk);
}

}  // namespace

Result<System> fresh_system(const Image& image, const std::optional<Firmware>& firmware,
                            const std::optional<ConfirmSignal>& confirm) {
  System system{.image = image.id,
                .image_name = policy::name_and_version(image),
                .disk = {},
                .seed = {},
                .cloud_instance_id = random_uuid(),
                .firmware = TRY(policy::choose_firmware(image, firmware)),
                .confirm = confirm.value_or(image.confirm)};
  TRY(check_signal(system.confirm));
  system.disk.role = DiskRole::system;
  system.disk.base_digest = image.digest;
  system.seed.role = DiskRole::seed;
  return system;
}

Result<> remove_system(Run& run, const Instance& instance, const System& system) {
  if (!system.disk.path.empty()) TRY(require_not_in_use(run, instance.uuid, system.disk));
  TRY(remove_file(run, instance, system.disk));
  TRY(remove_file(run, instance, system.seed));
  if (system.disk.base_digest) TRY(drop_unused_bytes(run, *system.disk.base_digest));
  return {};
}

}  // namespace imprint::workflows
