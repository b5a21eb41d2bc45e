#pragma once
// A machine's saved state as one file:
//   512 bytes   a JSON object, filled up with spaces: format, key, sizes, digest of all that
//   follows state       the devices' state, as QEMU's migration stream runs        pairs of 64-bit
//   little-endian numbers: first page, number of pages pages       4096 bytes each, in the runs'
//   order; pages of zeros are left out
// The digest is XXH3 with 128 bits: it finds damage as fast as memory is read. It is no defence
// against whoever may write the file, who could write the digest as well; that is what the owner
// and the mode of the file are looked at for.

#include <cstdint>
#include <filesystem>
#include <string>

#include "agent/base/fd.h"
#include "agent/base/result.h"

namespace imprint::appliance {

/// A state in memory that nobody can change any more: two sealed memfds (memfd_create(2)). What was
/// checked is what is used.
struct LoadedState {
  Fd memory;   ///< as large as the machine's memory
  Fd devices;  ///< the migration stream
};

/// Writes the state file, not synced: damage is found by the digest. Errors of the files.
Result<> write_state(const std::filesystem::path& target, const std::string& key,
                     const std::string& devices, const std::filesystem::path& memory);

/// Reads and checks a state file; some tens of milliseconds. Errors: not_found; denied (it belongs
/// to another user than this one or root, or others may write it); conflict (it has another key or
/// format); corrupt (damaged or cut short); exhausted (no memory).
Result<LoadedState> load_state(const std::filesystem::path& path, const std::string& key);

}  // namespace imprint::appliance
