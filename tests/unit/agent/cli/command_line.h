#pragma once
// Runs the whole command line against a fake agent and a fake inspector, as a user would.

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "agent/cli/run.h"
#include "tests/support/fake_service.h"

namespace imprint::cli {

/// Answers for file names; any other image is accepted.
class FakeInspector : public Inspector {
 public:
  std::map<std::string, Verdict> verdicts;
  std::map<std::string, std::string> unreadable;  ///< the reasons, by name
  std::optional<Error> error;
  std::string language;  ///< that was asked for last

  /// Called by each inspection, which then tells on the process's error stream what it read, and
  /// fails if it was cancelled.
  std::function<void()> meanwhile;

  std::set<std::string> troublesome;  ///< names that inspect_together() has no report of
  std::vector<std::vector<std::string>> together;  ///< the names of each call
  std::vector<std::string> alone;                  ///< the names that inspect() was asked for

  Result<ImageReport> inspect(const Inspection& inspection) override;
  std::vector<std::optional<ImageReport>> inspect_together(
      const Inspection& common, const std::vector<std::filesystem::path>& images) override;
  Result<std::optional<Unpacked>> unpack(const Unpacking&) override {
    return std::optional<Unpacked>{};
  }
  [[nodiscard]] std::string ruleset() const override { return "r1"; }
  [[nodiscard]] ApplianceUse appliance() const override { return {ApplianceStart::restored}; }

 private:
  [[nodiscard]] ImageReport report_of(const std::filesystem::path& image) const;
  bool is_cancelled(const Inspection& inspection, const std::vector<std::string>& names) const;

  std::mutex mutex_;
};

/// Answers as the inspector does; what it repairs becomes accepted.
struct FakeRepairer {
  std::optional<Error> error;
  std::string refusal;
  std::optional<RepairOrder> order;  ///< the last one
  Verdict after = Verdict::accepted;
};

struct Ended {
  int status = 0;
  std::string out;
  std::string err;
};

struct CommandLine {
  test::FakeService service;
  FakeInspector inspector;
  FakeRepairer repairer;
  std::string input;
  bool terminal = false;
  std::string language = "en";  ///< the environment's
  std::string spoken;           ///< the language that was set last
  std::string socket;           ///< the one that the last command connected to

  Ended run(const std::vector<std::string>& arguments);
};

}  // namespace imprint::cli
