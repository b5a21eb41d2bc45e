#pragma once

#include <string>

#include "agent/model/request.h"
#include "agent/workflows/exchange.h"
#include "agent/workflows/run.h"
#include "agent/workflows/workflow.h"

namespace imprint::workflows {

/// What a plan is made of, read beforehand.
struct ReimageFacts {
  Instance instance;
  Image image;
  std::string now;        ///< RFC 3339
  std::string until;      ///< now and the retention time; empty: the old system is not kept
  int newest_system = 0;  ///< the highest number of a system that has files
};

/// Errc::invalid: the loss is not accepted, the disk would be too small, the memory or firmware
/// does not fit; denied: the image may not be used. Pure but for the new cloud-init instance-id.
Result<ExchangePlan> plan_reimage(const ReimageFacts& facts, const ReimageInstance& request,
                                  const Settings& settings);

/// The plan as `--dry-run` shows it; a request that does not accept the loss can be shown too.
Plan describe_reimage(const ReimageFacts& facts, const ExchangePlan& plan,
                      const Settings& settings);

Steps reimage_steps(const ExchangePlan& plan, const Settings& settings);

/// What the new system's seed tells cloud-init.
Seed seed_of(const Instance& instance, const System& system, Secret user_data,
             Secret password_hash);

}  // namespace imprint::workflows
