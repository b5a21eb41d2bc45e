#include "agent/workflows/engine.h"

#include <algorithm>
#include <utility>

#include "agent/base/guarded.h"
#include "agent/base/log.h"
#include "agent/model/json.h"

namespace imprint::workflows {
namespace {

constexpr int undo_tries = 5;

bool was_entered(StepState state) {
  return state != StepState::pending && state != StepState::undone;
}

class Engine {
 public:
  Engine(Run& run, const Steps& steps) : run_{run}, steps_{steps} {}

  Outcome perform() {
    if (!same_steps())
      return finish(JobState::needs_attention,
                    make_error(Errc::internal,
                               "the job was recorded with other steps than this version knows"));
    if (!run_.failure().is_null()) return go_back();
    taken_up_ = std::ranges::any_of(states_, was_entered);
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      if (states_[i] == StepState::done) continue;
      const auto outcome = take(i);
      if (outcome) return *outcome;
    }
    // A job without a commit point can be cancelled until its end is recorded.
    if (is_cancelled()) return cancel();
    const auto outcome = finish(JobState::succeeded, std::nullopt);
    return outcome == Outcome::open ? cancel() : outcome;
  }

 private:
  bool same_steps() {
    const auto& recorded = run_.job().steps;
    if (recorded.size() != steps_.size()) return false;
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      if (recorded[i].name != steps_[i].name) return false;
      states_.push_back(recorded[i].state);
    }
    return true;
  }

  /// One step forward; a value ends the try.
  std::optional<Outcome> take(std::size_t i) {
    if (run_.stopping()) return Outcome::open;
    run_.resumed = std::exchange(taken_up_, false);
    if (!enter(i, i < commit_)) return Outcome::abandoned;
    // Only now: whoever cancels after this finds that the commit point was entered.
    if (i <= commit_ && is_cancelled())
      return leave(i, StepState::failed) ? cancel() : Outcome::abandoned;
    const Result<> ran = run_step(i);
    if (run_.journal_lost()) return Outcome::abandoned;
    if (!ran && is_of_the_stop(ran.error())) return Outcome::open;
    if (!ran && ran.error().code == Errc::cancelled) {
      if (is_cancelled()) return leave(i, StepState::failed) ? cancel() : Outcome::abandoned;
    }
    if (ran) {
      if (!leave(i, StepState::done)) return Outcome::abandoned;
      return std::nullopt;
    }
    return failed(i, with_context(ran.error(), steps_[i].name));
  }

  /// An agent that ends leaves its waits and does not hear answers any more: that says nothing
  /// about the step.
  [[nodiscard]] bool is_of_the_stop(const Error& error) const {
    return run_.stopping() && (error.code == Errc::cancelled || error.code == Errc::unavailable);
  }

  Result<> run_step(std::size_t i) {
    const Step& step = steps_[i];
    const auto run = [&] { return guarded([&] { return step.run(run_); }); };
    if (step.way == Way::back) return run();
    // After the commit point there is no way but forward: what is away or full is waited for.
    return run_.insist("end of a fault", [&]() -> Result<> {
      Result<> ran = run();
      if (!ran && ran.error().code == Errc::exhausted)
        return Error{Errc::unavailable, ran.error().message};
      return ran;
    });
  }

  bool is_cancelled() {
    // The journal is asked, not the memory: the order of its writes decides who came first.
    const auto job = run_.ports.journal.find(run_.job().id);
    return job && !job->cancelled_by.empty();
  }

  Outcome cancel() {
    const auto job = run_.ports.journal.find(run_.job().id);
    if (!job) return Outcome::abandoned;
    if (!run_.save_failure(make_error(Errc::cancelled, "cancelled by {}", job->cancelled_by)))
      return Outcome::abandoned;
    return go_back();
  }

  Outcome failed(std::size_t i, const Error& error) {
    if (steps_[i].way == Way::forward) {
      if (!leave(i, StepState::failed)) return Outcome::abandoned;
      return finish(JobState::needs_attention, error);
    }
    // The reason first: a crash from here on finds that the job goes back.
    if (!run_.save_failure(error) || !leave(i, StepState::failed)) return Outcome::abandoned;
    return go_back();
  }

  Outcome go_back() {
    Error error = recorded_failure();
    bool took_effect = false;
    for (std::size_t i = 0; i < steps_.size(); ++i)
      took_effect = took_effect || (steps_[i].takes_effect && states_[i] != StepState::pending);
    for (std::size_t i = steps_.size(); i-- > 0;) {
      if (!was_entered(states_[i])) continue;
      const Result<> undone = undo(i);
      if (run_.journal_lost()) return Outcome::abandoned;
      if (undone) continue;
      if (is_of_the_stop(undone.error())) return Outcome::open;
      error.message +=
          fmt::format("; then undoing '{}' failed: {}", steps_[i].name, undone.error().message);
      // Further undos would remove what may still be in use.
      if (!leave(i, StepState::undo_failed)) return Outcome::abandoned;
      return finish(JobState::needs_attention, error);
    }
    if (error.code == Errc::cancelled) {
      error.message += took_effect ? "; what was there before is back" : "; nothing of it remains";
      return finish(JobState::cancelled, error);
    }
    return finish(took_effect ? JobState::rolled_back : JobState::failed, error);
  }

  Result<> undo(std::size_t i) {
    if (run_.stopping()) return make_error(Errc::cancelled, "the agent stops");
    const Step& step = steps_[i];
    run_.resumed = false;
    if (step.undo) {
      if (!enter(i, false)) return make_error(Errc::unavailable, "the journal does not answer");
      TRY(undo_patiently(step));
    }
    TRY(run_.journalled(run_.ports.journal.left(run_.job().id, i, StepState::undone)));
    states_[i] = StepState::undone;
    return {};
  }

  /// What is full, or short of descriptors, has an end: that is waited for. What does not answer
  /// may be a guest that never comes up.
  Result<> undo_patiently(const Step& step) {
    for (int tries = 1;; ++tries) {
      Result<> undone = guarded([&] { return step.undo(run_); });
      if (undone) return undone;
      const bool full = undone.error().code == Errc::exhausted;
      const bool away = undone.error().code == Errc::unavailable && tries < undo_tries;
      if (run_.journal_lost() || (!full && !away)) return undone;
      run_.note(fmt::format("tries again to undo: {}", undone.error().message));
      TRY(run_.pause(std::chrono::seconds{1}));
    }
  }

  Error recorded_failure() const {
    const Json& failure = run_.failure();
    const auto code = parse_errc(failure.value("code", ""));
    return {code ? *code : Errc::internal, failure.value("message", "unknown")};
  }

  bool enter(std::size_t i, bool cancellable) {
    log::info("job {}: {} {}", run_.job().id.str(), steps_[i].name,
              run_.failure().is_null() ? "begins" : "is undone");
    run_.begin_step(cancellable);
    return run_.journalled(run_.ports.journal.entering(run_.job().id, i)).has_value();
  }

  bool leave(std::size_t i, StepState state) {
    states_[i] = state;
    return run_.journalled(run_.ports.journal.left(run_.job().id, i, state)).has_value();
  }

  /// Outcome::open: it was cancelled in this very moment.
  Outcome finish(JobState state, const std::optional<Error>& error) {
    const auto& id = run_.job().id;
    const Json result = state == JobState::cancelled ? Json(nullptr) : run_.result();
    Result<> finished = run_.ports.journal.finish(id, state, result, error);
    if (!finished && finished.error().code == Errc::cancelled) return Outcome::open;
    if (!run_.journalled(std::move(finished))) return Outcome::abandoned;
    if (error)
      log::warn("job {}: {}: {}", id.str(), to_string(state), error->message);
    else
      log::info("job {}: {}", id.str(), to_string(state));
    return Outcome::ended;
  }

  Run& run_;
  const Steps& steps_;
  const std::size_t commit_ = commit_point(steps_);
  std::vector<StepState> states_;
  bool taken_up_ = false;  ///< an earlier run began the job, and this one has taken no step yet
};

}  // namespace

Outcome perform(Run& run, const Steps& steps) {
  return Engine{run, steps}.perform();
}

}  // namespace imprint::workflows
