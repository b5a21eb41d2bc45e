#pragma once

#include "agent/model/job.h"
#include "agent/workflows/run.h"
#include "agent/workflows/workflow.h"

namespace imprint::workflows {

/// How a try at a job ended.
enum class Outcome {
  ended,      ///< the job is final in the journal
  open,       ///< the agent stops: the job stays open and is taken up at the next start
  abandoned,  ///< the journal could not be written: nothing further was done; try again from what
              ///< the journal says
};

/// Takes a job from where its journal says it is to its end: skips steps that are done, repeats the
/// one that was interrupted, goes on; or, when it was going back, goes on with that.
Outcome perform(Run& run, const Steps& steps);

}  // namespace imprint::workflows
