#pragma once
// The family fstab.*, in three files: which devices the lines name, what their options do, how they
// lie on each other.

#include "guestfs/rules/evidence.h"
#include "guestfs/rules/rule.h"

namespace imprint::rules {

using facts::BootRole;
using facts::FstabEntry;

/// Whether a failure of this line keeps the machine from being used.
bool stops_the_boot(BootRole role);
/// error where the boot stops, warning where it waits, info where nobody notices.
Severity severity_of(BootRole role);
/// Whether the line is one that the guest acts on at boot.
bool is_mounted_at_boot(const FstabEntry& entry);
/// Whether `spec` is a bind mount's source folder.
bool is_bind(const FstabEntry& entry);
/// Whether the path is, or lies below, the mount point of a file system that is not in the image,
/// so that it cannot be looked at.
bool is_out_of_sight(const Context& context, std::string_view path);

/// Asks `judge` about every line that is well written. Not applicable without a file, undetermined
/// where it cannot be read.
Answer each_entry(const Context& context,
                  void (*judge)(const Context&, const FstabEntry&, Answer&));

/// Evidence of a line, with what its failure does to the boot.
Evidence failing(const Context& context, const FstabEntry& entry, std::string message);

// Each is the `evaluate` of the rule of its name.
Answer fstab_device_not_in_image(const Context& context);
Answer fstab_data_disk_mount(const Context& context);
Answer fstab_by_path(const Context& context);
Answer fstab_kernel_device_name(const Context& context);
Answer fstab_crypttab(const Context& context);
Answer fstab_type_mismatch(const Context& context);
Answer fstab_driver_missing(const Context& context);
Answer fstab_subvolume_missing(const Context& context);

Answer fstab_syntax(const Context& context);
Answer fstab_bad_option(const Context& context);
Answer fstab_pass_number(const Context& context);
Answer fstab_swap_options(const Context& context);
Answer fstab_root_read_only(const Context& context);
Answer fstab_network_without_netdev(const Context& context);
Answer fstab_nonstandard_types(const Context& context);
Answer fstab_inline_credentials(const Context& context);
Answer fstab_var_noexec(const Context& context);

Answer fstab_root_missing(const Context& context);
Answer fstab_root_duplicate(const Context& context);
Answer fstab_duplicate_target(const Context& context);
Answer fstab_order(const Context& context);
Answer fstab_api_override(const Context& context);
Answer fstab_target_missing(const Context& context);
Answer fstab_bind_source(const Context& context);

}  // namespace imprint::rules
