#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "agent/model/report.h"
#include "guestfs/guest/inventory.h"
#include "guestfs/guest/restored_appliance.h"
#include "guestfs/repair/plan.h"
#include "guestfs/rules/profile.h"

namespace imprint::inspect {

/// What the worker is told.
struct Task {
  std::filesystem::path image;
  std::optional<std::string> format;
  std::string digest;  ///< of the image, 64 hexadecimal digits, if it is known; empty: computed
  std::vector<std::filesystem::path> companions;
  std::vector<rules::Profile> profiles;  ///< at least one
  std::filesystem::path appliance;       ///< a fixed appliance
  std::filesystem::path temp_folder;     ///< private and writable
  std::string today;  ///< "2026-06-30", UTC: the day on which waivers hold or not
  bool kvm = false;
  std::vector<guest::Volume> promised;  ///< by manifests: there at run time, not at hand
  std::string passphrase;               ///< of LUKS; empty: what is encrypted stays closed
  /// The state to restore the appliance from, and why there is none. A restore that fails is
  /// followed by a boot.
  std::optional<guest::SavedMachine> saved = std::nullopt;
  std::string not_saved = {};
};

/// Everything that is found of one image: the container gate, and if it lets the file pass, QEMU's
/// opinion of it, the guest through libguestfs, and the rules. Never fails: what cannot be read is
/// a finding or a rule that stays undetermined. Meant to run in a sandboxed process that a time
/// limit ends; blocks for seconds.
ImageReport inspect_image(const Task& task);

/// The report of inspect_image() where the container gate refuses the image; nothing where the gate
/// lets it pass, or it would have to be unpacked first. Starts no appliance.
std::optional<ImageReport> refuse_container(const Task& task);

struct PlannedImage {
  ImageReport report;
  repair::RepairPlan plan;  ///< with a refusal where no system could be judged
};

/// As inspect_image, and what a repair of the image would change.
PlannedImage plan_repair_of_image(const Task& task);

}  // namespace imprint::inspect
