#pragma once
// Names of what device-mapper makes: logical volumes and opened LUKS volumes. Pure.

#include <optional>
#include <string_view>

#include "guestfs/guest/inventory.h"

namespace imprint::guest {

/// `name`: below /dev/mapper, or after "dm-name-" below /dev/disk/by-id.
Resolution by_mapper_name(const Inventory& inventory, std::string_view name);

/// `uuid`: what follows "dm-uuid-" below /dev/disk/by-id. Only those of logical volumes are
/// decided.
Resolution by_mapper_uuid(const Inventory& inventory, std::string_view uuid);

/// `name`: "VG/LV" below /dev. Nothing if it has no slash.
std::optional<Resolution> by_volume_group(const Inventory& inventory, std::string_view name);

}  // namespace imprint::guest
