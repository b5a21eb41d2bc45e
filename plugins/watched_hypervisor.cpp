#include "plugins/watched_hypervisor.h"

#include <algorithm>

namespace imprint {
namespace {

using std::chrono::milliseconds;

/// The events of one change come one after the other, and some after the change was seen already.
constexpr milliseconds moment{200};

bool is_down(PowerState power) noexcept {
  return power == PowerState::stopped || power == PowerState::absent;
}

}  // namespace

WatchedHypervisor::WatchedHypervisor(Hypervisor& inner, WatchTimes times)
    : inner_{inner}, times_{times} {
  inner_.listen([this](const MachineEvent& event) { hear(event); });
  watcher_ = std::thread{[this] { watch(); }};
  std::unique_lock lock{mutex_};
  looked_.wait_for(lock, times_.first, [this] { return looked_once_; });
}

WatchedHypervisor::~WatchedHypervisor() {
  inner_.listen({});
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
    wake_.notify_all();
  }
  watcher_.join();
}

void WatchedHypervisor::hear(const MachineEvent& event) {
  const std::lock_guard lock{mutex_};
  // After a reconnection every machine is told of: one listing answers them all.
  if (event.reason == "connected")
    relist_ = ask_info_ = true;
  else
    hints_.insert(event.uuid);
  if (const auto found = seen_.find(event.uuid); found != seen_.end() && is_down(event.power)) {
    Seen& seen = found->second;
    seen.dipped = true;
    if (!is_down(seen.machine.power)) seen.since = std::chrono::steady_clock::now();
  }
  wake_.notify_all();
}

void WatchedHypervisor::watch() {
  Time next_relist{};
  while (wait_for_work(next_relist)) {
    std::unique_lock lock{mutex_};
    const std::set<std::string> hints = std::exchange(hints_, {});
    const bool relist = std::exchange(relist_, false);
    lock.unlock();
    if (relist || std::chrono::steady_clock::now() >= next_relist) {
      look_at_all();
      lock.lock();
      next_relist = std::chrono::steady_clock::now() + (answers_ ? times_.relist : times_.retry);
      lock.unlock();
    } else {
      for (const std::string& uuid : hints) look_at(uuid);
    }
    tell_settled();
  }
}

bool WatchedHypervisor::wait_for_work(Time next_relist) {
  std::unique_lock lock{mutex_};
  wake_.wait_until(lock, std::min(next_relist, next_settled()),
                   [this] { return stopping_ || relist_ || changed_ || !hints_.empty(); });
  changed_ = false;
  return !stopping_;
}

WatchedHypervisor::Time WatchedHypervisor::next_settled() const {
  Time next = Time::max();
  if (!answers_) return next;
  for (const auto& [uuid, seen] : seen_)
    if (is_news(seen)) next = std::min(next, settled_at(seen));
  return next;
}

void WatchedHypervisor::look_at_all() {
  std::unique_lock lock{mutex_};
  const std::int64_t before = notes_;
  lock.unlock();
  const auto listed = inner_.list();
  lock.lock();
  answers_ = listed ? Result<>{} : Result<>{listed.error()};
  if (listed)
    note_listing(*listed, before);
  else
    ask_info_ = true;
  const bool ask_info = listed && std::exchange(ask_info_, false);
  lock.unlock();
  if (ask_info) learn_info();
  lock.lock();
  looked_once_ = true;
  looked_.notify_all();
}

void WatchedHypervisor::learn_info() {
  auto info = inner_.info();
  const std::lock_guard lock{mutex_};
  info_ = std::move(info);
  if (!info_) ask_info_ = true;
}

void WatchedHypervisor::note_listing(const std::vector<Listed>& listed, std::int64_t before) {
  std::set<std::string> present;
  for (const Listed& machine : listed) {
    present.insert(machine.uuid);
    const auto found = seen_.find(machine.uuid);
    if (found == seen_.end() || found->second.noted <= before)
      note_locked(machine, "");
    else
      found->second.machine.instance = machine.instance;
  }
  for (auto& [uuid, seen] : seen_) {
    if (present.contains(uuid) || seen.noted > before) continue;
    note_locked({uuid, seen.machine.instance, PowerState::absent}, "");
  }
  // What was there before is no news.
  if (answered_ == Time{})
    for (auto& [uuid, seen] : seen_) seen.told = seen.machine.power;
  answered_ = std::chrono::steady_clock::now();
}

void WatchedHypervisor::look_at(const std::string& uuid) {
  {
    const std::lock_guard lock{mutex_};
    // A machine that was never listed is foreign, or new: the next listing tells.
    if (!seen_.contains(uuid)) {
      relist_ = true;
      return;
    }
  }
  static_cast<void>(state(uuid));  // notes what it finds
}

void WatchedHypervisor::note_locked(const Listed& machine, const std::string& reason) {
  auto& seen = seen_[machine.uuid];
  seen.noted = ++notes_;
  if (!machine.instance.empty()) seen.machine.instance = machine.instance;
  seen.machine.uuid = machine.uuid;
  if (seen.machine.power == machine.power) return;
  seen.machine.power = machine.power;
  seen.reason = reason;
  seen.since = std::chrono::steady_clock::now();
  if (is_down(machine.power)) seen.dipped = true;
  changed_ = true;
  wake_.notify_all();
}

void WatchedHypervisor::note_power(const std::string& uuid, PowerState power,
                                   const std::string& reason) {
  const std::lock_guard lock{mutex_};
  if (seen_.contains(uuid)) note_locked({uuid, "", power}, reason);
}

void WatchedHypervisor::note_change(const std::string& uuid, PowerState power,
                                    const std::string& reason) {
  const std::lock_guard lock{mutex_};
  note_locked({uuid, "", power}, reason);
}

void WatchedHypervisor::note_failure(const Error& error) {
  if (error.code != Errc::unavailable) return;
  const std::lock_guard lock{mutex_};
  relist_ = true;  // one call may fail alone; the listing tells whether nothing answers
  wake_.notify_all();
}

void WatchedHypervisor::tell_settled() {
  const std::lock_guard listening{listener_mutex_};
  const std::vector<MachineEvent> events = take_settled();
  if (!listener_) return;
  for (const MachineEvent& event : events) listener_(event);
}

bool WatchedHypervisor::is_news(const Seen& seen) {
  const PowerState power = seen.machine.power;
  return seen.told != power || (power == PowerState::running && seen.dipped);
}

WatchedHypervisor::Time WatchedHypervisor::settled_at(const Seen& seen) const {
  return seen.since + (is_down(seen.machine.power) ? times_.settle : moment);
}

std::vector<MachineEvent> WatchedHypervisor::take_settled() {
  std::vector<MachineEvent> events;
  const std::lock_guard lock{mutex_};
  const auto now = std::chrono::steady_clock::now();
  if (!answers_) return events;
  for (auto one = seen_.begin(); one != seen_.end();) {
    Seen& seen = one->second;
    const PowerState power = seen.machine.power;
    if (is_news(seen) && settled_at(seen) <= now) {
      events.push_back({one->first, power, seen.told == power ? "rebooted" : seen.reason});
      seen.told = power;
      seen.dipped = false;
    }
    one = power == PowerState::absent && seen.told == power ? seen_.erase(one) : std::next(one);
  }
  return events;
}

Result<> WatchedHypervisor::require_fresh() const {
  if (!answers_) return answers_;
  const auto age = std::chrono::steady_clock::now() - answered_;
  if (age <= times_.stale) return {};
  return make_error(Errc::unavailable, "the hypervisor has not answered for {} s",
                    std::chrono::duration_cast<std::chrono::seconds>(age).count());
}

Result<HypervisorInfo> WatchedHypervisor::info() {
  const std::lock_guard lock{mutex_};
  TRY(require_fresh());
  return info_;
}

Result<std::vector<Hypervisor::Listed>> WatchedHypervisor::list() {
  const std::lock_guard lock{mutex_};
  TRY(require_fresh());
  std::vector<Listed> machines;
  machines.reserve(seen_.size());
  for (const auto& [uuid, seen] : seen_)
    if (seen.machine.power != PowerState::absent) machines.push_back(seen.machine);
  return machines;
}

Result<> WatchedHypervisor::define(const Machine& machine) {
  TRY(inner_.define(machine));
  const std::lock_guard lock{mutex_};
  const auto found = seen_.find(machine.uuid);
  const bool here = found != seen_.end() && found->second.machine.power != PowerState::absent;
  if (!here) note_locked({machine.uuid, machine.instance.str(), PowerState::stopped}, "");
  return {};
}

Result<> WatchedHypervisor::undefine(const std::string& uuid) {
  TRY(inner_.undefine(uuid));
  note_power(uuid, PowerState::absent, "");
  return {};
}

Result<> WatchedHypervisor::start(const std::string& uuid) {
  TRY(inner_.start(uuid));
  note_change(uuid, PowerState::running, "booted");
  return {};
}

Result<StopOutcome> WatchedHypervisor::stop(const std::string& uuid, std::chrono::seconds grace) {
  const StopOutcome outcome = TRY(inner_.stop(uuid, grace));
  note_change(uuid, PowerState::stopped, outcome == StopOutcome::forced ? "destroyed" : "shutdown");
  return outcome;
}

Result<> WatchedHypervisor::swap_system_disk(const Machine& machine,
                                             const std::string& expected_system) {
  return inner_.swap_system_disk(machine, expected_system);
}

Result<MachineState> WatchedHypervisor::state(const std::string& uuid) {
  auto state = inner_.state(uuid);
  if (!state)
    note_failure(state.error());
  else if (state->power != PowerState::unknown)
    note_power(uuid, state->power, state->reason);
  return state;
}

Result<std::string> WatchedHypervisor::console_tail(const std::string& uuid, std::size_t bytes) {
  return inner_.console_tail(uuid, bytes);
}

Result<> WatchedHypervisor::ping_agent(const std::string& uuid, std::chrono::seconds wait) {
  return inner_.ping_agent(uuid, wait);
}

void WatchedHypervisor::listen(Listener listener) {
  const std::lock_guard listening{listener_mutex_};
  listener_ = std::move(listener);
}

}  // namespace imprint
