#pragma once
// Where the world differs from the records. Pure; nothing is done about it here.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/model/image.h"
#include "agent/model/instance.h"
#include "agent/model/node.h"

namespace imprint::policy {

/// A machine with our mark, as the hypervisor tells of it.
struct SeenMachine {
  std::string uuid;
  std::string instance;  ///< from its mark
  PowerState power = PowerState::unknown;
  std::string system_path;  ///< empty: not asked
};

struct DriftFacts {
  std::vector<Instance> instances;
  std::vector<Image> images;
  std::set<std::string> busy;  ///< subjects of open jobs: what they change is no drift
  std::set<std::string> jobs;  ///< ids of open jobs
  std::optional<std::vector<SeenMachine>> machines;  ///< none: the hypervisor does not answer
  std::vector<std::string> files;  ///< all that lie below images, incoming and instances
  std::set<std::string> held;      ///< names of files that records and jobs rest on, seals included
  std::map<std::string, std::string> faults;  ///< of image bytes, by digest: what is wrong
};

/// Sorted by kind and subject. What cannot be known now (no hypervisor) is left out.
std::vector<Drift> find_drift(const DriftFacts& facts);

/// Whether this stands for a system of which the records do not say which image it rests on, as
/// where they were put back from a backup.
bool rests_on_unknown(const Drift& drift);

}  // namespace imprint::policy
