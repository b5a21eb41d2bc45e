#pragma once
// The state of the node or, with another implementation, of the fleet: a revisioned key-value
// store. Images, instances and all that must be seen by others lives here; the job journal does not
// (agent/ports/journal.h). One conformance suite (tests/support/store_conformance.h) holds every
// implementation to these sentences.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/result.h"

namespace imprint {

/// Of the whole store: grows by one with every committed transaction that changes something. 0:
/// empty store.
using Revision = std::int64_t;
using LeaseId = std::int64_t;

struct Entry {
  std::string key;
  std::string value;
  Revision created = 0;      ///< revision of the transaction that created the key
  Revision modified = 0;     ///< revision of the last put
  std::int64_t version = 0;  ///< number of puts since it was created, from 1
  std::optional<LeaseId> lease;
};

struct Compare {
  std::string key;
  Revision modified = 0;  ///< must equal the key's `modified`; 0: the key must not exist
};

struct Put {
  std::string key;
  std::string value;
  std::optional<LeaseId> lease;  ///< the key is erased when the lease ends
};

struct Transaction {
  std::vector<Compare> compare;
  std::vector<Put> put;
  std::vector<std::string> erase;  ///< a key that does not exist is passed over
};

struct Listing {
  Revision revision =
      0;  ///< of the store when it was listed: watch from revision + 1 misses nothing
  std::vector<Entry> entries;  ///< sorted by key
};

struct Event {
  enum class Kind { put, erased };
  Kind kind = Kind::put;
  Entry entry;  ///< of an erased key: only `key`, and `modified` is the revision that erased it
};

/// A stream of what happens to a prefix. Not thread-safe; close by destruction.
class Watch {
 public:
  virtual ~Watch() = default;
  /// The next events in order of revision, all of one transaction together; empty when nothing came
  /// within `wait`. Errc::exhausted: the revision asked for was compacted away: list again and
  /// watch from there.
  virtual Result<std::vector<Event>> next(std::chrono::milliseconds wait) = 0;
};

/// Thread-safe. Errors of all calls: unavailable (the store does not answer; a commit may still
/// have happened), corrupt (what is stored cannot be read), exhausted (no space).
class Store {
 public:
  virtual ~Store() = default;

  virtual Result<std::optional<Entry>> get(const std::string& key) = 0;
  virtual Result<Listing> list(const std::string& prefix) = 0;

  /// Applies all or nothing, durably before it returns. The store's revision after it;
  /// Errc::conflict if a compare fails (the message names the key). A transaction that puts one key
  /// twice, or puts and erases it, is Errc::invalid; so is an empty key. Errc::not_found: a lease
  /// that does not exist.
  virtual Result<Revision> commit(const Transaction& transaction) = 0;

  /// Events of keys that start with `prefix`, from `from` (inclusive).
  virtual Result<std::unique_ptr<Watch>> watch(const std::string& prefix, Revision from) = 0;

  /// Forgets history before `revision` (exclusive): watches from there are refused with
  /// Errc::exhausted, here or by their next(). Errc::invalid: a revision that the store has not
  /// reached.
  virtual Result<> compact(Revision revision) = 0;

  /// Errc::invalid: not 1 ms to 365 days. A store that is opened again gives each lease its whole
  /// time once more.
  virtual Result<LeaseId> grant_lease(std::chrono::milliseconds time_to_live) = 0;
  /// Errc::not_found: it has ended.
  virtual Result<> keep_lease(LeaseId lease) = 0;
  /// Ends it and erases its keys. Errc::not_found: it has ended already.
  virtual Result<> revoke_lease(LeaseId lease) = 0;
};

}  // namespace imprint
