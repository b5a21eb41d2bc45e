// imprintctl job list, show, wait, cancel.

#include <ostream>

#include "agent/cli/follow.h"
#include "agent/cli/options.h"
#include "agent/cli/print.h"
#include "agent/model/json.h"

namespace imprint::cli {
namespace {

struct NoOptions {};

Result<int> list(Session& session, const NoOptions&) {
  const auto jobs = TRY(session.service().list_jobs());
  if (session.json) {
    print_json(session.environment.out, list_to_json(jobs));
    return status_ok;
  }
  std::vector<Row> rows{{"ID", "KIND", "SUBJECT", "STATE", "CREATED", "CALLER", "NOTE"}};
  for (const Job& job : jobs)
    rows.push_back({job.id.str(), std::string{to_string(job.kind)}, job.subject,
                    std::string{to_string(job.state)}, job.created, job.caller,
                    job.error ? job.error->message : job.note});
  print_table(session.environment.out, rows);
  return status_ok;
}

Result<int> show(Session& session, const Named& options) {
  const Job job = TRY(session.service().show_job(TRY(JobId::parse(options.name))));
  if (session.json)
    print_json(session.environment.out, to_json(job));
  else
    print_job(session.environment.out, job);
  return status_ok;
}

Result<int> wait(Session& session, const Named& options) {
  session.wait = true;
  return follow(session, TRY(session.service().show_job(TRY(JobId::parse(options.name)))));
}

Result<int> cancel(Session& session, const Named& options) {
  const JobId id = TRY(JobId::parse(options.name));
  const int status = TRY(follow(session, session.service().cancel_job(session.caller(), id)));
  if (status == status_cancelled) return status_ok;  // that is what was asked for
  return status == status_ok && session.wait ? status_failed : status;
}

}  // namespace

void add_job(CLI::App& app, Session& session) {
  CLI::App* job = app.add_subcommand("job", "Orders, and how far they are");
  job->require_subcommand(1);
  add_action(*job, session, "list", "The latest jobs, newest first", std::make_shared<NoOptions>(),
             list);
  auto shown = std::make_shared<Named>();
  add_action(*job, session, "show", "One job with its steps", shown, show)
      ->add_option("JOB", shown->name, "Its id")
      ->required();
  auto awaited = std::make_shared<Named>();
  add_action(*job, session, "wait",
             "Show a job's progress until it ends; the exit status is that of its end", awaited,
             wait)
      ->add_option("JOB", awaited->name, "Its id")
      ->required();
  auto cancelled = std::make_shared<Named>();
  add_action(*job, session, "cancel",
             "Stop a job that has not passed its commit point, and put back what it changed; the "
             "exit status is 0 if it was cancelled",
             cancelled, cancel)
      ->add_option("JOB", cancelled->name, "Its id")
      ->required();
}

}  // namespace imprint::cli
