#include "agent/ports/hypervisor.h"

namespace imprint {

Machine machine_of(const Instance& instance, const std::filesystem::path& console_log) {
  return {instance.id,          instance.uuid,       instance.name,
          instance.cpus,        instance.memory,     instance.system.firmware,
          instance.network,     instance.mac,        instance.system.disk,
          instance.system.seed, instance.data_disks, console_log,
          instance.generation};
}

}  // namespace imprint
