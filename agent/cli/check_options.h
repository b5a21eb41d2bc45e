#pragma once
// What `imprintctl check` is told, and whether it makes sense.

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "agent/cli/run.h"

namespace imprint::cli {

/// One for each processor, but not so many that a check takes a whole host for itself.
int default_machines();

struct CheckOptions {
  std::vector<std::string> disks;
  std::vector<std::string> companions;
  std::string profile = "generic";
  std::string format = "text";
  std::string output;           ///< empty: standard output
  std::string passphrase_file;  ///< empty: what is encrypted stays closed
  std::string repair;           ///< where the repaired copy goes; empty: nothing is repaired
  bool dry_run = false;
  int jobs = default_machines();  ///< machines that read at once
  bool alone = false;             ///< each image has a machine of its own
  bool no_snapshot_appliance = false;
};

/// Declares the options of the command. `options` must outlive it.
void add_check_options(CLI::App& command, CheckOptions& options);

/// Why the command line makes no sense; empty if it does. Looks at the files it names.
std::string misuse_of(const CheckOptions& options);

/// Why the path cannot be an image; empty if it may be one. A pipe is never opened: that could wait
/// for ever.
std::string unfit(const std::string& path);

/// The format of that name, which the parser has admitted.
ReportFormat format_of(const CheckOptions& options);

}  // namespace imprint::cli
