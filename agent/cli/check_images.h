#pragma once
// Judging the images that `imprintctl check` names.

#include <functional>
#include <string>
#include <string_view>

#include "agent/cli/check_options.h"
#include "agent/model/report.h"
#include "agent/ports/inspector.h"

namespace imprint::cli {

/// The rule of the catalogue that an image which cannot be opened leaves unanswered.
inline constexpr std::string_view unreadable_rule = "disk.unreadable";

/// What is asked of an inspector for one disk.
Inspection inspection_of(const CheckOptions& options, const std::string& language,
                         const std::string& path);

/// What is the same for all disks of a check, beside the options.
struct CheckSession {
  std::string language;
  std::string passphrase;           ///< of LUKS; empty: none is known
  std::function<bool()> cancelled;  ///< may be empty
};

/// A report for each disk, in their order, made by as many machines at once as asked for; images
/// that one user alone can have written share a machine, and each that made trouble there is
/// inspected again by itself. An Error only for what concerns the command itself, such as a profile
/// that does not exist, and cancelled. Blocks for seconds an image.
Result<std::vector<ImageReport>> check_all(Inspector& inspector, const CheckOptions& options,
                                           const CheckSession& session);

/// The exit status that the worst verdict gives.
int status_of(const Report& report);

}  // namespace imprint::cli
