#pragma once

#include "agent/model/ids.h"
#include "agent/model/image.h"
#include "agent/workflows/run.h"

namespace imprint::workflows {

/// Holds the image's bytes for this job, so that nobody removes them, and makes sure that they are
/// there. Errc::corrupt: they are not what the record says.
Result<> hold_bytes(Run& run, const Sha256& digest, std::uint64_t file_size);
/// Holds them, whether or not they are there yet.
Result<> reserve_bytes(Run& run, const Sha256& digest);
Result<> release_bytes(Run& run, const Sha256& digest);

/// Removes an image's bytes unless an image, a disk or another job needs them.
Result<> drop_unused_bytes(Run& run, const Sha256& digest);
/// Releases them, and drops them if nobody else needs them: the undo of a hold.
Result<> let_go_of_bytes(Run& run, const Sha256& digest);

}  // namespace imprint::workflows
