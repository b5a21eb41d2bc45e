#include "agent/store/sqlite_state.h"

#include <algorithm>

namespace imprint::store {

const Schema SqliteState::schema{0x494D5331,  // "IMS1"
                                 1,
                                 R"(
CREATE TABLE state (one INTEGER PRIMARY KEY CHECK (one = 1), revision INTEGER NOT NULL,
                    compacted INTEGER NOT NULL, last_lease INTEGER NOT NULL) STRICT;
INSERT INTO state VALUES (1, 0, 0, 0);
CREATE TABLE entries (key BLOB PRIMARY KEY NOT NULL, value BLOB NOT NULL, created INTEGER NOT NULL,
                      modified INTEGER NOT NULL, version INTEGER NOT NULL, lease INTEGER) STRICT;
CREATE INDEX entries_of_lease ON entries (lease) WHERE lease IS NOT NULL;
CREATE TABLE history (position INTEGER PRIMARY KEY, revision INTEGER NOT NULL, erased INTEGER NOT NULL,
                      key BLOB NOT NULL, value BLOB NOT NULL, created INTEGER NOT NULL,
                      version INTEGER NOT NULL, lease INTEGER) STRICT;
CREATE INDEX history_by_revision ON history (revision);
CREATE TABLE leases (id INTEGER PRIMARY KEY, time_to_live INTEGER NOT NULL) STRICT;
)"};

Result<std::shared_ptr<SqliteState>> SqliteState::take(std::unique_ptr<SQLite::Database> database,
                                                       const std::filesystem::path& path) {
  auto state = std::make_shared<SqliteState>(std::move(database), path);
  TRY(state->database.read([&]() -> Result<> {
    state->load_leases();
    return {};
  }));
  return state;
}

void SqliteState::load_leases() {
  SQLite::Statement rows{*database, "SELECT id, time_to_live FROM leases"};
  while (rows.executeStep())
    keep(rows.getColumn(0).getInt64(), std::chrono::milliseconds{rows.getColumn(1).getInt64()});
}

Revision SqliteState::revision() {
  return database->execAndGet("SELECT revision FROM state").getInt64();
}

Revision SqliteState::compacted() {
  return database->execAndGet("SELECT compacted FROM state").getInt64();
}

Revision SqliteState::advance() {
  database->exec("UPDATE state SET revision = revision + 1");
  return revision();
}

void SqliteState::erase(const std::string& key, Revision at) {
  SQLite::Statement gone{*database, "DELETE FROM entries WHERE key = ?"};
  bind_bytes(gone, 1, key);
  if (gone.exec() == 0) return;
  SQLite::Statement event{*database,
                          "INSERT INTO history (revision, erased, key, value, created, version) "
                          "VALUES (?, 1, ?, x'', 0, 0)"};
  event.bind(1, at);
  bind_bytes(event, 2, key);
  event.exec();
}

void SqliteState::end_lease(LeaseId lease) {
  SQLite::Transaction transaction{*database, SQLite::TransactionBehavior::IMMEDIATE};
  std::vector<std::string> keys;
  SQLite::Statement rows{*database, "SELECT key FROM entries WHERE lease = ? ORDER BY key"};
  rows.bind(1, lease);
  while (rows.executeStep()) keys.push_back(rows.getColumn(0).getString());
  rows.reset();
  if (!keys.empty()) {
    const Revision at = advance();
    for (const auto& key : keys) erase(key, at);
  }
  SQLite::Statement gone{*database, "DELETE FROM leases WHERE id = ?"};
  gone.bind(1, lease);
  gone.exec();
  transaction.commit();
  leases.erase(lease);
  changed.notify_all();
}

void SqliteState::end_due_leases() {
  const auto now = SteadyClock::now();
  std::vector<LeaseId> due;
  for (const auto& [id, lease] : leases)
    if (lease.ends <= now) due.push_back(id);
  for (const LeaseId id : due) end_lease(id);
}

void SqliteState::keep(LeaseId lease, std::chrono::milliseconds time_to_live) {
  leases[lease] = {time_to_live, SteadyClock::now() + time_to_live};
}

SteadyClock::time_point SqliteState::next_end(SteadyClock::time_point limit) const {
  for (const auto& [id, lease] : leases) limit = std::min(limit, lease.ends);
  return limit;
}

Entry read_entry(SQLite::Statement& row) {
  Entry entry{row.getColumn(0).getString(), row.getColumn(1).getString(),
              row.getColumn(2).getInt64(),  row.getColumn(3).getInt64(),
              row.getColumn(4).getInt64(),  std::nullopt};
  if (!row.getColumn(5).isNull()) entry.lease = row.getColumn(5).getInt64();
  return entry;
}

void bind_lease(SQLite::Statement& statement, int index, const std::optional<LeaseId>& lease) {
  if (lease)
    statement.bind(index, *lease);
  else
    statement.bind(index);
}

}  // namespace imprint::store
