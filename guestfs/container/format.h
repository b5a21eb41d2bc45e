#pragma once
// One row for each disk format: how its bytes are recognised, and how they are judged. A new format
// is a file of its own, two declarations here and a row in format.cpp.

#include <span>
#include <string_view>
#include <vector>

#include "guestfs/container/bytes.h"
#include "guestfs/container/gate.h"

namespace imprint::container {

/// What recognisers look at. All of them look, so they read nothing else.
struct Probe {
  ByteSource& source;
  std::vector<std::byte> head;  ///< the first bytes, up to head_length
  std::vector<std::byte> tail;  ///< the last 512 bytes; shorter for a smaller file

  static constexpr std::size_t head_length =
      72 << 10;  ///< reaches past the descriptors of ISO 9660 and UDF
  static constexpr std::size_t tail_length = 512;

  /// Errc of the source if it cannot be read.
  static Result<Probe> look_at(ByteSource& source);
};

struct Format {
  std::string_view name;  ///< as in ContainerFacts::format
  bool (*recognise)(const Probe&);
  /// Adds findings and facts. Fails only if the source cannot be read.
  Result<> (*judge)(const Probe&, GateReport&);
};

/// All formats that bytes tell; raw is what remains when none matches.
std::span<const Format> formats();

bool recognise_qcow2(const Probe& probe);
Result<> judge_qcow2(const Probe& probe, GateReport& report);
bool recognise_qcow1(const Probe& probe);
Result<> judge_qcow1(const Probe& probe, GateReport& report);
bool recognise_qed(const Probe& probe);
Result<> judge_qed(const Probe& probe, GateReport& report);
bool recognise_vmdk(const Probe& probe);
Result<> judge_vmdk(const Probe& probe, GateReport& report);
bool recognise_vhd(const Probe& probe);
Result<> judge_vhd(const Probe& probe, GateReport& report);
bool recognise_vhdx(const Probe& probe);
Result<> judge_vhdx(const Probe& probe, GateReport& report);
bool recognise_vdi(const Probe& probe);
Result<> judge_vdi(const Probe& probe, GateReport& report);
bool recognise_luks(const Probe& probe);
Result<> judge_luks(const Probe& probe, GateReport& report);
/// An optical disc. Not one that is also a hard disk with a root file system in a partition
/// ("hybrid"): that is raw.
bool recognise_iso(const Probe& probe);
Result<> judge_iso(const Probe& probe, GateReport& report);
/// Formats of other programs that hold a disk, and that we refuse by name.
bool recognise_foreign(const Probe& probe);
Result<> judge_foreign(const Probe& probe, GateReport& report);
/// gzip, xz, zstd, bzip2, zip, 7z and tar: not disks, but often handed in as such.
bool recognise_archive(const Probe& probe);
Result<> judge_archive(const Probe& probe, GateReport& report);

Result<> judge_raw(const Probe& probe, GateReport& report);

}  // namespace imprint::container
