#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "agent/ports/store.h"

namespace imprint::store {

class SqliteState;

/// The Store port in one SQLite file, for one process. A commit is on disk when it returns.
class SqliteStore : public Store {
 public:
  /// Opens the file or makes it. Errors name the file: corrupt (no database of ours, or damaged),
  /// invalid (written by a newer program, or no regular file), denied, exhausted, unavailable.
  static Result<std::unique_ptr<SqliteStore>> open(const std::filesystem::path& path);
  /// What the file holds now, in memory, whatever program wrote it: nothing is written to it.
  static Result<std::unique_ptr<SqliteStore>> open_copy(const std::filesystem::path& path);
  /// Whether a newer program wrote the file.
  static bool is_newer(const std::filesystem::path& path);
  ~SqliteStore() override;

  /// Copies the key's entry into the table `set_aside` of the same file, so that nothing of it is
  /// lost when the key is put or erased. Errc::not_found.
  Result<> keep_aside(const std::string& key);

  Result<std::optional<Entry>> get(const std::string& key) override;
  Result<Listing> list(const std::string& prefix) override;
  Result<Revision> commit(const Transaction& transaction) override;
  Result<std::unique_ptr<Watch>> watch(const std::string& prefix, Revision from) override;
  Result<> compact(Revision revision) override;
  Result<LeaseId> grant_lease(std::chrono::milliseconds time_to_live) override;
  Result<> keep_lease(LeaseId lease) override;
  Result<> revoke_lease(LeaseId lease) override;

 private:
  explicit SqliteStore(std::shared_ptr<SqliteState> state);

  std::shared_ptr<SqliteState> state_;  ///< shared with the watches, which may outlive the store
};

}  // namespace imprint::store
