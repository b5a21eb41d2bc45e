#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "agent/base/command.h"
#include "agent/ports/hypervisor.h"

namespace imprint::test {

inline void run_or_fail(const std::vector<std::string>& arguments) {
  Command command;
  command.arguments = arguments;
  const auto ran = run_checked(command);
  ASSERT_TRUE(ran) << ran.error().message;
}

/// Makes the machine's empty disks, those that do not exist yet.
inline void make_disks(const Machine& machine) {
  std::vector<Disk> disks = machine.data_disks;
  disks.push_back(machine.system);
  for (const Disk& disk : disks)
    if (!std::filesystem::exists(disk.path))
      run_or_fail({"qemu-img", "create", "-q", "-f", std::string{to_string(disk.format)}, disk.path,
                   std::to_string(disk.size)});
  if (std::filesystem::exists(machine.seed.path)) return;
  std::ofstream{machine.seed.path};
  std::filesystem::resize_file(machine.seed.path, machine.seed.size);
}

}  // namespace imprint::test
