#include "agent/store/sqlite_store.h"

#include <algorithm>
#include <set>

#include "agent/store/sqlite_copy.h"
#include "agent/store/sqlite_state.h"
#include "agent/store/sqlite_watch.h"

namespace imprint::store {
namespace {

Result<> check_form(const Transaction& transaction) {
  std::set<std::string> written;
  for (const Compare& compare : transaction.compare)
    if (compare.key.empty()) return make_error(Errc::invalid, "a key to compare is empty");
  for (const Put& put : transaction.put) {
    if (put.key.empty()) return make_error(Errc::invalid, "a key to put is empty");
    if (!written.insert(put.key).second)
      return make_error(Errc::invalid, "key '{}' is put twice in one transaction", put.key);
  }
  for (const std::string& key : transaction.erase) {
    if (key.empty()) return make_error(Errc::invalid, "a key to erase is empty");
    if (written.contains(key))
      return make_error(Errc::invalid, "key '{}' is put and erased in one transaction", key);
  }
  return {};
}

constexpr const char* select_entry =
    "SELECT key, value, created, modified, version, lease FROM entries ";

std::optional<Entry> find_entry(SqliteState& state, const std::string& key) {
  SQLite::Statement row{*state.database, std::string{select_entry} + "WHERE key = ?"};
  bind_bytes(row, 1, key);
  if (!row.executeStep()) return std::nullopt;
  return read_entry(row);
}

Result<> check_state(SqliteState& state, const Transaction& transaction) {
  for (const Compare& compare : transaction.compare) {
    const auto entry = find_entry(state, compare.key);
    const Revision modified = entry ? entry->modified : 0;
    if (modified != compare.modified)
      return make_error(Errc::conflict, "key '{}' is at revision {}, not {}", compare.key, modified,
                        compare.modified);
  }
  for (const Put& put : transaction.put)
    if (put.lease && !state.leases.contains(*put.lease))
      return make_error(Errc::not_found, "lease {} does not exist", *put.lease);
  return {};
}

bool changes_something(SqliteState& state, const Transaction& transaction) {
  return !transaction.put.empty() ||
         std::any_of(transaction.erase.begin(), transaction.erase.end(),
                     [&](const std::string& key) { return find_entry(state, key).has_value(); });
}

void write_entry(SqliteState& state, const char* sql, const Entry& entry) {
  SQLite::Statement statement{*state.database, sql};
  bind_bytes(statement, 1, entry.key);
  bind_bytes(statement, 2, entry.value);
  statement.bind(3, entry.created);
  statement.bind(4, entry.modified);
  statement.bind(5, entry.version);
  bind_lease(statement, 6, entry.lease);
  statement.exec();
}

void put_entry(SqliteState& state, const Put& put, Revision at) {
  const auto old = find_entry(state, put.key);
  const Entry entry{put.key,  put.value, old ? old->created : at, at, old ? old->version + 1 : 1,
                    put.lease};
  write_entry(state,
              "INSERT OR REPLACE INTO entries (key, value, created, modified, version, lease) "
              "VALUES (?, ?, ?, ?, ?, ?)",
              entry);
  write_entry(state,
              "INSERT INTO history (key, value, created, revision, version, lease, erased) "
              "VALUES (?, ?, ?, ?, ?, ?, 0)",
              entry);
}

Revision apply(SqliteState& state, const Transaction& changes) {
  SQLite::Transaction transaction{*state.database, SQLite::TransactionBehavior::IMMEDIATE};
  const Revision at = state.advance();
  for (const Put& put : changes.put) put_entry(state, put, at);
  for (const std::string& key : changes.erase) state.erase(key, at);
  transaction.commit();
  state.changed.notify_all();
  return at;
}

/// The first key that is greater than all that start with `prefix`; none: there is no such key.
std::optional<std::string> end_of_prefix(std::string prefix) {
  while (!prefix.empty() && prefix.back() == '\xff') prefix.pop_back();
  if (prefix.empty()) return std::nullopt;
  prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
  return prefix;
}

}  // namespace

SqliteStore::SqliteStore(std::shared_ptr<SqliteState> state) : state_{std::move(state)} {}
SqliteStore::~SqliteStore() = default;

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::filesystem::path& path) {
  auto database = TRY(open_database(path, SqliteState::schema));
  return std::unique_ptr<SqliteStore>{
      new SqliteStore{TRY(SqliteState::take(std::move(database), path))}};
}

Result<std::unique_ptr<SqliteStore>> SqliteStore::open_copy(const std::filesystem::path& path) {
  auto database = TRY(copy_database(path, SqliteState::schema));
  return std::unique_ptr<SqliteStore>{
      new SqliteStore{TRY(SqliteState::take(std::move(database), path))}};
}

bool SqliteStore::is_newer(const std::filesystem::path& path) {
  return store::is_newer(path, SqliteState::schema);
}

Result<> SqliteStore::keep_aside(const std::string& key) {
  return state_->write([&]() -> Result<> {
    if (!find_entry(*state_, key)) return make_error(Errc::not_found, "no record '{}'", key);
    SQLite::Transaction transaction{*state_->database, SQLite::TransactionBehavior::IMMEDIATE};
    state_->database->exec(
        "CREATE TABLE IF NOT EXISTS set_aside (key BLOB, value BLOB, created INTEGER, "
        "modified INTEGER, version INTEGER, moved TEXT) STRICT");
    SQLite::Statement row{*state_->database,
                          "INSERT INTO set_aside SELECT key, value, created, modified, version, "
                          "datetime('now') FROM entries WHERE key = ?"};
    bind_bytes(row, 1, key);
    row.exec();
    transaction.commit();
    return {};
  });
}

Result<std::optional<Entry>> SqliteStore::get(const std::string& key) {
  return state_->read([&]() -> Result<std::optional<Entry>> { return find_entry(*state_, key); });
}

Result<Listing> SqliteStore::list(const std::string& prefix) {
  return state_->read([&]() -> Result<Listing> {
    Listing listing{state_->revision(), {}};
    const auto end = end_of_prefix(prefix);
    SQLite::Statement rows{*state_->database, std::string{select_entry} + "WHERE key >= ? " +
                                                  (end ? "AND key < ? " : "") + "ORDER BY key"};
    bind_bytes(rows, 1, prefix);
    if (end) bind_bytes(rows, 2, *end);
    while (rows.executeStep()) listing.entries.push_back(read_entry(rows));
    return listing;
  });
}

Result<Revision> SqliteStore::commit(const Transaction& transaction) {
  TRY(check_form(transaction));
  return state_->write([&]() -> Result<Revision> {
    TRY(check_state(*state_, transaction));
    if (!changes_something(*state_, transaction)) return state_->revision();
    return apply(*state_, transaction);
  });
}

Result<std::unique_ptr<Watch>> SqliteStore::watch(const std::string& prefix, Revision from) {
  return state_->read([&]() -> Result<std::unique_ptr<Watch>> {
    if (from < state_->compacted())
      return make_error(Errc::exhausted, "revision {} was compacted away", from);
    return std::unique_ptr<Watch>{std::make_unique<SqliteWatch>(state_, prefix, from)};
  });
}

Result<> SqliteStore::compact(Revision revision) {
  return state_->write([&]() -> Result<> {
    if (revision > state_->revision() + 1)
      return make_error(Errc::invalid, "revision {} is not reached yet", revision);
    SQLite::Transaction transaction{*state_->database, SQLite::TransactionBehavior::IMMEDIATE};
    for (const char* sql : {"DELETE FROM history WHERE revision < ?",
                            "UPDATE state SET compacted = max(compacted, ?)"}) {
      SQLite::Statement statement{*state_->database, sql};
      statement.bind(1, revision);
      statement.exec();
    }
    transaction.commit();
    state_->changed.notify_all();
    return {};
  });
}

Result<LeaseId> SqliteStore::grant_lease(std::chrono::milliseconds time_to_live) {
  if (time_to_live.count() < 1 || time_to_live > SqliteState::longest_lease)
    return make_error(Errc::invalid, "a lease of {} ms is not between 1 ms and 365 days",
                      time_to_live.count());
  return state_->write([&]() -> Result<LeaseId> {
    SQLite::Transaction transaction{*state_->database, SQLite::TransactionBehavior::IMMEDIATE};
    state_->database->exec("UPDATE state SET last_lease = last_lease + 1");
    const LeaseId id = state_->database->execAndGet("SELECT last_lease FROM state").getInt64();
    SQLite::Statement row{*state_->database, "INSERT INTO leases (id, time_to_live) VALUES (?, ?)"};
    row.bind(1, id);
    row.bind(2, static_cast<std::int64_t>(time_to_live.count()));
    row.exec();
    transaction.commit();
    state_->keep(id, time_to_live);
    state_->changed.notify_all();  // a watch that sleeps must learn of the new end
    return id;
  });
}

Result<> SqliteStore::keep_lease(LeaseId lease) {
  return state_->write([&]() -> Result<> {
    const auto found = state_->leases.find(lease);
    if (found == state_->leases.end())
      return make_error(Errc::not_found, "lease {} has ended", lease);
    state_->keep(lease, found->second.time_to_live);
    return {};
  });
}

Result<> SqliteStore::revoke_lease(LeaseId lease) {
  return state_->write([&]() -> Result<> {
    if (!state_->leases.contains(lease))
      return make_error(Errc::not_found, "lease {} has ended", lease);
    state_->end_lease(lease);
    return {};
  });
}

}  // namespace imprint::store
