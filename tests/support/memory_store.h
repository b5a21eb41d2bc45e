#pragma once
// The Store port in memory, for tests of what stands on it. The conformance suite
// (tests/support/store_conformance.h) holds it to the port's contract.

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "agent/ports/store.h"

namespace imprint::test {

/// What a MemoryStore holds; stores that share it stand for one store that is closed and opened
/// again.
struct MemoryContents {
  struct Lease {
    std::chrono::milliseconds time_to_live{};
    std::chrono::steady_clock::time_point ends;
  };

  std::mutex mutex;
  std::condition_variable changed;
  std::map<std::string, Entry> entries;
  std::vector<Event> history;  ///< in order of revision, which is the entry's `modified`
  Revision revision = 0;
  Revision compacted = 0;  ///< history before this revision is gone
  std::map<LeaseId, Lease> leases;
  LeaseId last_lease = 0;
};

class MemoryStore : public Store {
 public:
  MemoryStore();
  explicit MemoryStore(std::shared_ptr<MemoryContents> contents);

  Result<std::optional<Entry>> get(const std::string& key) override;
  Result<Listing> list(const std::string& prefix) override;
  Result<Revision> commit(const Transaction& transaction) override;
  Result<std::unique_ptr<Watch>> watch(const std::string& prefix, Revision from) override;
  Result<> compact(Revision revision) override;
  Result<LeaseId> grant_lease(std::chrono::milliseconds time_to_live) override;
  Result<> keep_lease(LeaseId lease) override;
  Result<> revoke_lease(LeaseId lease) override;

 private:
  std::shared_ptr<MemoryContents>
      contents_;  ///< shared with the watches, which may outlive the store
};

}  // namespace imprint::test
