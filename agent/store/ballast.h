#pragma once

#include <cstdint>
#include <filesystem>

namespace imprint::store {

/// A file of the state folder that holds space for the databases: machines write to the same file
/// system and may fill it to the last byte, and just then a job must be able to record how it
/// ended.
inline constexpr std::uint64_t ballast_bytes = std::uint64_t{16} << 20;

/// Makes the file, with real blocks, unless there is one; only where twice as much stays free. A
/// failure is logged and no error: the next call tries again.
void load_ballast(const std::filesystem::path& file);

/// Gives the space up. False: there was none to give.
bool drop_ballast(const std::filesystem::path& file);

}  // namespace imprint::store
