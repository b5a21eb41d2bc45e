#include "agent/workflows/space.h"

#include "agent/policy/sizes.h"
#include "agent/workflows/run.h"

namespace imprint::workflows {

std::uint64_t SpaceLedger::others(const JobId& job) const {
  std::uint64_t sum = 0;
  for (const auto& [owner, bytes] : claims_)
    if (owner != job.str()) sum += bytes;
  return sum;
}

Result<> SpaceLedger::claim(const JobId& job, std::uint64_t bytes, std::uint64_t free,
                            std::uint64_t kept) {
  const std::lock_guard lock{mutex_};
  const std::uint64_t taken = others(job);
  TRY(policy::require_space(free > taken ? free - taken : 0, bytes, kept));
  claims_[job.str()] = bytes;
  return {};
}

void SpaceLedger::release(const JobId& job) {
  const std::lock_guard lock{mutex_};
  claims_.erase(job.str());
}

std::uint64_t SpaceLedger::available(const JobId& job, std::uint64_t free, std::uint64_t kept) {
  const std::lock_guard lock{mutex_};
  const std::uint64_t taken = others(job) + kept;
  return free > taken ? free - taken : 0;
}

std::uint64_t SpaceLedger::claimed() {
  const std::lock_guard lock{mutex_};
  std::uint64_t sum = 0;
  for (const auto& [owner, bytes] : claims_) sum += bytes;
  return sum;
}

SpaceClaim::~SpaceClaim() {
  run_.shared.space.release(run_.job().id);
}

Result<> SpaceClaim::set(std::uint64_t bytes) {
  const auto space = TRY(run_.ports.volumes.space());
  return run_.shared.space.claim(run_.job().id, bytes, space.free, run_.settings.space_full);
}

Result<std::uint64_t> SpaceClaim::set_and_measure(std::uint64_t bytes) {
  TRY(set(bytes));
  const auto space = TRY(run_.ports.volumes.space());
  return run_.shared.space.available(run_.job().id, space.free, run_.settings.space_full);
}

}  // namespace imprint::workflows
