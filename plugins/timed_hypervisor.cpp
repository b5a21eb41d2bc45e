#include "plugins/timed_hypervisor.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <set>
#include <system_error>
#include <thread>

#include "agent/base/guarded.h"
#include "agent/base/log.h"

namespace imprint {
namespace {

using std::chrono::milliseconds;

using SteadyClock = std::chrono::steady_clock;

constexpr std::chrono::seconds farewell{5};
constexpr milliseconds glance{100};  ///< how soon a caller hears that nobody waits any more

/// Where the thread of a call leaves its answer. Shared, because the caller may go first.
template <class T>
class Answer {
 public:
  void give(Result<T> result) {
    const std::lock_guard lock{mutex_};
    result_.emplace(std::move(result));
    given_.notify_all();
  }
  std::optional<Result<T>> wait(milliseconds limit, const std::atomic<bool>& given_up) {
    const auto end = SteadyClock::now() + limit;
    std::unique_lock lock{mutex_};
    while (!result_ && !given_up && SteadyClock::now() < end)
      given_.wait_until(lock, std::min(end, SteadyClock::now() + glance));
    return std::move(result_);
  }

 private:
  std::mutex mutex_;
  std::condition_variable given_;
  std::optional<Result<T>> result_;
};

}  // namespace

/// The calls that have not come back.
class TimedHypervisor::Calls {
 public:
  Result<> enter(const std::string& changed, std::size_t most) {
    const std::lock_guard lock{mutex_};
    if (given_up) return make_error(Errc::unavailable, "nobody waits for the hypervisor any more");
    if (count_ >= most)
      return make_error(Errc::unavailable, "{} calls of the hypervisor have not come back", count_);
    if (!changed.empty() && !changing_.insert(changed).second)
      return make_error(Errc::unavailable,
                        "an earlier order for machine '{}' has not come back from the hypervisor",
                        changed);
    ++count_;
    return {};
  }
  void leave(const std::string& changed) {
    const std::lock_guard lock{mutex_};
    --count_;
    changing_.erase(changed);
    left_.notify_all();
  }
  std::atomic<bool> given_up = false;

  bool wait_for_all(milliseconds limit) {
    std::unique_lock lock{mutex_};
    return left_.wait_for(lock, limit, [this] { return count_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable left_;
  std::size_t count_ = 0;
  std::set<std::string> changing_;
};

TimedHypervisor::TimedHypervisor(std::shared_ptr<Hypervisor> inner, CallLimits limits)
    : inner_{std::move(inner)}, limits_{limits}, calls_{std::make_shared<Calls>()} {}

TimedHypervisor::~TimedHypervisor() {
  inner_->listen({});
  if (!calls_->wait_for_all(farewell))
    log::warn("calls of the hypervisor have not come back, ending without them");
}

void TimedHypervisor::give_up() {
  calls_->given_up = true;
}

template <class T, class Call>
Result<T> TimedHypervisor::call(std::string_view what, const std::string& changed,
                                milliseconds limit, Call body) {
  TRY(calls_->enter(changed, limits_.most_calls));
  const auto answer = std::make_shared<Answer<T>>();
  try {
    std::thread{[answer, inner = inner_, calls = calls_, changed, body]() mutable {
      Result<T> result = make_error(Errc::internal, "the hypervisor gave no answer");
      try {
        result = body(*inner);
      } catch (...) {  // in the midst of the call: whether it took effect is not known
        result = make_error(Errc::unavailable, "{}", error_of_exception().message);
      }
      // The plugin may be unloaded with this, so it goes before the end is told.
      inner.reset();
      calls->leave(changed);
      answer->give(std::move(result));
    }}.detach();
  } catch (const std::system_error&) {
    calls_->leave(changed);
    return make_error(Errc::unavailable, "no thread for a call of the hypervisor");
  }
  if (auto result = answer->wait(limit, calls_->given_up)) return *std::move(result);
  if (calls_->given_up)
    return make_error(Errc::unavailable, "the answer to '{}' is not waited for any more", what);
  return make_error(Errc::unavailable, "the hypervisor has not answered '{}' within {} ms", what,
                    limit.count());
}

Result<HypervisorInfo> TimedHypervisor::info() {
  return call<HypervisorInfo>("info", "", limits_.look,
                              [](Hypervisor& inner) { return inner.info(); });
}

Result<> TimedHypervisor::define(const Machine& machine) {
  return call<void>("define", machine.uuid, limits_.change,
                    [machine](Hypervisor& inner) { return inner.define(machine); });
}

Result<> TimedHypervisor::undefine(const std::string& uuid) {
  return call<void>("undefine", uuid, limits_.change,
                    [uuid](Hypervisor& inner) { return inner.undefine(uuid); });
}

Result<> TimedHypervisor::start(const std::string& uuid) {
  return call<void>("start", uuid, limits_.change,
                    [uuid](Hypervisor& inner) { return inner.start(uuid); });
}

Result<StopOutcome> TimedHypervisor::stop(const std::string& uuid, std::chrono::seconds grace) {
  return call<StopOutcome>("stop", uuid, limits_.change + grace,
                           [uuid, grace](Hypervisor& inner) { return inner.stop(uuid, grace); });
}

Result<> TimedHypervisor::swap_system_disk(const Machine& machine,
                                           const std::string& expected_system) {
  return call<void>("swap", machine.uuid, limits_.change,
                    [machine, expected_system](Hypervisor& inner) {
                      return inner.swap_system_disk(machine, expected_system);
                    });
}

Result<MachineState> TimedHypervisor::state(const std::string& uuid) {
  return call<MachineState>("state", "", limits_.look,
                            [uuid](Hypervisor& inner) { return inner.state(uuid); });
}

Result<std::vector<Hypervisor::Listed>> TimedHypervisor::list() {
  return call<std::vector<Listed>>("list", "", limits_.look,
                                   [](Hypervisor& inner) { return inner.list(); });
}

Result<std::string> TimedHypervisor::console_tail(const std::string& uuid, std::size_t bytes) {
  return call<std::string>("console", "", limits_.look, [uuid, bytes](Hypervisor& inner) {
    return inner.console_tail(uuid, bytes);
  });
}

Result<> TimedHypervisor::ping_agent(const std::string& uuid, std::chrono::seconds wait) {
  return call<void>("guest agent", "", limits_.look + wait,
                    [uuid, wait](Hypervisor& inner) { return inner.ping_agent(uuid, wait); });
}

void TimedHypervisor::listen(Listener listener) {
  inner_->listen(std::move(listener));
}

}  // namespace imprint
