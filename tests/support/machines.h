#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "agent/ports/hypervisor.h"

namespace imprint::test {

inline Disk disk_at(const std::filesystem::path& path, DiskRole role, const std::string& serial) {
  Disk disk;
  disk.role = role;
  disk.path = path.string();
  disk.format = role == DiskRole::seed ? DiskFormat::raw : DiskFormat::qcow2;
  disk.serial = serial;
  disk.size = std::uint64_t{16} << 20;
  return disk;
}

/// A machine with one data disk whose files lie, or would lie, in the folder.
inline Machine machine_in(const std::filesystem::path& folder) {
  InstanceId instance = InstanceId::generate();
  std::string uuid = machine_uuid(instance);
  return {std::move(instance),
          std::move(uuid),
          "web",
          1,
          std::uint64_t{64} << 20,
          Firmware::bios,
          std::nullopt,
          "52:54:00:12:34:56",
          disk_at(folder / "system.1.qcow2", DiskRole::system, "system"),
          disk_at(folder / "seed.1.iso", DiskRole::seed, "seed"),
          {disk_at(folder / "data.1.qcow2", DiskRole::data, "data-1")},
          folder / "console.log",
          1};
}

/// The machine after a reimage: another system disk and seed, everything else the same.
inline Machine reimaged(Machine machine, const std::filesystem::path& folder) {
  machine.system.path = (folder / "system.2.qcow2").string();
  machine.seed.path = (folder / "seed.2.iso").string();
  ++machine.generation;
  return machine;
}

}  // namespace imprint::test
