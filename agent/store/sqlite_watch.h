#pragma once

#include "agent/store/sqlite_state.h"

namespace imprint::store {

/// Reads the history of the database; woken by commits of this process.
class SqliteWatch : public Watch {
 public:
  SqliteWatch(std::shared_ptr<SqliteState> state, std::string prefix, Revision from)
      : state_{std::move(state)}, prefix_{std::move(prefix)}, next_{from} {}

  Result<std::vector<Event>> next(std::chrono::milliseconds wait) override;

 private:
  Result<std::vector<Event>> take();

  std::shared_ptr<SqliteState> state_;  ///< shared with the store, which the watch may outlive
  std::string prefix_;
  Revision next_;
};

}  // namespace imprint::store
