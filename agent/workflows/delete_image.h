#pragma once

#include "agent/model/image.h"
#include "agent/workflows/run.h"
#include "agent/workflows/workflow.h"

namespace imprint::workflows {

struct DeletePlan {
  Image image;
  bool force = false;
};

Json to_json(const DeletePlan& plan);
Result<DeletePlan> parse_delete_plan(const Json& json);

/// forget, bytes. The bytes stay for as long as a disk, another image or a job rests on them.
Steps delete_steps(const DeletePlan& plan);

}  // namespace imprint::workflows
