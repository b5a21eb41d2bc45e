#include "plugins/libvirt/domain_xml.h"

#include <initializer_list>
#include <set>
#include <sstream>
#include <utility>

namespace imprint::libvirt {
namespace {

using Attributes = std::initializer_list<std::pair<const char*, std::string>>;

pugi::xml_node add(pugi::xml_node parent, const char* name, Attributes attributes = {}) {
  pugi::xml_node node = parent.append_child(name);
  for (const auto& [key, value] : attributes) node.append_attribute(key).set_value(value.c_str());
  return node;
}

void add_text(pugi::xml_node parent, const char* name, const std::string& text) {
  add(parent, name).text().set(text.c_str());
}

Result<> check_disk(const Disk& disk, std::set<std::string>& serials) {
  constexpr std::size_t longest_serial = 20;  // of virtio-blk; more would be cut off silently
  if (!disk.path.starts_with('/'))
    return make_error(Errc::invalid, "disk '{}': must be an absolute path", disk.path);
  if (disk.serial.empty() || disk.serial.size() > longest_serial)
    return make_error(Errc::invalid, "disk '{}': serial '{}' must have 1 to {} characters",
                      disk.path, disk.serial, longest_serial);
  if (!serials.insert(disk.serial).second)
    return make_error(Errc::invalid, "disk '{}': serial '{}' is used twice", disk.path,
                      disk.serial);
  return {};
}

Result<> check_machine(const Machine& machine) {
  const std::string& name = machine.instance.str();
  if (machine.cpus < 1) return make_error(Errc::invalid, "machine '{}': has no processor", name);
  if (machine.memory == 0) return make_error(Errc::invalid, "machine '{}': has no memory", name);
  if (!machine.console_log.is_absolute())
    return make_error(Errc::invalid, "machine '{}': console log '{}' must be an absolute path",
                      name, machine.console_log.string());
  if (machine.data_disks.size() > most_data_disks)
    return make_error(Errc::invalid, "machine '{}': more than {} data disks", name,
                      most_data_disks);
  std::set<std::string> serials;
  TRY(check_disk(machine.system, serials));
  TRY(check_disk(machine.seed, serials));
  for (const Disk& disk : machine.data_disks) TRY(check_disk(disk, serials));
  return {};
}

/// Spells the chain out to its end. Without the empty element at the end libvirt would look into
/// the file's header for a backing file, and hand the guest whatever an attacker wrote there.
void append_chain(pugi::xml_node disk_node, const Disk& disk) {
  if (!disk.base_path) {
    add(disk_node, "backingStore");
    return;
  }
  pugi::xml_node base = add(disk_node, "backingStore", {{"type", "file"}});
  add(base, "format", {{"type", std::string{to_string(DiskFormat::qcow2)}}});
  pugi::xml_node source = add(base, "source", {{"file", *disk.base_path}});
  // Many machines share the base; its owner and mode are the store's business, not of whoever
  // starts last.
  add(source, "seclabel", {{"model", "dac"}, {"relabel", "no"}});
  add(base, "backingStore");
}

pugi::xml_node append_disk(pugi::xml_node devices, const Disk& disk, const std::string& target) {
  pugi::xml_node node = add(devices, "disk", {{"type", "file"}, {"device", "disk"}});
  add(node, "driver",
      {{"name", "qemu"}, {"type", std::string{to_string(disk.format)}}, {"discard", "unmap"}});
  add(node, "source", {{"file", disk.path}});
  append_chain(node, disk);
  add(node, "target", {{"dev", target}, {"bus", "virtio"}});
  add_text(node, "serial", disk.serial);
  return node;
}

void append_cpu(pugi::xml_node domain, const Platform& platform) {
  if (platform.domain_type == "kvm")
    add(domain, "cpu", {{"mode", "host-passthrough"}, {"check", "none"}});
  else if (platform.domain_type == "qemu")
    add(domain, "cpu", {{"mode", "maximum"}, {"check", "none"}});
}

void append_os(pugi::xml_node domain, const Machine& machine, const Platform& platform) {
  pugi::xml_node os = add(domain, "os");
  pugi::xml_node type = add(os, "type");
  if (platform.domain_type != "test") {  // the test driver has an architecture of its own
    type.append_attribute("arch").set_value("x86_64");
    type.append_attribute("machine").set_value("q35");
  }
  type.text().set("hvm");
  append_firmware(os, machine, platform);
}

void append_life(pugi::xml_node domain) {
  pugi::xml_node features = add(domain, "features");
  add(features, "acpi");
  add(features, "apic");
  add(domain, "clock", {{"offset", "utc"}});
  add_text(domain, "on_poweroff", "destroy");
  add_text(domain, "on_reboot", "restart");
  add_text(domain, "on_crash",
           "preserve");  // so that the state says "panicked" until somebody has seen it
}

void append_disks(pugi::xml_node devices, const Machine& machine) {
  append_system_disk(devices, machine.system);
  for (std::size_t index = 0; index < machine.data_disks.size(); ++index)
    append_disk(devices, machine.data_disks[index], data_target(index));
  append_seed(devices, machine.seed);
}

void append_network(pugi::xml_node devices, const Machine& machine) {
  if (!machine.network) return;
  pugi::xml_node interface = add(devices, "interface", {{"type", "network"}});
  if (!machine.mac.empty()) add(interface, "mac", {{"address", machine.mac}});
  add(interface, "source", {{"network", *machine.network}});
  add(interface, "model", {{"type", "virtio"}});
}

void append_serial_console(pugi::xml_node devices, const Machine& machine) {
  pugi::xml_node serial = add(devices, "serial", {{"type", "pty"}});
  add(serial, "log", {{"file", machine.console_log.string()}, {"append", "off"}});
  add(serial, "target", {{"type", "isa-serial"}, {"port", "0"}});
}

void append_agent_channel(pugi::xml_node devices) {
  pugi::xml_node channel = add(devices, "channel", {{"type", "unix"}});
  add(channel, "target", {{"type", "virtio"}, {"name", "org.qemu.guest_agent.0"}});
}

void append_devices(pugi::xml_node domain, const Machine& machine, const Platform& platform) {
  pugi::xml_node devices = add(domain, "devices");
  if (!platform.emulator.empty()) add_text(devices, "emulator", platform.emulator);
  append_disks(devices, machine);
  add(devices, "controller", {{"type", "usb"}, {"model", "none"}});
  append_network(devices, machine);
  append_serial_console(devices, machine);
  append_agent_channel(devices);
  pugi::xml_node rng = add(devices, "rng", {{"model", "virtio"}});
  add(rng, "backend", {{"model", "random"}}).text().set("/dev/urandom");
  add(devices, "panic", {{"model", "isa"}});
  add(devices, "memballoon", {{"model", "none"}});
}

}  // namespace

std::string data_target(std::size_t index) {
  return std::string{"vd"} + static_cast<char>('b' + static_cast<char>(index));
}

void append_mark(pugi::xml_node metadata, const Machine& machine) {
  add(metadata, "imprint:machine",
      {{"xmlns:imprint", mark_namespace},
       {"instance", machine.instance.str()},
       {"name", machine.name},
       {"generation", std::to_string(machine.generation)}});
}

void append_system_disk(pugi::xml_node devices, const Disk& disk) {
  pugi::xml_node node = append_disk(devices, disk, system_target);
  add(node, "boot",
      {{"order", "1"}});  // and no other disk has an order: none of them is ever booted from
}

void append_seed(pugi::xml_node devices, const Disk& disk) {
  // A disk and not a CD-ROM: cloud-init looks for the label "cidata" on every block device, and a
  // guest that boots from virtio-blk can read it with the one driver that it has for certain.
  add(append_disk(devices, disk, seed_target), "readonly");
}

void append_firmware(pugi::xml_node os, const Machine& machine, const Platform& platform) {
  if (machine.firmware == Firmware::bios) {
    add(os, "bios", {{"useserial", "yes"}});  // "No bootable device" must reach the console log
    return;
  }
  add(os, "loader", {{"readonly", "yes"}, {"type", "pflash"}})
      .text()
      .set(platform.uefi_code.c_str());
  add(os, "nvram", {{"template", platform.uefi_variables.string()}})
      .text()
      .set(firmware_variables(machine.system.path).c_str());
}

Result<std::string> build_domain(const Machine& machine, const Platform& platform) {
  TRY(check_machine(machine));
  pugi::xml_document document;
  pugi::xml_node domain = add(document, "domain", {{"type", platform.domain_type}});
  add_text(domain, "name", machine.instance.str());
  add_text(domain, "uuid", machine.uuid);
  append_mark(add(domain, "metadata"), machine);
  add(domain, "memory", {{"unit", "b"}}).text().set(std::to_string(machine.memory).c_str());
  add(domain, "vcpu", {{"placement", "static"}}).text().set(machine.cpus);
  append_os(domain, machine, platform);
  append_life(domain);
  append_cpu(domain, platform);
  append_devices(domain, machine, platform);
  return to_text(document);
}

std::string to_text(const pugi::xml_document& document) {
  std::ostringstream text;
  document.save(text, "  ");
  return text.str();
}

}  // namespace imprint::libvirt
