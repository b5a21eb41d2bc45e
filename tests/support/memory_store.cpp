#include "tests/support/memory_store.h"

#include <algorithm>
#include <set>

namespace imprint::test {
namespace {

using SteadyClock = std::chrono::steady_clock;
constexpr std::chrono::hours longest_lease{24 * 365};

void erase_key(MemoryContents& contents, const std::string& key) {
  if (contents.entries.erase(key) == 0) return;
  Entry erased;
  erased.key = key;
  erased.modified = contents.revision;
  contents.history.push_back({Event::Kind::erased, std::move(erased)});
}

void end_lease(MemoryContents& contents, LeaseId lease) {
  contents.leases.erase(lease);
  std::vector<std::string> keys;
  for (const auto& [key, entry] : contents.entries)
    if (entry.lease == lease) keys.push_back(key);
  if (keys.empty()) return;
  ++contents.revision;
  for (const auto& key : keys) erase_key(contents, key);
  contents.changed.notify_all();
}

/// Ends the leases whose time is over; every call does so first, so that none sees their keys.
void end_due_leases(MemoryContents& contents) {
  std::vector<LeaseId> due;
  for (const auto& [id, lease] : contents.leases)
    if (lease.ends <= SteadyClock::now()) due.push_back(id);
  for (const LeaseId id : due) end_lease(contents, id);
}

Result<> check_form(const Transaction& transaction) {
  std::set<std::string> written;
  for (const Compare& compare : transaction.compare)
    if (compare.key.empty()) return make_error(Errc::invalid, "a key is empty");
  for (const Put& put : transaction.put) {
    if (put.key.empty()) return make_error(Errc::invalid, "a key is empty");
    if (!written.insert(put.key).second)
      return make_error(Errc::invalid, "key '{}' is put twice", put.key);
  }
  for (const std::string& key : transaction.erase) {
    if (key.empty()) return make_error(Errc::invalid, "a key is empty");
    if (written.contains(key)) return make_error(Errc::invalid, "key '{}' is put and erased", key);
  }
  return {};
}

Result<> check_state(const MemoryContents& contents, const Transaction& transaction) {
  for (const Compare& compare : transaction.compare) {
    const auto found = contents.entries.find(compare.key);
    const Revision modified = found == contents.entries.end() ? 0 : found->second.modified;
    if (modified != compare.modified)
      return make_error(Errc::conflict, "key '{}' is at revision {}, not {}", compare.key, modified,
                        compare.modified);
  }
  for (const Put& put : transaction.put)
    if (put.lease && !contents.leases.contains(*put.lease))
      return make_error(Errc::not_found, "lease {} does not exist", *put.lease);
  return {};
}

bool changes_something(const MemoryContents& contents, const Transaction& transaction) {
  return !transaction.put.empty() ||
         std::any_of(transaction.erase.begin(), transaction.erase.end(),
                     [&](const std::string& key) { return contents.entries.contains(key); });
}

void apply(MemoryContents& contents, const Transaction& transaction) {
  ++contents.revision;
  for (const Put& put : transaction.put) {
    Entry& entry = contents.entries[put.key];
    if (entry.version == 0) entry.created = contents.revision;
    entry =
        Entry{put.key, put.value, entry.created, contents.revision, entry.version + 1, put.lease};
    contents.history.push_back({Event::Kind::put, entry});
  }
  for (const std::string& key : transaction.erase) erase_key(contents, key);
  contents.changed.notify_all();
}

class MemoryWatch : public Watch {
 public:
  MemoryWatch(std::shared_ptr<MemoryContents> contents, std::string prefix, Revision from)
      : contents_{std::move(contents)}, prefix_{std::move(prefix)}, next_{from} {}

  Result<std::vector<Event>> next(std::chrono::milliseconds wait) override {
    const auto deadline =
        SteadyClock::now() + std::min(wait, std::chrono::milliseconds{longest_lease});
    std::unique_lock lock{contents_->mutex};
    for (;;) {
      end_due_leases(*contents_);
      if (next_ < contents_->compacted)
        return make_error(Errc::exhausted, "revision {} was compacted away", next_);
      auto events = take();
      if (!events.empty() || SteadyClock::now() >= deadline) return events;
      auto until = deadline;
      for (const auto& [id, lease] : contents_->leases) until = std::min(until, lease.ends);
      contents_->changed.wait_until(lock, until);
    }
  }

 private:
  std::vector<Event> take() {
    std::vector<Event> events;
    for (const Event& event : contents_->history)
      if (event.entry.modified >= next_ && event.entry.key.starts_with(prefix_))
        events.push_back(event);
    next_ = std::max(next_, contents_->revision + 1);
    return events;
  }

  std::shared_ptr<MemoryContents> contents_;
  std::string prefix_;
  Revision next_;
};

}  // namespace

MemoryStore::MemoryStore() : MemoryStore{std::make_shared<MemoryContents>()} {}

MemoryStore::MemoryStore(std::shared_ptr<MemoryContents> contents)
    : contents_{std::move(contents)} {}

Result<std::optional<Entry>> MemoryStore::get(const std::string& key) {
  const std::lock_guard lock{contents_->mutex};
  end_due_leases(*contents_);
  const auto found = contents_->entries.find(key);
  if (found == contents_->entries.end()) return std::optional<Entry>{};
  return std::optional{found->second};
}

Result<Listing> MemoryStore::list(const std::string& prefix) {
  const std::lock_guard lock{contents_->mutex};
  end_due_leases(*contents_);
  Listing listing{contents_->revision, {}};
  for (const auto& [key, entry] : contents_->entries)
    if (key.starts_with(prefix)) listing.entries.push_back(entry);
  return listing;
}

Result<Revision> MemoryStore::commit(const Transaction& transaction) {
  TRY(check_form(transaction));
  const std::lock_guard lock{contents_->mutex};
  end_due_leases(*contents_);
  TRY(check_state(*contents_, transaction));
  if (changes_something(*contents_, transaction)) apply(*contents_, transaction);
  return contents_->revision;
}

Result<std::unique_ptr<Watch>> MemoryStore::watch(const std::string& prefix, Revision from) {
  const std::lock_guard lock{contents_->mutex};
  if (from < contents_->compacted)
    return make_error(Errc::exhausted, "revision {} was compacted away", from);
  return std::unique_ptr<Watch>{std::make_unique<MemoryWatch>(contents_, prefix, from)};
}

Result<> MemoryStore::compact(Revision revision) {
  const std::lock_guard lock{contents_->mutex};
  if (revision > contents_->revision + 1)
    return make_error(Errc::invalid, "revision {} is not reached yet", revision);
  contents_->compacted = std::max(contents_->compacted, revision);
  std::erase_if(contents_->history,
                [&](const Event& event) { return event.entry.modified < revision; });
  contents_->changed.notify_all();
  return {};
}

Result<LeaseId> MemoryStore::grant_lease(std::chrono::milliseconds time_to_live) {
  if (time_to_live.count() < 1 || time_to_live > longest_lease)
    return make_error(Errc::invalid, "a lease of {} ms is not between 1 ms and 365 days",
                      time_to_live.count());
  const std::lock_guard lock{contents_->mutex};
  const LeaseId id = ++contents_->last_lease;
  contents_->leases[id] = {time_to_live, SteadyClock::now() + time_to_live};
  contents_->changed.notify_all();
  return id;
}

Result<> MemoryStore::keep_lease(LeaseId lease) {
  const std::lock_guard lock{contents_->mutex};
  end_due_leases(*contents_);
  const auto found = contents_->leases.find(lease);
  if (found == contents_->leases.end())
    return make_error(Errc::not_found, "lease {} has ended", lease);
  found->second.ends = SteadyClock::now() + found->second.time_to_live;
  return {};
}

Result<> MemoryStore::revoke_lease(LeaseId lease) {
  const std::lock_guard lock{contents_->mutex};
  end_due_leases(*contents_);
  if (!contents_->leases.contains(lease))
    return make_error(Errc::not_found, "lease {} has ended", lease);
  end_lease(*contents_, lease);
  return {};
}

}  // namespace imprint::test
