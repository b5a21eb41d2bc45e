#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/result.h"
#include "agent/model/ids.h"
#include "agent/model/json_fwd.h"

namespace imprint {

enum class DiskRole { system, data, seed };
std::string_view to_string(DiskRole role) noexcept;

enum class DiskFormat { qcow2, raw };
std::string_view to_string(DiskFormat format) noexcept;
Result<DiskFormat> parse_disk_format(std::string_view text);

/// A disk file of ours. Its format is what this record says, for ever; the file's bytes are never
/// asked.
struct Disk {
  DiskRole role = DiskRole::data;
  std::string path;  ///< absolute
  DiskFormat format = DiskFormat::qcow2;
  std::string
      serial;  ///< what the guest sees under /dev/disk/by-id/virtio-SERIAL; at most 20 characters
  std::uint64_t size = 0;                ///< virtual size in bytes
  std::optional<std::string> base_path;  ///< the backing file, always qcow2, always an image of our
                                         ///< store; none: standalone
  std::optional<Sha256> base_digest;
  std::int64_t generation = 1;
};

/// Where the variables of a UEFI machine lie: beside its system disk, because boot entries belong
/// to the system and must come back, and go, with it.
std::string firmware_variables(const std::string& system_disk);

Json to_json(const Disk& disk);
Result<Disk> parse_disk_record(const Json& json, std::string where);

}  // namespace imprint
