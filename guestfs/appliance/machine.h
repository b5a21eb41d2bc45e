#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace imprint::appliance {

/// What the one machine, saved once and restored often, is made of. QEMU restores a state only into
/// a machine with the same devices, so there is one function that lists them.
struct Machine {
  bool kvm = false;
  std::filesystem::path kernel;
  std::string memory_path;         ///< the file behind the machine's memory
  bool shares_memory = false;      ///< writes reach that file: while the state is made
  std::filesystem::path channel;   ///< guestfsd's socket, on which somebody listens
  std::filesystem::path control;   ///< as above, of the control port
  std::filesystem::path monitor;   ///< as above, of QMP
  std::string console = "null";    ///< where the serial console goes, in QEMU's words
  std::vector<std::string> extra;  ///< further arguments: disks, or what only a first boot needs
};

inline constexpr const char* qemu_program = "/usr/bin/qemu-system-x86_64";
/// Stands in the arguments for the socket that libguestfs alone knows; see hypervisor.cpp.
inline constexpr const char* channel_placeholder = "@channel@";
/// The descriptor of the memory's file in a restored machine, and its path.
inline constexpr int memory_descriptor = 3;
inline constexpr const char* restored_memory_path = "/proc/self/fd/3";
/// The socket's name on which imprint-appliance-qemu is told what to start, in TMPDIR.
inline constexpr const char* machine_socket = "machine";

inline constexpr std::uint64_t machine_memory = std::uint64_t{512} << 20;

/// A disk of a restored machine, read through a throw-away overlay in TMPDIR.
struct MachineDisk {
  std::size_t number = 0;      ///< tells it from every other one that this machine ever had
  std::size_t target = 0;      ///< SCSI target: 0, 1, ...
  std::filesystem::path path;  ///< may hold any character
  std::string format;          ///< QEMU's name of it
};

/// The values of -drive and -device that make up a disk.
std::string drive_argument(const MachineDisk& disk);
std::string device_argument(const MachineDisk& disk);
/// What device_argument() calls the disk of this number, and drive_argument() what is in it.
std::string device_name(std::size_t number);
std::string drive_name(std::size_t number);

/// The arguments of qemu-system-x86_64, without its own name.
std::vector<std::string> machine_arguments(const Machine& machine);

/// What decides whether a state fits: the arguments with every path left out.
std::string describe_machine(bool kvm);

}  // namespace imprint::appliance
