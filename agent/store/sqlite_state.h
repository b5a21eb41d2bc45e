#pragma once
// The database of the store, the ends of its leases and the lock over both. Used by SqliteStore and
// its watches only.

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "agent/ports/store.h"
#include "agent/store/sqlite_file.h"

namespace imprint::store {

using SteadyClock = std::chrono::steady_clock;

class SqliteState {
 public:
  static constexpr std::chrono::hours longest_lease{24 * 365};

  static const Schema schema;

  /// Takes a database of this schema, which is at `path`.
  static Result<std::shared_ptr<SqliteState>> take(std::unique_ptr<SQLite::Database> database,
                                                   const std::filesystem::path& path);
  SqliteState(std::unique_ptr<SQLite::Database> taken, const std::filesystem::path& path)
      : database{path, schema, std::move(taken)} {}

  /// Runs `body`, which only looks, with the lock held, after the leases whose time is over have
  /// ended, so that no caller sees their keys.
  template <class Body>
  std::invoke_result_t<Body> read(Body body) {
    const std::lock_guard lock{mutex};
    return look(body);
  }
  /// The same where the lock is held already. The end of a lease is a write like another.
  template <class Body>
  std::invoke_result_t<Body> look(Body body) {
    if (next_end(SteadyClock::time_point::max()) > SteadyClock::now()) return database.read(body);
    return database.write(after_leases(body));
  }
  /// The same for what changes something.
  template <class Body>
  std::invoke_result_t<Body> write(Body body) {
    const std::lock_guard lock{mutex};
    return database.write(after_leases(body));
  }

  // The following throw SQLite::Exception and are called within perform or with the lock held.

  Revision revision();
  Revision compacted();
  /// Within a transaction: the next revision, recorded.
  Revision advance();
  /// Within a transaction: erases the key and records it; nothing if it is not there.
  void erase(const std::string& key, Revision at);
  /// Erases the lease and its keys in one transaction and wakes the watches.
  void end_lease(LeaseId lease);
  void end_due_leases();

  /// A lease's time begins anew.
  void keep(LeaseId lease, std::chrono::milliseconds time_to_live);
  /// When the next lease ends, at the latest `limit`.
  [[nodiscard]] SteadyClock::time_point next_end(SteadyClock::time_point limit) const;

  struct Lease {
    std::chrono::milliseconds time_to_live{};
    SteadyClock::time_point ends;
  };

  SqliteFile database;
  std::map<LeaseId, Lease>
      leases;        ///< as in the database, with their ends, which only this process knows
  std::mutex mutex;  ///< over all of the above
  std::condition_variable changed;  ///< something was committed or compacted

 private:
  template <class Body>
  auto after_leases(Body& body) {
    return [this, &body]() -> std::invoke_result_t<Body> {
      end_due_leases();
      return body();
    };
  }
  void load_leases();
};

/// The entry in the row of a statement that selects key, value, created, modified, version, lease.
Entry read_entry(SQLite::Statement& row);
void bind_lease(SQLite::Statement& statement, int index, const std::optional<LeaseId>& lease);

}  // namespace imprint::store
