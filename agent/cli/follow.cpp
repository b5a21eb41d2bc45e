#include "agent/cli/follow.h"

#include <chrono>
#include <ostream>
#include <thread>

#include "agent/base/digest.h"
#include "agent/base/printable.h"
#include "agent/cli/print.h"
#include "agent/model/json.h"

namespace imprint::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds poll_wait{20};
constexpr std::chrono::milliseconds poll_pause{
    100};  // an agent with too many watchers answers at once
constexpr std::chrono::seconds absence_limit{60};

/// Shows what changed since the last look: a line for each step that ended, and on a terminal the
/// running one below.
class Progress {
 public:
  Progress(std::ostream& err, bool terminal) : err_{err}, terminal_{terminal} {}

  void show(const Job& job) {
    erase();
    for (; told_ < job.steps.size(); ++told_) {
      const JobStep& step = job.steps[told_];
      if (step.state == StepState::pending || step.state == StepState::running) break;
      line(fmt::format("[{}/{}] {}: {}", told_ + 1, job.steps.size(), sentence(step),
                       to_string(step.state)));
    }
    if (job.note != note_ && !job.note.empty() && !terminal_) line("      " + job.note);
    note_ = job.note;
    if (terminal_ && !is_final(job.state)) draw(job);
  }

  void absent(const Error& error) {
    erase();
    if (!absent_) line(error.message + "; waiting");
    absent_ = true;
  }
  void present() { absent_ = false; }

 private:
  static std::string sentence(const JobStep& step) {
    return step.text.empty() ? step.name : step.text;
  }

  void line(const std::string& text) { err_ << one_line(text) << std::endl; }

  void draw(const Job& job) {
    std::string text = std::string{to_string(job.state)};
    if (told_ < job.steps.size())
      text = fmt::format("[{}/{}] {} {:3.0f} %", told_ + 1, job.steps.size(),
                         sentence(job.steps[told_]), job.progress * 100);
    if (!job.note.empty()) text += "  " + job.note;
    err_ << printable(text, 110) << std::flush;
    drawn_ = true;
  }

  void erase() {
    if (drawn_) err_ << "\r\033[K";
    drawn_ = false;
  }

  std::ostream& err_;
  bool terminal_;
  bool drawn_ = false;
  bool absent_ = false;
  std::size_t told_ = 0;  ///< steps whose end was shown
  std::string note_;
};

Result<Job> wait_for_end(Session& session, Job job, Progress& progress) {
  auto last_heard = Clock::now();
  while (!is_final(job.state)) {
    progress.show(job);
    const std::string seen = digest_of(dump_json(to_json(job)));
    auto changed = session.service().watch_job(job.id, seen, poll_wait);
    if (changed) {
      job = *std::move(changed);
      last_heard = Clock::now();
      progress.present();
    } else if (changed.error().code != Errc::unavailable ||
               Clock::now() - last_heard > absence_limit) {
      return with_context(changed.error(), job.id.str());
    } else {
      progress.absent(changed.error());
    }
    std::this_thread::sleep_for(poll_pause);
  }
  progress.show(job);
  return job;
}

/// A job about many: a line for each, with what it failed of.
void tell_each(std::ostream& out, const Job& job) {
  if (!job.result.is_object() || !job.result.contains("instances")) return;
  for (const Json& instance : job.result.at("instances")) {
    std::string line = fmt::format("  {} {}", instance.value("name", ""), instance.value("id", ""));
    if (const auto error = instance.find("error"); error != instance.end())
      line += ": " + (error->is_object() ? error->value("message", "") : "undone");
    out << one_line(line) << "\n";
  }
}

void tell_end(Session& session, const Job& job) {
  if (session.json) return print_json(session.environment.out, to_json(job));
  const std::string end =
      fmt::format("{}: {} {}", job.id.str(), to_string(job.kind), to_string(job.state));
  if (job.state == JobState::succeeded) {
    session.environment.out << one_line(end + ": " + job.subject) << "\n";
    return tell_each(session.environment.out, job);
  }
  session.environment.err << one_line(end + (job.error ? ": " + job.error->message : "")) << "\n";
  tell_each(session.environment.err, job);
}

}  // namespace

Result<int> follow(Session& session, Result<Job> ordered) {
  if (!ordered) {
    Error error = std::move(ordered).error();
    if (error.code == Errc::unavailable)
      error.message += fmt::format("; it is safe to repeat with --idempotency-key {}",
                                   session.caller().idempotency_key);
    return error;
  }
  if (!session.wait) {
    if (session.json)
      print_json(session.environment.out, to_json(*ordered));
    else
      session.environment.out << ordered->id.str() << "\n";
    return status_ok;
  }
  Progress progress{session.environment.err, session.environment.err_is_terminal};
  const Job job = TRY(wait_for_end(session, *std::move(ordered), progress));
  tell_end(session, job);
  return status_of(job.state);
}

void print_job(std::ostream& out, const Job& job) {
  print_fields(out, {{"id", job.id.str()},
                     {"kind", std::string{to_string(job.kind)}},
                     {"subject", job.subject},
                     {"state", std::string{to_string(job.state)}},
                     {"caller", job.caller},
                     {"created", job.created},
                     {"ended", job.ended.empty() ? "-" : job.ended},
                     {"note", job.note},
                     {"error", job.error ? job.error->message : "-"}});
  std::vector<Row> rows{{"STEP", "STATE", "STARTED", "ENDED", "WHAT"}};
  for (const JobStep& step : job.steps)
    rows.push_back(
        {step.name, std::string{to_string(step.state)}, step.started, step.ended, step.text});
  out << "\n";
  print_table(out, rows);
}

}  // namespace imprint::cli
