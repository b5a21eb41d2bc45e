#pragma once

#include <string>
#include <vector>

#include "agent/model/request.h"
#include "agent/workflows/run.h"
#include "agent/workflows/workflow.h"

namespace imprint::workflows {

struct CreatePlan {
  std::vector<Instance> instances;  ///< as they are to be; their disks get paths when they are made
  bool many = false;                ///< asked for as many, be it as one
  Image image;
  bool secrets_given = false;  ///< user data or a password came with the request
  bool secrets_kept = false;   ///< and they were saved, durably
};

Json to_json(const CreatePlan& plan);
Result<CreatePlan> parse_create_plan(const Json& json);

struct CreateFacts {
  Image image;
  std::string owner;
  std::string now;  ///< RFC 3339
};

/// Errc::invalid: sizes, memory or firmware do not fit; denied: the image may not be used. Pure but
/// for the new ids.
Result<CreatePlan> plan_create(const CreateFacts& facts, const CreateInstance& request,
                               const Settings& settings);

/// What the job is about: the instance's id, or "web-1..web-20".
std::string subject_of(const CreatePlan& plan);

/// All or nothing, of many too: each step does all of them side by side, and if one fails, all are
/// undone; the result then tells what became of each. The records are there from the second step
/// on, with the job open on them, so that nothing that is made is ever without a record that names
/// it.
Steps create_steps(const CreatePlan& plan);

}  // namespace imprint::workflows
