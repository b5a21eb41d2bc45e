#include "agent/cli/check_options.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <thread>

#include "agent/base/result.h"
#include "agent/model/words.h"

namespace imprint::cli {
namespace {

constexpr Words<ReportFormat, 5> formats{{{ReportFormat::text, "text"},
                                          {ReportFormat::json, "json"},
                                          {ReportFormat::sarif, "sarif"},
                                          {ReportFormat::junit, "junit"},
                                          {ReportFormat::html, "html"}}};

const char* const examples =
    R"(Reads each image in a sandbox, runs nothing of it, and says what would keep it from booting, with the file and the line.
Needs no daemon, no root and no network.

Formats: text, in colour on a terminal unless NO_COLOR is set; json, as report.schema.json describes it; sarif 2.1.0;
junit, one test suite an image; html, one page that needs nothing else.

Examples:
  imprintctl check disk.qcow2
  imprintctl check *.qcow2 --format json --output report.json
  imprintctl check disk.qcow2 --format html --output report.html
  imprintctl check disk.qcow2 --profile ecs,jdcloud    looked at once, judged by both, and where they differ
  imprintctl check system.raw --companion data.raw     disks of one machine
  imprintctl check system.raw --companion disks.toml   with disks that it will have when it runs
  imprintctl check system.raw --passphrase-file key    looks inside LUKS
  imprintctl check disk.qcow2 --repair fixed.qcow2 --dry-run   what a repair would change, as a diff
  imprintctl check disk.qcow2 --repair fixed.qcow2     repairs a copy, and checks that too

A repair comments out lines of devices that are not there, and takes away what a template must not carry; DISK itself is
never written to. The exit status is that of the copy's verdict; 2, if nothing of the image could be repaired.

Exit status: 0 all accepted; 1 some rejected; 2 none rejected, but some undetermined or unreadable; 64 wrong usage.)";

std::vector<std::string> names_of_formats() {
  std::vector<std::string> names;
  for (const auto& [format, name] : formats) names.emplace_back(name);
  return names;
}

std::string misuse_of_repair(const CheckOptions& options) {
  if (options.repair.empty())
    return options.dry_run ? "--dry-run: says what --repair OUT would do, so give that too" : "";
  if (options.disks.size() != 1) return "--repair: makes one copy, so give exactly one DISK";
  if (!options.passphrase_file.empty())
    return "--passphrase-file: it opens LUKS for reading only, and --repair writes: what is "
           "encrypted "
           "cannot be repaired, so leave out one of them";
  struct stat info {};
  if (::lstat(options.repair.c_str(), &info) == 0)
    return fmt::format("--repair '{}': it exists, and nothing is overwritten", options.repair);
  return "";
}

}  // namespace

int default_machines() {
  constexpr unsigned most = 4;
  return static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1U, most));
}

std::string unfit(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return system_error(errno, "cannot be read").message;
  if (S_ISDIR(info.st_mode)) return "is a folder, not an image";
  if (!S_ISREG(info.st_mode) && !S_ISBLK(info.st_mode))
    return "is neither a file nor a block device";
  return "";
}

std::string misuse_of(const CheckOptions& options) {
  if (!options.companions.empty() && options.disks.size() != 1)
    return "--companion: names further disks of one machine, so give exactly one DISK";
  for (const auto& companion : options.companions)
    if (const std::string reason = unfit(companion); !reason.empty())
      return fmt::format("--companion '{}': {}", companion, reason);
  return misuse_of_repair(options);
}

ReportFormat format_of(const CheckOptions& options) {
  const auto format = parse_word(formats, options.format, "format");
  return format ? *format : ReportFormat::text;
}

void add_check_options(CLI::App& command, CheckOptions& options) {
  command.add_option("DISK", options.disks, "Image files or block devices")->required();
  command
      .add_option("--profile", options.profile,
                  "What an image must be like: generic, ecs, jdcloud, or a file; several are "
                  "separated by commas")
      ->capture_default_str()
      ->type_name("NAME|FILE");
  command.add_option("--format", options.format, "Of the report")
      ->check(CLI::IsMember(names_of_formats()))
      ->capture_default_str();
  command.add_option("--output", options.output, "Write the report there")->type_name("FILE");
  command
      .add_option(
          "--jobs", options.jobs,
          "Machines that read at once; each needs half a GiB of memory, 1.3 GiB if it boots")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  command.add_flag("--alone", options.alone,
                   "Read each image in a machine of its own, also where only their owner can have "
                   "written them: for images of users who do not trust one another");
  command
      .add_option("--companion", options.companions,
                  "A further disk of the same machine, or a manifest (FILE.toml) of disks that it "
                  "will have; may be repeated")
      ->allow_extra_args(false)
      ->type_name("DISK|MANIFEST");
  command
      .add_option("--passphrase-file", options.passphrase_file,
                  "The first line of this file opens volumes of LUKS, for reading only")
      ->type_name("FILE");
  command
      .add_option("--repair", options.repair,
                  "Repair what can be repaired safely, in a copy of DISK that is made there")
      ->type_name("OUT");
  command.add_flag("--dry-run", options.dry_run,
                   "With --repair: only show what would be changed, and make no copy");
  command.add_flag("--no-snapshot-appliance", options.no_snapshot_appliance,
                   "Boot the machine that reads the image instead of restoring it: slow");
  command.footer(examples);
}

}  // namespace imprint::cli
