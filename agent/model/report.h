#pragma once
// What a check says of an image: the contract of `imprintctl check --format json` (schema
// "imprint.report/1").

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/result.h"
#include "agent/model/appliance_use.h"
#include "agent/model/json_fwd.h"

namespace imprint {

enum class Verdict { accepted, rejected, undetermined };
enum class Severity { error, warning, info };
/// What a rule said of one image.
enum class Answered { fired, clean, not_applicable, undetermined };

std::string_view to_string(Verdict verdict) noexcept;
std::string_view to_string(Severity severity) noexcept;
std::string_view to_string(Answered answered) noexcept;
Result<Verdict> parse_verdict(std::string_view text);
Result<Severity> parse_severity(std::string_view text);
Result<Answered> parse_answered(std::string_view text);

/// A line of a guest's file, shown around the one that a finding names.
struct ContextLine {
  int line = 0;  ///< from 1
  std::string text;
};

/// Why a finding is taken all the same, and for how long: what a profile's waiver says.
struct Waived {
  std::string reason;
  std::string expires;  ///< "2026-12-31": the last day, UTC
};

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
  /// The offending line between up to two lines on each side, in order; empty for files that hold
  /// secrets.
  std::vector<ContextLine> context = {};
  std::optional<Waived> waived = {};  ///< then it rejects nothing, whatever its severity
};

/// Whether the finding by itself rejects the image: an error that is not waived.
bool rejects(const Finding& finding);

/// A rule that could not be answered. Never silently accepted.
struct Undetermined {
  std::string rule;
  std::string reason;
};

struct RuleAnswer {
  std::string rule;
  Answered answer = Answered::clean;
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
  std::uint64_t size = 0;   ///< bytes
  std::string kind = {};    ///< "partition", "disk", "logical-volume", "raid", "encrypted"
  int number = 0;           ///< of a partition, from 1; 0 for others
  std::uint64_t start = 0;  ///< bytes from the start of the disk, for partitions
  std::string type = {};    ///< GPT: the type's GUID in lower case; MBR: "0x83"
  bool bootable = false;    ///< MBR: the active flag
  std::string mount = {};   ///< where the system has it: "/", "/boot"; empty: nowhere
};

struct DiskFacts {
  std::vector<PartitionFacts> partitions;
  std::string device = {};  ///< as the inspection names it: "/dev/sda"
  std::uint64_t size = 0;   ///< bytes
  std::string table = {};   ///< "none", "mbr", "gpt"; empty if unknown
};

/// A file or device that the boot configuration names: was it found in the image?
enum class Found { found, absent, unknown };
std::string_view to_string(Found found) noexcept;
Result<Found> parse_found(std::string_view text);

struct BootFileFacts {
  std::string role;     ///< "kernel", "initrd", "deployment"
  std::string written;  ///< as the configuration writes it
  std::string path;     ///< where it is in the guest, if found
  Found found = Found::unknown;
  std::uint64_t size = 0;  ///< bytes, if found
  std::string why;         ///< if it is not
};

struct BootRootFacts {
  std::string spec;  ///< the value of root=
  std::string path;  ///< the file that names it
  std::optional<int> line;
  Found found = Found::unknown;
  std::string device;  ///< what it resolved to, if found: "/dev/sda2"
};

struct BootEntryFacts {
  std::string title;
  std::string kernel;
  std::vector<std::string> initrd;
  std::string cmdline;
  std::string id = {};
  std::string path = {};         ///< the file that holds the entry
  std::optional<int> line = {};  ///< and its first line
  bool hands_over = false;       ///< starts another loader in place of a kernel
  std::vector<BootFileFacts> files = {};
};

struct BootFacts {
  std::string loader;  ///< "grub2", "grub-legacy", "systemd-boot", "extlinux", or empty
  std::optional<BootEntryFacts> default_entry;
  std::vector<std::string> firmware = {};  ///< what can start it: "bios", "uefi"
  std::vector<std::string> configs = {};   ///< the files read, the one with the menu last
  int entries = 0;                         ///< how many the menu has
  std::optional<BootRootFacts> root = {};  ///< of the default entry
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

/// What one of several profiles makes of an image.
struct ProfileReport {
  std::string profile;
  Verdict verdict = Verdict::undetermined;
  std::vector<Finding> findings;
  std::vector<Undetermined> undetermined;
  std::vector<RuleAnswer> answers;
  Coverage coverage;
};

/// A rule of which profiles think differently.
struct Difference {
  std::string rule;
  /// One for each profile, in their order: the gravest severity with which it fired, or "waived" if
  /// all that it found is, or what else it answered, or "off".
  std::vector<std::string> answers;
};

/// Everything known of one image file. Judged under several profiles, its findings are those of all
/// of them, with the gravest severity, and its verdict is the worst.
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
  std::vector<RuleAnswer> answers = {};      ///< of each rule that was asked, in the table's order
  std::vector<ProfileReport> profiles = {};  ///< empty for a single profile
  ApplianceUse appliance = {};               ///< how what read it came up
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

/// The verdict that findings and unanswered rules add up to: any error that is not waived rejects;
/// otherwise anything undetermined is undetermined; otherwise accepted.
Verdict verdict_of(const std::vector<Finding>& findings,
                   const std::vector<Undetermined>& undetermined);

/// The rules of which the profiles think differently, in the order in which they were asked. Clean,
/// not applicable and off are no difference: none of them complains.
std::vector<Difference> differences_of(const std::vector<ProfileReport>& profiles);

/// Counts each rule once.
Coverage coverage_of(const std::vector<RuleAnswer>& answers);

}  // namespace imprint
