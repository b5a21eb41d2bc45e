#pragma once

#include "agent/model/image.h"
#include "agent/workflows/run.h"
#include "agent/workflows/workflow.h"

namespace imprint::workflows {

/// Of the verbs that look at a stored image and change nothing.
struct ExaminePlan {
  Image image;
};

Json to_json(const ExaminePlan& plan);
Result<ExaminePlan> parse_examine_plan(const Json& json);

/// read: all of its bytes are read. Errc::corrupt if they are not those that were accepted.
Steps verify_steps(const ExaminePlan& plan);
/// whole, inspect: it is judged anew, by the present rules and the node's profile. The result has
/// the verdict and the report; the verdict that was recorded stays.
Steps check_steps(const ExaminePlan& plan);

}  // namespace imprint::workflows
