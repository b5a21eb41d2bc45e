#pragma once

#include "agent/model/request.h"
#include "agent/workflows/run.h"
#include "agent/workflows/workflow.h"

namespace imprint::workflows {

struct CreatePlan {
  Instance instance;  ///< as it is to be; its disks get their paths when they are made
  Image image;
  bool secrets_given = false;  ///< user data or a password came with the request
  bool secrets_kept = false;   ///< and they were saved, durably
};

Json to_json(const CreatePlan& plan);
Result<CreatePlan> parse_create_plan(const Json& json);

struct CreateFacts {
  Image image;
  InstanceId id;
  std::string owner;
  std::string now;  ///< RFC 3339
};

/// Errc::invalid: sizes, memory or firmware do not fit; denied: the image may not be used. Pure but
/// for the new cloud-init instance-id.
Result<CreatePlan> plan_create(const CreateFacts& facts, const CreateInstance& request,
                               const Settings& settings);

/// All or nothing. The record is there from the second step on, with the job open on it, so that
/// nothing that is made is ever without a record that names it.
Steps create_steps(const CreatePlan& plan);

}  // namespace imprint::workflows
