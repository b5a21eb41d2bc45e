#pragma once
// What a check says of an image: the contract of `imprintctl check --format json` (schema
// "imprint.report/1").

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/result.h"
#include "agent/model/json_fwd.h"

namespace imprint {

enum class Verdict { accepted, rejected, undetermined };
enum class Severity { error, warning, info };

std::string_view to_string(Verdict verdict) noexcept;
std::string_view to_string(Severity severity) noexcept;
Result<Verdict> parse_verdict(std::string_view text);
Result<Severity> parse_severity(std::string_view text);

/// One fault found by one rule, with its evidence.
struct Finding {
  std::string rule;
  Severity severity = Severity::info;
  std::string path;         ///< in the guest, or empty where the fault is of the disk file itself
  std::optional<int> line;  ///< from 1
  std::string text;         ///< the offending line as it stands in the file
  std::string message;      ///< what is wrong
  std::string effect;       ///< what happens when it boots
  std::string hint;         ///< what to do about it
};

/// A rule that could not be answered. Never silently accepted.
struct Undetermined {
  std::string rule;
  std::string reason;
};

struct ContainerFacts {
  std::string format;  ///< "qcow2", "raw"; empty if unknown
  std::uint64_t virtual_size = 0;
};

struct GuestFacts {
  std::string type;  ///< "linux", "windows", or empty if no system was found
  std::string id;
  std::string version;
  std::string name;
  std::string arch;
  std::string init;
  std::vector<std::string> firmware;  ///< "bios", "uefi"
};

struct PartitionFacts {
  std::string device;
  std::string filesystem;
  std::string uuid;
  std::string label;
  std::uint64_t size = 0;
};

struct DiskFacts {
  std::vector<PartitionFacts> partitions;
};

struct BootEntryFacts {
  std::string title;
  std::string kernel;
  std::vector<std::string> initrd;
  std::string cmdline;
};

struct BootFacts {
  std::string loader;  ///< "grub2", "grub-legacy", "systemd-boot", "extlinux", or empty
  std::optional<BootEntryFacts> default_entry;
};

struct Coverage {
  int evaluated = 0;
  int not_applicable = 0;
  int undetermined = 0;
};

struct Timings {
  std::int64_t container = 0;  ///< all in milliseconds
  std::int64_t launch = 0;
  std::int64_t read = 0;
  std::int64_t rules = 0;
  std::int64_t total = 0;
};

/// Everything known of one image file.
struct ImageReport {
  std::string path;
  std::string sha256;
  Verdict verdict = Verdict::undetermined;
  ContainerFacts container;
  GuestFacts guest;
  std::vector<DiskFacts> disks;
  BootFacts boot;
  std::vector<Finding> findings;
  std::vector<Undetermined> undetermined;
  Coverage coverage;
  Timings timings_ms;
};

struct Report {
  std::string profile;
  std::string ruleset;
  std::vector<ImageReport> images;
};

Json to_json(const Finding& finding);
Json to_json(const GuestFacts& guest);
Result<GuestFacts> parse_guest_facts(const Json& json);
Json to_json(const ImageReport& report);
Json to_json(const Report& report);
/// Reads what to_json wrote, for example from the worker's standard output. Errc::invalid with the
/// place.
Result<ImageReport> parse_image_report(const Json& json);

/// The verdict that findings and unanswered rules add up to: any error rejects; otherwise anything
/// undetermined is undetermined; otherwise accepted.
Verdict verdict_of(const std::vector<Finding>& findings,
                   const std::vector<Undetermined>& undetermined);

}  // namespace imprint
