#pragma once
// The partition table of a raw disk, as far as the gate needs it: is there one, is it sound, does
// it fit the disk.

#include <cstdint>
#include <string>
#include <vector>

#include "agent/model/report.h"
#include "guestfs/container/byte_source.h"
#include "guestfs/container/bytes.h"

namespace imprint::container {

struct Partition {
  int number = 0;
  std::uint64_t start = 0;  ///< bytes
  std::uint64_t size = 0;   ///< bytes
  bool extended = false;    ///< of an MBR: it only holds the logical ones
};

enum class TableKind { none, mbr, gpt };

struct PartitionTable {
  TableKind kind = TableKind::none;
  std::uint64_t sector_size = 512;  ///< that the table counts in
  std::uint64_t end = 0;    ///< bytes of disk that a GPT counts on; Linux reads none that is longer
  bool protective = false;  ///< the MBR has an entry of type 0xee, which announces a GPT
  bool announced = false;   ///< that entry starts at sector 1, without which none counts
  std::vector<Partition> partitions;  ///< the protective entry of a GPT is not one
  std::vector<Finding> findings;      ///< disk.mbr-pte-invalid, -gpt-damaged, -partitions-overlap
};

/// Reads GPT or, failing that, MBR with its logical partitions. `head`: the first bytes of the
/// disk, 512 at least for a table to be found. Errc of the source if it cannot be read.
Result<PartitionTable> read_partition_table(ByteSource& source, Bytes head);

/// The four entries of the MBR. The boot sector of a file system bears the same signature; it is
/// told apart by its own fields, or by `filesystem` (there is one on the whole disk), unless the
/// entries make sense all the same.
PartitionTable read_mbr(Bytes sector, std::uint64_t disk_size, bool filesystem);

/// Whether a type of the MBR is that of an extended partition.
bool is_extended_type(unsigned type);

/// Adds the logical partitions, numbered from 5, by walking the chain of their tables through each
/// extended partition. disk.mbr-pte-invalid where a chain leaves it, turns back or does not end.
/// Errc of the source if it cannot be read.
Result<> read_logical_partitions(ByteSource& source, PartitionTable& table);

/// Both headers and the entries. kind is none if neither header bears the signature.
Result<PartitionTable> read_gpt(ByteSource& source);

}  // namespace imprint::container
