#include "agent/workflows/systems.h"

#include "agent/policy/reimage.h"
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

Result<> remove_system(Run& run, const Instance& instance, const System& system) {
  if (!system.disk.path.empty()) TRY(require_not_in_use(run, instance.uuid, system.disk));
  TRY(remove_file(run, instance, system.disk));
  TRY(remove_file(run, instance, system.seed));
  if (system.disk.base_digest) TRY(drop_unused_bytes(run, *system.disk.base_digest));
  return {};
}

}  // namespace imprint::workflows
