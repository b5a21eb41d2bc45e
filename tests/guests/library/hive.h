#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace imprint::guests {

/// REG_SZ, REG_DWORD, REG_MULTI_SZ.
using HiveValue = std::variant<std::string, std::uint32_t, std::vector<std::string>>;
using HiveValues = std::map<std::string, HiveValue>;

/// The bytes of a registry hive with these keys ("Select", "ControlSet001\\Services\\viostor") and
/// their values, written by libhivex. Keys on the way are made.
std::string make_hive(const std::map<std::string, HiveValues>& keys);

}  // namespace imprint::guests
