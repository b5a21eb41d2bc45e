#pragma once
// The family win.*, in two files: what starts the system, and how it was left.

#include "guestfs/rules/evidence.h"
#include "guestfs/rules/rule.h"

namespace imprint::rules {

/// Of a guest that is Windows; rules win.* are not asked about others (engine.cpp).
inline const facts::WindowsFacts& windows_of(const Context& context) {
  return *context.facts.windows;
}

// Each is the `evaluate` of the rule of its name.
Answer windows_unsafe_ntfs(const Context& context);
Answer windows_bitlocker(const Context& context);
Answer windows_hive(const Context& context);
Answer windows_bcd(const Context& context);
Answer windows_bootmgr(const Context& context);
Answer windows_virtio(const Context& context);
Answer windows_disk_filters(const Context& context);
Answer windows_xen_residual(const Context& context);

Answer windows_device_install(const Context& context);
Answer windows_sysprep(const Context& context);
Answer windows_pending_update(const Context& context);
Answer windows_hotfix(const Context& context);
Answer windows_antivirus(const Context& context);
Answer windows_remote_desktop(const Context& context);
Answer windows_static_address(const Context& context);
Answer windows_answer_files(const Context& context);
Answer windows_client_edition(const Context& context);
Answer windows_end_of_life(const Context& context);
Answer windows_no_restart(const Context& context);

}  // namespace imprint::rules
