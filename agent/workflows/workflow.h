#pragma once
// A workflow is a pure plan and a list of steps. Everything that recovery needs is decided in the
// plan and stands in the job's context before the first step; a step looks at what is true and does
// what is missing, so that it may run again after a crash at any moment.

#include <functional>
#include <string>
#include <vector>

#include "agent/base/result.h"
#include "agent/model/job.h"

namespace imprint::workflows {

class Run;

/// Which way a job goes when a step of this kind fails.
enum class Way {
  back,     ///< the step and all before it are undone
  forward,  ///< after the commit point: tried again while something does not answer; nothing is
            ///< undone any more
};

struct Step {
  std::string name;
  std::string text;  ///< for people
  std::function<Result<>(Run&)> run;
  std::function<Result<>(Run&)> undo =
      {};  ///< idempotent, also after a `run` that failed half way; empty: nothing to undo
  Way way = Way::back;
  bool commits = false;  ///< from its beginning on the job cannot be cancelled any more, for what
                         ///< it does is not undone; a step that goes forward commits anyway
  bool takes_effect =
      false;  ///< from here on the machine notices: a job undone later is rolled back, not failed
};

using Steps = std::vector<Step>;

/// The first step that commits; their number if none does.
inline std::size_t commit_point(const Steps& steps) {
  std::size_t i = 0;
  while (i < steps.size() && !steps[i].commits && steps[i].way == Way::back) ++i;
  return i;
}

/// What a verb decided, ready to be journalled.
struct Draft {
  JobKind kind = JobKind::import_image;
  std::string subject;  ///< the id that one job at a time is about
  Json plan = nullptr;  ///< the verb's own values; recovery builds the steps from them
  Steps steps;
};

}  // namespace imprint::workflows
