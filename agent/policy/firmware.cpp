#include "agent/policy/firmware.h"

#include <algorithm>

#include "agent/policy/image_choice.h"

namespace imprint::policy {

Result<Firmware> choose_firmware(const Image& image, std::optional<Firmware> requested) {
  const auto& able = image.guest.firmware;
  const auto can = [&](Firmware firmware) {
    return able.empty() || std::ranges::find(able, to_string(firmware)) != able.end();
  };
  if (requested && !can(*requested))
    return make_error(Errc::invalid, "image '{}' cannot boot by {}", name_and_version(image),
                      to_string(*requested));
  if (requested) return *requested;
  return can(Firmware::bios) ? Firmware::bios : Firmware::uefi;
}

}  // namespace imprint::policy
