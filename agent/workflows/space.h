#pragma once

#include <cstdint>
#include <map>
#include <mutex>

#include "agent/base/result.h"
#include "agent/model/ids.h"
#include "agent/ports/volumes.h"

namespace imprint::workflows {

/// What running jobs are about to write and have not written yet, so that two of them never count
/// on the same free bytes. Kept in memory: after a crash each job claims again as its step begins.
/// Thread-safe.
class SpaceLedger {
 public:
  /// Replaces what the job claims. Errc::exhausted, and the old claim stays: what is free does not
  /// cover it beside the claims of all others and `kept` bytes, which nobody may use.
  Result<> claim(const JobId& job, std::uint64_t bytes, std::uint64_t free, std::uint64_t kept);
  void release(const JobId& job);

  /// What is left of `free` for a job.
  std::uint64_t available(const JobId& job, std::uint64_t free, std::uint64_t kept);
  /// All claims.
  std::uint64_t claimed();

 private:
  [[nodiscard]] std::uint64_t others(const JobId& job) const;

  std::mutex mutex_;
  std::map<std::string, std::uint64_t> claims_;
};

class Run;

/// What a step is about to write, claimed until the end of the step: from then on it is no longer
/// free anyway. Belongs to one worker.
class SpaceClaim {
 public:
  explicit SpaceClaim(Run& run) : run_{run} {}
  SpaceClaim(const SpaceClaim&) = delete;
  SpaceClaim& operator=(const SpaceClaim&) = delete;
  ~SpaceClaim();

  /// Claims so many bytes in place of what was claimed before. Errc::exhausted, with the figures.
  Result<> set(std::uint64_t bytes);
  /// As set(), and how much more the job could have.
  Result<std::uint64_t> set_and_measure(std::uint64_t bytes);

 private:
  Run& run_;
};

/// Bytes that a thin disk and a seed take before anything is written to them.
inline constexpr std::uint64_t new_disk_bytes = std::uint64_t{1} << 20;

}  // namespace imprint::workflows
