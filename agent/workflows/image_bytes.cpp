#include "agent/workflows/image_bytes.h"

#include "agent/base/log.h"
#include "agent/workflows/records.h"

namespace imprint::workflows {

Result<> hold_bytes(Run& run, const Sha256& digest, std::uint64_t file_size) {
  return run.insist("store", [&]() -> Result<> {
    const std::lock_guard lock{run.shared.bytes};
    TRY(Records{run.ports.store}.hold_bytes(digest, run.job().id));
    return run.ports.volumes.probe_image(digest, file_size);
  });
}

Result<> reserve_bytes(Run& run, const Sha256& digest) {
  return run.insist("store", [&]() -> Result<> {
    const std::lock_guard lock{run.shared.bytes};
    return Records{run.ports.store}.hold_bytes(digest, run.job().id);
  });
}

Result<> release_bytes(Run& run, const Sha256& digest) {
  return run.insist("store",
                    [&] { return Records{run.ports.store}.release_bytes(digest, run.job().id); });
}

Result<> drop_unused_bytes(Run& run, const Sha256& digest) {
  return run.insist("store", [&]() -> Result<> {
    const std::lock_guard lock{run.shared.bytes};
    if (TRY(Records{run.ports.store}.bytes_used(digest))) return {};
    if (run.shared.uses_are_unknown()) {
      log::warn(
          "the bytes of image {} stay: 'node status' tells of systems without a record, "
          "continuing",
          digest.hex());
      return {};
    }
    return run.ports.volumes.remove_image(digest);
  });
}

Result<> let_go_of_bytes(Run& run, const Sha256& digest) {
  TRY(release_bytes(run, digest));
  return drop_unused_bytes(run, digest);
}

}  // namespace imprint::workflows
