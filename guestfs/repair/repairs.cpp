#include "guestfs/repair/repairs.h"

#include <algorithm>
#include <array>
#include <utility>

#include "guestfs/language/say.h"

namespace imprint::repair {
namespace {

constexpr std::array table{
    Repair{"fstab.device-not-in-image", "the line becomes a comment, unless the guest needs it",
           comment_out_fstab_line},
    Repair{"fstab.by-path", "the line becomes a comment, unless the guest needs it",
           comment_out_fstab_line},
    Repair{"fstab.data-disk-mount", "the line becomes a comment, unless the guest needs it",
           comment_out_fstab_line},
    Repair{"fstab.nonstandard-net-types", "the line becomes a comment, unless the guest needs it",
           comment_out_fstab_line},
    Repair{"fstab.crypttab",
           "the line becomes a comment in both files, unless the guest needs what it opens",
           comment_out_crypttab_line},
    Repair{"selinux.policy-missing", "SELINUX= becomes 'disabled'", switch_selinux_off},
    Repair{"selinux.enabled", "SELINUX= becomes 'disabled' where the profile refuses the image",
           switch_selinux_off},
    Repair{
        "selinux.unlabelled",
        "the first boot labels the files, or SELINUX= becomes 'disabled' where the profile wants "
        "it off",
        label_or_switch_off},
    Repair{"shadow.immutable", "the attributes 'i' and 'a' are taken off", unfreeze_accounts},
    Repair{"net.dns-immutable", "the attribute 'i' is taken off", unfreeze_resolver},
    Repair{"shadow.lock-leftover", "the file is removed", remove_lock},
    Repair{"login.nologin", "the file is removed", remove_nologin},
    Repair{"net.persistent-rules", "the rules of such cards go", forget_cards},
    Repair{"seal.machine-id", "the file is emptied, and the copy of D-Bus removed",
           clear_machine_id},
    Repair{"seal.ssh-host-keys", "the keys are removed where the first boot makes others",
           remove_host_keys},
    Repair{"seal.identity-other", "the file is removed where the guest makes it anew by itself",
           remove_identity},
    Repair{"ci.state-leftover", "what cloud-init remembers of its runs is removed",
           forget_cloud_init},
    Repair{"ci.generated-net", "the file is removed where cloud-init will write it anew",
           remove_generated_net},
    Repair{"seal.shell-history", "the file is removed", remove_history},
    Repair{"seal.logs", "logs are emptied, and old ones removed", clear_logs},
    Repair{"seal.tmp", "what is in the folder is removed", empty_tmp},
    Repair{"seal.backups", "the file is removed", remove_backup},
};

}  // namespace

std::span<const Repair> all_repairs() {
  return table;
}

const Repair* find_repair(std::string_view rule) {
  const auto repair = std::ranges::find(table, rule, &Repair::rule);
  return repair == table.end() ? nullptr : &*repair;
}

RepairPlan plan_repair(const Subject& subject) {
  Draft draft{subject};
  if (std::string refusal = draft.refusal(); !refusal.empty()) {
    RepairPlan plan;
    plan.refusal = std::move(refusal);
    return plan;
  }
  for (const Finding& finding : subject.findings) {
    if (const Repair* repair = find_repair(finding.rule))
      repair->plan(draft, finding);
    else
      draft.keep(finding, say("there is no safe repair of it"));
  }
  return draft.finish();
}

}  // namespace imprint::repair
