#include "plugins/libvirt/swap.h"

#include <array>
#include <functional>
#include <string_view>

#include "plugins/libvirt/definition.h"

namespace imprint::libvirt {
namespace {

pugi::xml_node find_disk(pugi::xml_node devices, std::string_view target) {
  return devices.find_child([&](pugi::xml_node node) {
    return node.name() == std::string_view{"disk"} &&
           node.child("target").attribute("dev").as_string() == target;
  });
}

Result<> replace_disk(pugi::xml_node devices, const char* target, const Disk& disk,
                      const std::function<void(pugi::xml_node, const Disk&)>& append) {
  const pugi::xml_node old = find_disk(devices, target);
  if (!old) return make_error(Errc::corrupt, "the definition has no disk '{}'", target);
  append(devices, disk);
  pugi::xml_node fresh = devices.last_child();
  if (const pugi::xml_node address = old.child("address")) fresh.append_copy(address);
  devices.insert_move_before(fresh, old);
  devices.remove_child(old);
  return {};
}

void replace_firmware(pugi::xml_node os, const Machine& machine, const Platform& platform) {
  // The machine type stays: libvirt has pinned its version, and with it the hardware that the guest
  // sees.
  for (const char* name : std::array{"loader", "nvram", "bios", "firmware"})
    while (os.remove_child(name)) {
    }
  os.remove_attribute("firmware");
  append_firmware(os, machine, platform);
}

}  // namespace

Result<std::string> swap_system(const std::string& definition, const Machine& machine,
                                const Platform& platform) {
  pugi::xml_document document;
  pugi::xml_node domain;
  if (document.load_string(definition.c_str())) domain = document.child("domain");
  if (!domain) return make_error(Errc::corrupt, "libvirt's description cannot be read");
  pugi::xml_node devices = domain.child("devices");
  TRY(replace_disk(devices, system_target, machine.system, append_system_disk));
  TRY(replace_disk(devices, seed_target, machine.seed, append_seed));
  replace_firmware(domain.child("os"), machine, platform);
  pugi::xml_node metadata = domain.child("metadata");
  metadata.remove_child(find_mark(domain));
  append_mark(metadata, machine);
  return to_text(document);
}

}  // namespace imprint::libvirt
