#pragma once

#include <vector>

#include "agent/model/report.h"
#include "guestfs/container/byte_source.h"
#include "guestfs/container/qcow2_header.h"

namespace imprint::container::qcow2 {

/// Walks the L1 table and every L2 table, and the refcount and snapshot tables as far as they point
/// into the file. disk.truncated: something lies behind the end of the file.
/// disk.qcow2-corrupt-or-dirty: an entry points where none may, what is in use has no refcount, or
/// what is written in place is used twice.
/// Reserved bits of entries are not looked at: QEMU masks them whenever it reads an entry, so they
/// change nothing. disk.blank: no cluster holds data.
/// One finding for each kind of fault, with the first place and the count. The header must have
/// passed check_sizes and keep its data in the file itself. Errc of the source if it cannot be
/// read.
Result<std::vector<Finding>> walk_tables(ByteSource& source, const Header& header);

/// The internal snapshots' headers: sizes within QEMU's limits, tables within the file.
Result<std::vector<Finding>> walk_snapshots(ByteSource& source, const Header& header);

}  // namespace imprint::container::qcow2
