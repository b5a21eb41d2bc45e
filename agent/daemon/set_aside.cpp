#include "agent/daemon/set_aside.h"

#include <algorithm>

#include "agent/ports/clock.h"
#include "agent/store/sqlite_journal.h"
#include "agent/store/sqlite_store.h"
#include "agent/store/state_folder.h"
#include "agent/workflows/records.h"

namespace imprint::daemon {
namespace {

Result<std::string> set_record_aside(const store::StatePaths& paths, const std::string& key) {
  const auto store = TRY(store::SqliteStore::open(paths.store()));
  workflows::Records records{*store};
  const auto damaged = TRY(records.damaged());
  if (std::ranges::find(damaged, key, &workflows::DamagedRecord::key) == damaged.end())
    return make_error(Errc::not_found, "no damaged record has the key '{}'", key);
  const auto known = TRY(records.derived(key));
  TRY(store->keep_aside(key));
  Transaction change;
  if (known)
    change.put.push_back({key, *known, std::nullopt});
  else
    change.erase.push_back(key);
  // The name of an instance without a record would belong to nobody, and be taken.
  const Listing names = TRY(store->list("instance-names/"));
  for (const Entry& name : names.entries)
    if (!known && key == "instances/" + name.value) change.erase.push_back(name.key);
  TRY(store->commit(change));
  return fmt::format("record '{}' is set aside, in table set_aside of '{}'{}", key,
                     paths.store().string(), known ? "; written anew: " + *known : "");
}

}  // namespace

Result<std::string> set_aside(const config::Config& config, const std::string& name) {
  const auto folder = TRY(store::StateFolder::open(store::StatePaths{config.state_folder}));
  if (name.find('/') != std::string::npos) return set_record_aside(folder.paths(), name);
  const SystemClock clock;
  const auto journal = TRY(store::SqliteJournal::open(folder.paths().journal(), clock));
  TRY(journal->set_aside(name));
  return fmt::format("job '{}' is set aside, in table set_aside of '{}'", name,
                     folder.paths().journal().string());
}

}  // namespace imprint::daemon
