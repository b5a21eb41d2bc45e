#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"

namespace imprint::appliance {

/// The version of an x86 kernel file, as uname -r tells it (Documentation/arch/x86/boot.rst:
/// kernel_version). Errc::corrupt: it names none.
Result<std::string> kernel_version(const std::filesystem::path& kernel);

/// The modules that the appliance loads, as paths relative to the modules' folder, each after all
/// that it needs: the machine's devices, file systems of disks, RAID and device-mapper.
/// `dependencies` is the text of modules.dep (depmod(8)). Pure.
std::vector<std::string> modules_to_load(std::string_view dependencies);

}  // namespace imprint::appliance
