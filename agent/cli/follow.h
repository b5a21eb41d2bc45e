#pragma once

#include "agent/cli/session.h"

namespace imprint::cli {

/// Ends a command that ordered a job: prints it with --no-wait; otherwise shows its progress on
/// standard error until it ends, and tells the end. The exit status is that of the job's end. An
/// agent that is away for a while is waited for.
Result<int> follow(Session& session, Result<Job> ordered);

/// The job with its steps, for people.
void print_job(std::ostream& out, const Job& job);

}  // namespace imprint::cli
