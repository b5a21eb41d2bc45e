#pragma once
// Putting one system of an instance in place of another: what a reimage does once the new system is
// made, and all that a revert does. At every moment the definition names one whole system.

#include <chrono>
#include <optional>
#include <vector>

#include "agent/model/image.h"
#include "agent/model/instance.h"
#include "agent/workflows/workflow.h"

namespace imprint::workflows {

struct ExchangePlan {
  Instance before;
  Instance after;                   ///< with the system that comes in
  std::chrono::seconds keep_old{};  ///< how long the system that goes out is kept; 0: not at all
  std::vector<System> discard;      ///< what is removed after the commit point
  std::optional<bool> was_running;  ///< decided before the stop: it ran, or was to run
  std::optional<Image> image;       ///< reimage only: what the new system is made of
  bool seed_given =
      false;  ///< reimage only: the seed was made when the request came, of its user data
};

Json to_json(const ExchangePlan& plan);
Result<ExchangePlan> parse_exchange_plan(const Json& json);

/// stop, swap, start, confirm (the commit point), record, rest, cleanup.
Steps exchange_steps(const ExchangePlan& plan, std::chrono::seconds grace);

/// How long the machine was away, from the journal's times: from the request to stop until QEMU ran
/// the new system, "milliseconds", and of that "stop", "swap" and "start". Null if it was not both
/// stopped and started. Pure.
Json downtime_of(const Job& job);

/// That the instance is still what the plan began with and that the hypervisor has the system disk
/// which the record names. Errc::conflict if not.
Result<> check_unchanged(Run& run, const Instance& before);

}  // namespace imprint::workflows
