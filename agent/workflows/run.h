#pragma once
// One job at work: what its steps act on.

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <set>
#include <string>

#include "agent/base/sync.h"
#include "agent/model/job.h"
#include "agent/ports/clock.h"
#include "agent/ports/hypervisor.h"
#include "agent/ports/image_source.h"
#include "agent/ports/inspector.h"
#include "agent/ports/journal.h"
#include "agent/ports/store.h"
#include "agent/ports/volumes.h"
#include "agent/workflows/retention.h"
#include "agent/workflows/space.h"

namespace imprint::workflows {

/// All that the agent's core reaches the world by. Borrowed: they outlive the runner.
struct Ports {
  Store& store;
  Journal& journal;
  Hypervisor& hypervisor;
  Volumes& volumes;
  Inspector& inspector;
  ImageSource& source;
  Clock& clock;
};

/// Constant while the agent runs.
struct Settings {
  std::string read_only;  ///< why every change is refused and nothing is written; empty: none is
  bool is_newer = false;  ///< a newer version wrote the state: what cannot be read is not damaged
  std::string node = "localhost";
  std::string region;
  std::string version;
  std::string arch = "x86_64";
  std::string profile = "generic";  ///< that imported images are judged by
  int workers = 4;
  std::size_t queue_limit = 1000;            ///< waiting jobs; half of them of one caller
  std::chrono::seconds stop_grace{60};       ///< for the stop within a reimage or revert
  std::chrono::seconds keep_old{24 * 3600};  ///< how long a system replaced by revert is kept
  std::chrono::seconds inspect_limit{300};
  std::chrono::seconds look_interval{300};             ///< between two looks for drift
  std::chrono::seconds scrub_interval{7 * 24 * 3600};  ///< between two readings of an image
  std::size_t jobs_kept = 10'000;                      ///< the newest jobs, whenever they ended
  std::chrono::seconds jobs_kept_for{30 * 24 * 3600};  ///< any job after its end
  Revision history_kept = 10'000;  ///< changes of records, for whoever mends a damaged one
  std::uint64_t space_low = std::uint64_t{5} << 30;     ///< less free than this is told of
  std::uint64_t space_full = std::uint64_t{256} << 20;  ///< no job may use these last bytes
};

/// What all runs share.
struct Shared {
  std::atomic<bool> stopping = false;
  Sync<std::set<JobId>> cancelled;  ///< open jobs that are to go back; the journal knows them too
  /// Held while it is decided whether an image's bytes are used, and while a use is recorded, so
  /// that no bytes go while somebody begins to rest on them.
  std::mutex bytes;
  /// Whether some system rests on an image and no record says on which: then no image's bytes go.
  std::function<bool()> uses_are_unknown = [] { return false; };
  SpaceLedger space;
  Sync<Retention> retention;
  /// Told after each change of a job. May be called on any worker.
  std::function<void()> changed = [] {};
};

/// Belongs to one worker. A step that does its work side by side on several threads may there only
/// use note(), progress(), pause(), insist(), stopping() and what is constant.
class Run {
 public:
  Run(const Ports& run_ports, const Settings& run_settings, Shared& run_shared, Job job);

  const Ports& ports;
  const Settings& settings;
  Shared& shared;

  [[nodiscard]] const Job& job() const noexcept { return job_; }
  /// The verb's own values.
  [[nodiscard]] const Json& plan() const;
  /// Replaces them, durably. A failure means that the journal is lost: the step must return it at
  /// once.
  Result<> save_plan(Json plan);
  /// Why the job goes back, recorded before the first undo; null while it goes forward.
  [[nodiscard]] const Json& failure() const;
  Result<> save_failure(const Error& error);

  /// What the job answers when it ends; null so far.
  [[nodiscard]] const Json& result() const;
  Result<> save_result(Json result);

  /// The step at hand is the first one since the job was taken up again: the agent, or the host
  /// with all its machines, went down in it or right before it.
  bool resumed = false;
  /// A write to the journal failed: nothing may be done that it does not know of.
  [[nodiscard]] bool journal_lost() const noexcept { return journal_lost_; }
  /// Notes a journal write's outcome and passes it on.
  Result<> journalled(Result<> written);

  [[nodiscard]] bool stopping() const noexcept { return shared.stopping; }
  /// What takes long is to be left: the agent stops, or the job is cancelled and may still be.
  [[nodiscard]] bool interrupted() const;
  /// Progress is of one step. Whether a cancel may interrupt it.
  void begin_step(bool cancellable);
  /// What it does or waits for now; told to watchers, not synced.
  void note(const std::string& text);
  void progress(double fraction);

  /// Sleeps. Errc::cancelled as soon as it is interrupted.
  Result<> pause(std::chrono::milliseconds duration);
  /// Calls again until the answer is not Errc::unavailable: what is true is asked anew each time,
  /// and a part outside that is away for a while ends no job. Errc::cancelled as soon as it is
  /// interrupted.
  template <class Call>
  auto insist(std::string_view whom, Call call) -> decltype(call()) {
    for (bool waited = false;; waited = true) {
      auto answer = call();
      if (answer || answer.error().code != Errc::unavailable || journal_lost_) {
        if (waited) note("");
        return answer;
      }
      note(waiting_text(whom, answer.error()));
      TRY(pause(std::chrono::seconds{1}));
    }
  }

 private:
  static std::string waiting_text(std::string_view whom, const Error& error);
  Result<> save_context();

  void report();

  Job job_;
  std::mutex report_mutex_;  ///< over the job's progress and note
  std::atomic<bool> journal_lost_ = false;
  std::atomic<bool> cancellable_ = false;
};

}  // namespace imprint::workflows
