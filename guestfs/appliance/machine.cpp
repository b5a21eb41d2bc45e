#include "guestfs/appliance/machine.h"

#include <fmt/format.h>

#include "guestfs/appliance/control_words.h"

namespace imprint::appliance {
namespace {

/// QEMU's option parser takes a doubled comma for one.
std::string quoted(const std::string& value) {
  std::string result;
  for (const char c : value) {
    result += c;
    if (c == ',') result += c;
  }
  return result;
}

void add_port(std::vector<std::string>& arguments, const char* id, const char* name, int number,
              const std::filesystem::path& socket) {
  arguments.insert(
      arguments.end(),
      {"-chardev", fmt::format("socket,id={},path={}", id, quoted(socket.string())), "-device",
       fmt::format("virtserialport,bus=serial.0,nr={},chardev={},name={}", number, id, name)});
}

}  // namespace

std::string drive_argument(const MachineDisk& disk) {
  return fmt::format("if=none,id={},format={},snapshot=on,cache=unsafe,file={}",
                     drive_name(disk.number), disk.format, quoted(disk.path.string()));
}

std::string device_argument(const MachineDisk& disk) {
  return fmt::format("scsi-hd,id={},bus=scsi.0,scsi-id={},lun=0,drive={}", device_name(disk.number),
                     disk.target, drive_name(disk.number));
}

std::string device_name(std::size_t number) {
  return fmt::format("disk{}", number);
}

std::string drive_name(std::size_t number) {
  return fmt::format("drive{}", number);
}

std::vector<std::string> machine_arguments(const Machine& machine) {
  std::vector<std::string> arguments{
      "-no-user-config", "-nodefaults", "-display", "none", "-no-reboot", "-machine",
      fmt::format("pc,accel={},graphics=off,usb=off,memory-backend=memory",
                  machine.kvm ? "kvm" : "tcg"),
      // Emulation takes a step for each byte of a string instruction: a kernel that is not told
      // that they are fast copies and clears by words.
      "-cpu", machine.kvm ? "max" : "max,la57=off,erms=off,fsrm=off", "-m",
      fmt::format("{}M", machine_memory >> 20), "-object",
      fmt::format("memory-backend-file,id=memory,size={},share={},mem-path={}", machine_memory,
                  machine.shares_memory ? "on" : "off", quoted(machine.memory_path)),
      "-kernel", machine.kernel.string(), "-device",
      // The machine is told by its control port when a disk comes or goes, not by the bus.
      "virtio-scsi-pci,id=scsi,num_queues=1,hotplug=off", "-device",
      "virtio-serial-pci,id=serial,max_ports=4"};
  add_port(arguments, "channel", channel_port, 1, machine.channel);
  add_port(arguments, "control", control_port, 2, machine.control);
  arguments.insert(arguments.end(), {"-serial", machine.console, "-chardev",
                                     "socket,id=monitor,path=" + quoted(machine.monitor.string()),
                                     "-mon", "chardev=monitor,mode=control"});
  arguments.insert(arguments.end(), machine.extra.begin(), machine.extra.end());
  return arguments;
}

std::string describe_machine(bool kvm) {
  Machine machine;
  machine.kvm = kvm;
  return fmt::format("{}", fmt::join(machine_arguments(machine), "\n"));
}

}  // namespace imprint::appliance
