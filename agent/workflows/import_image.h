#pragma once

#include <optional>
#include <string>

#include "agent/model/request.h"
#include "agent/workflows/run.h"
#include "agent/workflows/workflow.h"

namespace imprint::workflows {

struct ImportPlan {
  ImageId image;
  ImportImage request;
  std::string owner;
  std::string now;  ///< RFC 3339
  // Found on the way:
  std::string incoming;            ///< where the bytes are that are inspected and adopted
  std::optional<Sha256> fetched;   ///< of what came
  std::uint64_t fetched_size = 0;  ///< bytes
  std::string seal;                ///< of `incoming`, since its digest was computed
  std::optional<Sha256> unpacked;  ///< of the content, if what came was packed
  std::uint64_t content_size = 0;  ///< bytes that are inspected and adopted
  ImageFormat format = ImageFormat::qcow2;
  std::uint64_t virtual_size = 0;
  GuestFacts guest;
  std::string ruleset;
  std::optional<StoredImage> stored;
};

Json to_json(const ImportPlan& plan);
Result<ImportPlan> parse_import_plan(const Json& json);

/// Errc::invalid: a source that cannot be fetched or must not be recorded. Pure.
Result<ImportPlan> plan_import(const ImageId& id, const ImportImage& request,
                               const std::string& owner, const std::string& now);

/// fetch, unpack, inspect (the gate: nothing goes on that was not accepted), adopt, record, tidy.
Steps import_steps(const ImportPlan& plan);

}  // namespace imprint::workflows
