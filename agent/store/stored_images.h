#pragma once

#include <functional>
#include <mutex>

#include "agent/ports/volumes.h"
#include "agent/store/paths.h"

namespace imprint::store {

/// The image files of LocalVolumes, with the contracts of that port. Thread-safe.
class StoredImages {
 public:
  explicit StoredImages(StatePaths paths) : paths_{std::move(paths)} {}

  Result<std::filesystem::path> prepare_incoming(const JobId& job);
  Result<std::filesystem::path> prepare_unpacked(const JobId& job);
  Result<> discard_incoming(const JobId& job);
  Result<StoredImage> adopt(const std::filesystem::path& incoming, ImageFormat format,
                            const std::optional<Hashed>& hashed,
                            const std::function<bool()>& cancelled);
  static Result<std::optional<StoredImage>> noted(const std::filesystem::path& incoming);
  Result<> probe(const Sha256& digest, std::uint64_t file_size) const;
  Result<> verify(const Sha256& digest, const std::function<bool()>& cancelled) const;
  Result<> remove(const Sha256& digest);

 private:
  /// `digest`: of the file, if it is known.
  Result<StoredImage> adopt_qcow2(const std::filesystem::path& file,
                                  const std::filesystem::path& incoming,
                                  const std::optional<Sha256>& digest,
                                  const std::function<bool()>& cancelled);
  /// By an earlier call for the same file.
  Result<std::optional<StoredImage>> adopted_before(const std::filesystem::path& incoming) const;

  StatePaths paths_;
  std::mutex publishing_;  ///< two jobs may bring the same bytes at once
};

}  // namespace imprint::store
