#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "agent/model/report.h"

namespace imprint {

struct Inspection {
  std::filesystem::path image;
  std::optional<std::string> declared_format;  ///< "qcow2" or "raw"; none: found by the gate
  /// A built-in name, or the path of a profile file; or several, separated by commas.
  std::string profile = "generic";
  std::vector<std::filesystem::path> companions;  ///< further disks of the same machine
  std::chrono::seconds time_limit{300};
  std::function<bool()> cancelled;  ///< may be empty
  std::string language = "en";      ///< of messages, effects and hints: "en" or "zh"
};

/// Reads an image before it ever boots. Thread-safe; each call uses a worker process of its own.
class Inspector {
 public:
  virtual ~Inspector() = default;

  /// A report whatever the image is: an image that cannot be read, is no disk, kills the worker or
  /// outlasts the time limit has the verdict rejected or undetermined, with the reason. An Error
  /// only where the inspector itself cannot work: unavailable (worker or appliance missing),
  /// invalid (no such profile), not_found (no such file), cancelled.
  virtual Result<ImageReport> inspect(const Inspection& inspection) = 0;

  /// The version of the rule set, for binding verdicts.
  [[nodiscard]] virtual std::string ruleset() const = 0;
};

}  // namespace imprint
