#pragma once
// How the answers of resolve_device are made. Pure.

#include <functional>
#include <string>
#include <string_view>

#include "guestfs/guest/inventory.h"

namespace imprint::guest {

Resolution found(std::size_t index, std::string_view key);
Resolution absent(std::string_view key, std::string nearest_name);
Resolution unknown(std::string_view key);

/// Whether a volume is closed: what is inside LUKS cannot be seen, so a name that is not there may
/// still come up when it is opened.
bool hides_volumes(const Inventory& inventory);

/// Of the names that `name_of` gives the volumes, the one most alike; empty names are passed over.
std::string nearest(const Inventory& inventory, std::string_view value,
                    const std::function<std::string(const Volume&)>& name_of);

}  // namespace imprint::guest
