#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <thread>

#include "agent/base/sync.h"
#include "agent/model/node.h"
#include "agent/policy/drift.h"
#include "agent/workflows/damaged_rows.h"
#include "agent/workflows/records.h"
#include "agent/workflows/run.h"

namespace imprint::workflows {

/// Compares the world with the records, at the start and every few minutes, and reads one image
/// after the other to see that its bytes are what they were. It only tells; nothing is changed.
/// Thread-safe.
class Caretaker {
 public:
  Caretaker(const Ports& ports, Records& records, DamagedRows& damaged, const Settings& settings,
            Shared& shared);

  /// Begins to look on a thread of its own, until stop() or destruction.
  void start();
  /// Returns when it has stopped. Idempotent.
  void stop();

  struct Sight {
    std::vector<Drift> drift;
    std::string when;  ///< of the last complete look; empty: none yet
  };
  [[nodiscard]] Sight sight();
  /// Looks now. An error: something could not be asked, and the last sight stays.
  Result<> look();
  /// Whether there is a system of which no record says on which image it rests.
  bool uses_are_unknown();
  /// Reads the image that was not read for longest, if that is longer ago than Settings::scrub.
  void scrub();

 private:
  struct Read {
    std::optional<std::chrono::milliseconds> when{};  ///< by uptime; none: not since the start
    std::string fault;                                ///< empty: whole
  };

  void keep_looking(const std::stop_token& token);
  Result<policy::DriftFacts> facts();
  Result<> hold_damaged(policy::DriftFacts& facts);
  void add_machines(policy::DriftFacts& facts);
  void add_images(policy::DriftFacts& facts);
  void hold_files(policy::DriftFacts& facts);

  const Ports& ports_;
  Records& records_;
  DamagedRows& damaged_;
  const Settings& settings_;
  Shared& shared_;
  Sync<Sight> sight_;
  Sync<std::map<std::string, Read>> reads_;  ///< by digest
  std::jthread thread_;                      ///< last: it uses all the others
};

}  // namespace imprint::workflows
