#pragma once
// The first reader of an untrusted file: pure parsers over bytes, no QEMU, no libguestfs,
// milliseconds.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/model/report.h"
#include "guestfs/container/byte_source.h"

namespace imprint::container {

struct GateReport {
  ContainerFacts container;
  std::vector<Finding> findings;  ///< rules disk.*; any error: nobody opens the file any further
};

/// Judges the container: which format it is (all parsers look; two that match make a polyglot),
/// whether the header is sound, and that it refers to nothing outside itself. Never throws; every
/// fault is a finding. `declared`: what the caller says the format is, in our words or QEMU's; a
/// raw disk must be declared or hold a partition table or a known file system. Reads headers and
/// tables only, the latter in pieces and never more than table_bytes_budget of them, whatever the
/// bytes.
GateReport judge(ByteSource& source, const std::optional<std::string>& declared);

/// QEMU's word for a format of ContainerFacts: a VHD is its "vpc". The same word where it has none
/// of its own.
std::string_view qemu_name(std::string_view format);

/// Holds `qemu-img info --output=json` against what judge() found. Findings (disk.format-mismatch,
/// ...) where they disagree or where QEMU sees an external reference.
std::vector<Finding> compare_with_qemu(const ContainerFacts& facts, std::string_view qemu_img_info);

}  // namespace imprint::container
