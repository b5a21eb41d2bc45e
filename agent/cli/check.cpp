// imprintctl check: judges images here, with no daemon.

#include <functional>
#include <ostream>

#include "agent/base/atomic_file.h"
#include "agent/base/passphrase.h"
#include "agent/cli/check_images.h"
#include "agent/cli/check_options.h"
#include "agent/cli/print.h"
#include "agent/cli/session.h"
#include "agent/cli/signal_watch.h"

namespace imprint::cli {
namespace {

Result<> write(Session& session, const CheckOptions& options, const Report& report,
               const RepairReport* repair = nullptr) {
  const bool to_file = !options.output.empty();
  const ReportFormat format = session.json ? ReportFormat::json : format_of(options);
  const bool colour = !to_file && session.environment.out_is_terminal && session.environment.colour;
  const std::string text = repair != nullptr
                               ? session.environment.render_repair(report, *repair, format, colour)
                               : session.environment.render(report, format, colour);
  if (to_file) return write_file_atomically(options.output, text, 0644);
  session.environment.out << text;
  return {};
}

/// Some reasons name the file by themselves.
std::string told(const ImageReport& image, const std::string& reason) {
  const bool is_named = reason.find("'" + image.path + "'") != std::string::npos;
  return is_named ? reason : fmt::format("'{}': {}", image.path, reason);
}

/// On the error stream too, for a report in a file would hide it.
void tell_unreadable(std::ostream& err, const Report& report) {
  for (const ImageReport& image : report.images)
    for (const Undetermined& each : image.undetermined)
      if (each.rule == unreadable_rule) complain(err, told(image, each.reason));
}

/// Calls `work` with a question whether it is to stop. Ends as the signal would have ended it,
/// after all machines have ended and everything half made is gone.
template <class Work>
auto watched(const Work& work) -> decltype(work(std::function<bool()>{})) {
  int signal = 0;
  {
    const SignalWatch watch;
    auto done = work([&] { return watch.caught() != 0; });
    if (done || done.error().code != Errc::cancelled) return done;
    signal = watch.caught();
  }
  SignalWatch::end_by(signal);
  return make_error(Errc::cancelled, "the check was cancelled");
}

/// The exit status follows the copy; that of an image which must stay as it is never says that all
/// is well.
Result<int> repair(Session& session, const CheckOptions& options) {
  const std::string& path = options.disks.front();
  if (const std::string reason = unfit(path); !reason.empty())
    return make_error(Errc::invalid, "'{}' {}", path, reason);
  const std::string& language = session.speak();
  const std::unique_ptr<Inspector> inspector = TRY(session.environment.inspector());
  const std::unique_ptr<Repairer> repairer = TRY(session.environment.repairer());
  RepairOrder order{inspection_of(options, language, path), options.repair, options.dry_run};
  const RepairedImage repaired = TRY(watched([&](const std::function<bool()>& cancelled) {
    order.inspection.cancelled = cancelled;
    return repairer->repair(order);
  }));
  const Report report{options.profile, inspector->ruleset(), {repaired.report}};
  tell_unreadable(session.environment.err, report);
  TRY(write(session, options, report, &repaired.repair));
  const int status = status_of(report);
  return status == status_ok && !repaired.repair.refusal.empty() ? status_undetermined : status;
}

Result<int> check(Session& session, const CheckOptions& options) {
  std::ostream& err = session.environment.err;
  if (const std::string misuse = misuse_of(options); !misuse.empty()) {
    complain(err, misuse);
    return status_usage;
  }
  if (!options.repair.empty()) return repair(session, options);
  std::string passphrase;
  if (!options.passphrase_file.empty()) {
    auto read = read_passphrase(options.passphrase_file);
    if (!read) {
      complain(err, "--passphrase-file: " + read.error().message);
      return status_usage;
    }
    passphrase = *std::move(read);
  }
  const std::string& language = session.speak();
  const std::unique_ptr<Inspector> inspector = TRY(session.environment.inspector());
  auto reports = watched([&](const std::function<bool()>& cancelled) {
    return check_all(*inspector, options, {language, passphrase, cancelled});
  });
  if (!reports && reports.error().code == Errc::cancelled) return reports.error();
  if (!reports) {
    complain(err, reports.error().message);
    return status_usage;
  }
  const Report report{options.profile, inspector->ruleset(), *std::move(reports)};
  tell_unreadable(err, report);
  TRY(write(session, options, report));
  return status_of(report);
}

}  // namespace

void add_check(CLI::App& app, Session& session) {
  auto options = std::make_shared<CheckOptions>();
  CLI::App* command = add_action(app, session, "check",
                                 "Say whether disk images would boot, and why not", options, check);
  add_check_options(*command, *options);
  add_language(*command, session);
}

}  // namespace imprint::cli
