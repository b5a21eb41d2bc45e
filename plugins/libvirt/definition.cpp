#include "plugins/libvirt/definition.h"

#include <strings.h>

#include <algorithm>
#include <string_view>

namespace imprint::libvirt {
namespace {

Mark mark_of(pugi::xml_node element) {
  return {element.attribute("instance").as_string(), element.attribute("generation").as_llong()};
}

DefinedDisk disk_of(pugi::xml_node node) {
  return {node.child("target").attribute("dev").as_string(),
          node.child("source").attribute("file").as_string(),
          node.child("driver").attribute("type").as_string(),
          node.child("serial").text().as_string(),
          node.child("backingStore").child("source").attribute("file").as_string()};
}

bool same_disk(const DefinedDisk* defined, const Disk& disk) {
  return defined != nullptr && defined->path == disk.path &&
         defined->format == to_string(disk.format) && defined->serial == disk.serial &&
         defined->base_path == disk.base_path.value_or("");
}

std::optional<std::string> difference_of_data(const Definition& definition,
                                              const Machine& machine) {
  constexpr std::size_t system_and_seed = 2;
  if (definition.disks.size() != machine.data_disks.size() + system_and_seed)
    return "the number of disks";
  for (std::size_t index = 0; index < machine.data_disks.size(); ++index)
    if (!same_disk(definition.disk(data_target(index)), machine.data_disks[index]))
      return fmt::format("data disk '{}'", data_target(index));
  return std::nullopt;
}

}  // namespace

const DefinedDisk* Definition::disk(std::string_view target) const {
  const auto found = std::ranges::find(disks, target, &DefinedDisk::target);
  return found == disks.end() ? nullptr : &*found;
}

pugi::xml_node find_mark(pugi::xml_node domain) {
  for (pugi::xml_node element : domain.child("metadata").children()) {
    const std::string_view name = element.name();
    const std::size_t colon = name.find(':');
    const std::string declaration =
        colon == std::string_view::npos ? "xmlns" : "xmlns:" + std::string{name.substr(0, colon)};
    if (element.attribute(declaration.c_str()).as_string() == std::string_view{mark_namespace})
      return element;
  }
  return {};
}

Result<Mark> read_mark(const std::string& xml) {
  pugi::xml_document document;
  if (!document.load_string(xml.c_str()) || !document.document_element().attribute("instance"))
    return make_error(Errc::corrupt, "the machine's mark cannot be read");
  return mark_of(document.document_element());
}

Result<Definition> read_definition(const std::string& xml) {
  pugi::xml_document document;
  const pugi::xml_parse_result parsed = document.load_string(xml.c_str());
  const pugi::xml_node domain = document.child("domain");
  if (!parsed || !domain)
    return make_error(Errc::corrupt, "libvirt's description of a machine cannot be read: {}",
                      parsed.description());
  const pugi::xml_node devices = domain.child("devices");
  Definition definition;
  if (const pugi::xml_node mark = find_mark(domain)) definition.mark = mark_of(mark);
  definition.cpus = domain.child("vcpu").text().as_int();
  definition.memory = domain.child("memory").text().as_ullong();
  definition.firmware = domain.child("os").child("loader") ? Firmware::uefi : Firmware::bios;
  const pugi::xml_node interface = devices.child("interface");
  definition.network = interface.child("source").attribute("network").as_string();
  definition.mac = interface.child("mac").attribute("address").as_string();
  definition.console_log = devices.child("serial").child("log").attribute("file").as_string();
  for (const pugi::xml_node disk : devices.children("disk"))
    definition.disks.push_back(disk_of(disk));
  return definition;
}

std::optional<std::string> difference_of_rest(const Definition& definition,
                                              const Machine& machine) {
  constexpr std::uint64_t kibibyte = 1024;
  if (!definition.mark || definition.mark->instance != machine.instance.str())
    return "the instance";
  if (definition.cpus != machine.cpus) return "the number of processors";
  if (definition.memory != (machine.memory + kibibyte - 1) / kibibyte) return "the memory";
  if (definition.network != machine.network.value_or("")) return "the network";
  if (!machine.mac.empty() && machine.network &&
      ::strcasecmp(definition.mac.c_str(), machine.mac.c_str()) != 0)
    return "the network card's address";
  if (definition.console_log != machine.console_log.string()) return "the console log";
  return difference_of_data(definition, machine);
}

std::optional<std::string> difference_of_system(const Definition& definition,
                                                const Machine& machine) {
  if (!same_disk(definition.disk(system_target), machine.system)) return "the system disk";
  if (!same_disk(definition.disk(seed_target), machine.seed)) return "the seed";
  if (definition.firmware != machine.firmware) return "the firmware";
  return std::nullopt;
}

}  // namespace imprint::libvirt
