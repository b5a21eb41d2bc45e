#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "agent/model/ids.h"
#include "agent/model/report.h"

namespace imprint {

struct Inspection {
  std::filesystem::path image;
  /// In the gate's words or QEMU's; none: found by the gate.
  std::optional<std::string> declared_format;
  /// Of the image, if the caller has computed it and the file is the same since; none: computed.
  std::optional<Sha256> digest;
  /// A built-in name, or the path of a profile file; or several, separated by commas.
  std::string profile = "generic";
  /// Further disks of the same machine; one whose name ends in ".toml" is a manifest of disks that
  /// are there when the machine runs and are not at hand (docs/checking.md).
  std::vector<std::filesystem::path> companions;
  /// Of processor time, and of time in which nothing gets on. A busy host makes an inspection slow
  /// and ends none, up to ten times this.
  std::chrono::seconds time_limit{300};
  std::function<bool()> cancelled;  ///< may be empty
  std::string language = "en";      ///< of messages, effects and hints: "en" or "zh"
  /// Opens volumes of LUKS, read-only; empty: they stay closed. Neither an argument nor the
  /// environment of any process shows it, nor does a log or the report.
  std::string passphrase = {};
  bool restore = true;  ///< the appliance from a saved state where there is one; else it boots
};

/// A file that may be packed, and what it may become.
struct Unpacking {
  std::filesystem::path source;
  std::filesystem::path target;     ///< must not exist
  std::uint64_t data_limit = 0;     ///< bytes that may be written; zeros take none
  std::function<bool()> cancelled;  ///< may be empty
};

struct Unpacked {
  Sha256 digest;  ///< of the content
  std::uint64_t size = 0;
};

/// Reads an image before it ever boots. Thread-safe; each call uses a worker process of its own.
class Inspector {
 public:
  virtual ~Inspector() = default;

  /// A report whatever the image is: an image that cannot be read, is no disk, kills the worker or
  /// outlasts the time limit has the verdict rejected or undetermined, with the reason. An Error
  /// only where the inspector itself cannot work: unavailable (worker or appliance missing),
  /// invalid (a profile or manifest that is none), not_found (no such profile, manifest or
  /// companion), cancelled.
  virtual Result<ImageReport> inspect(const Inspection& inspection) = 0;

  /// Reads several images one after the other in one machine, which is faster. `common`: what is
  /// asked of each; its own image is not looked at, and its time limit is that of each. Returns, in
  /// their order, the report that inspect() would make of each image; nothing for one that has to
  /// be inspected by itself, because it or one before it gave any reason to. Only for images that
  /// the same user, and nobody else, can have written: they share a machine.
  virtual std::vector<std::optional<ImageReport>> inspect_together(
      const Inspection& common, const std::vector<std::filesystem::path>& images) {
    static_cast<void>(common);
    return std::vector<std::optional<ImageReport>>(images.size());
  }

  /// Unpacks a file that gzip, bzip2, xz or zstd packed, one layer, found by its bytes; nothing,
  /// and no target, if it is not packed. Zeros become holes. After an Error no target is left:
  /// exhausted (more than the limit, or larger than any disk), corrupt (damaged or cut short),
  /// not_found, unavailable, cancelled.
  virtual Result<std::optional<Unpacked>> unpack(const Unpacking& unpacking) = 0;

  /// The version of the rule set, for binding verdicts.
  [[nodiscard]] virtual std::string ruleset() const = 0;

  /// How the appliance of the last inspection came up.
  [[nodiscard]] virtual ApplianceUse appliance() const = 0;
};

}  // namespace imprint
