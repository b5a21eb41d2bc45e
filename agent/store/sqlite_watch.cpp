#include "agent/store/sqlite_watch.h"

#include <algorithm>

namespace imprint::store {
namespace {

constexpr Revision batch =
    256;  // revisions read at once, so that a long history does not fill the memory

Event read_event(SQLite::Statement& row) {
  Event event{Event::Kind::put, read_entry(row)};
  if (row.getColumn(6).getInt() == 0) return event;
  event.kind = Event::Kind::erased;
  return event;
}

}  // namespace

Result<std::vector<Event>> SqliteWatch::take() {
  std::vector<Event> events;
  const Revision newest = state_->revision();
  while (events.empty() && next_ <= newest) {
    const Revision last = std::min(newest, next_ + batch - 1);
    SQLite::Statement rows{
        *state_->database,
        "SELECT key, value, created, revision, version, lease, erased FROM history "
        "WHERE revision BETWEEN ? AND ? ORDER BY revision, position"};
    rows.bind(1, next_);
    rows.bind(2, last);
    while (rows.executeStep())
      if (Event event = read_event(rows); event.entry.key.starts_with(prefix_))
        events.push_back(std::move(event));
    next_ = last + 1;
  }
  return events;
}

Result<std::vector<Event>> SqliteWatch::next(std::chrono::milliseconds wait) {
  wait = std::min(wait, std::chrono::milliseconds{SqliteState::longest_lease});
  const auto deadline = SteadyClock::now() + wait;
  std::unique_lock lock{state_->mutex};
  for (;;) {
    auto events = state_->look([&]() -> Result<std::vector<Event>> {
      if (next_ < state_->compacted())
        return make_error(Errc::exhausted, "revision {} was compacted away", next_);
      return take();
    });
    if (!events || !events->empty() || SteadyClock::now() >= deadline) return events;
    state_->changed.wait_until(lock, state_->next_end(deadline));
  }
}

}  // namespace imprint::store
