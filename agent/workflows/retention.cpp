#include "agent/workflows/retention.h"

#include <set>

namespace imprint::workflows {
namespace {

using std::chrono::milliseconds;
using std::chrono::system_clock;

/// Less than this is how records are written, not a clock that was set.
constexpr std::chrono::minutes tolerance{1};

milliseconds time_left(const std::string& until, const Clock& clock) {
  return std::chrono::duration_cast<milliseconds>(parse_time(until) - clock.now());
}

bool ends(const Instance& instance) {
  return instance.retained && parse_time(instance.retained->until) != system_clock::time_point{};
}

}  // namespace

void Retention::remember(const Instance& instance, const Clock& clock, bool is_recent) {
  const RetainedSystem& retained = *instance.retained;
  const auto known = kept_.find(instance.id);
  if (known != kept_.end() && known->second.disk == retained.system.disk.path) {
    if (retained.until == known->second.moved) known->second.until = retained.until;
    if (retained.until == known->second.until) return;
  }
  kept_.insert_or_assign(instance.id,
                         Kept{retained.system.disk.path, retained.until, "",
                              clock.uptime() + time_left(retained.until, clock), is_recent});
}

void Retention::note(const Instance& instance, const Clock& clock) {
  if (ends(instance)) remember(instance, clock, true);
}

Retention::Round Retention::look(const std::vector<Instance>& instances, const Clock& clock) {
  Round round;
  std::set<InstanceId> present;
  for (const Instance& instance : instances) {
    if (!ends(instance)) continue;
    present.insert(instance.id);
    remember(instance, clock, has_looked_);
    Kept& kept = kept_.at(instance.id);
    const milliseconds left = kept.end - clock.uptime();
    const milliseconds shown = time_left(kept.until, clock);
    if (left.count() <= 0) {
      round.expired.push_back(instance.id);
    } else if (kept.is_recent && std::chrono::abs(left - shown) > tolerance) {
      kept.moved = format_time(clock.now() + left);
      round.moved.emplace(instance.id, kept.moved);
    }
  }
  std::erase_if(kept_, [&](const auto& kept) { return !present.contains(kept.first); });
  has_looked_ = true;
  return round;
}

}  // namespace imprint::workflows
