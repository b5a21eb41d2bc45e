#pragma once
// Which findings can be repaired, and how.

#include <span>
#include <string_view>

#include "guestfs/repair/draft.h"

namespace imprint::repair {

/// How the findings of one rule are repaired.
struct Repair {
  std::string_view rule;
  std::string_view what;  ///< in one sentence, English: the key of its translation
  void (*plan)(Draft&, const Finding&);
};

/// The one table. Constant; no rule twice.
std::span<const Repair> all_repairs();
/// The repair of a rule's findings, or null: there is none.
const Repair* find_repair(std::string_view rule);

/// What is to be changed so that the findings go away, as far as that is safe, and which stay. Of
/// the findings of several profiles those count that the image's report has. Never fails; blocks as
/// long as the guest's file system does.
RepairPlan plan_repair(const Subject& subject);

// The families of the table, one file each.
void comment_out_fstab_line(Draft& draft, const Finding& finding);
void comment_out_crypttab_line(Draft& draft, const Finding& finding);
void switch_selinux_off(Draft& draft, const Finding& finding);
void label_or_switch_off(Draft& draft, const Finding& finding);
void unfreeze_accounts(Draft& draft, const Finding& finding);
void unfreeze_resolver(Draft& draft, const Finding& finding);
void remove_nologin(Draft& draft, const Finding& finding);
void remove_lock(Draft& draft, const Finding& finding);
void forget_cards(Draft& draft, const Finding& finding);
void clear_machine_id(Draft& draft, const Finding& finding);
void remove_host_keys(Draft& draft, const Finding& finding);
void remove_identity(Draft& draft, const Finding& finding);
void forget_cloud_init(Draft& draft, const Finding& finding);
void remove_generated_net(Draft& draft, const Finding& finding);
void remove_history(Draft& draft, const Finding& finding);
void clear_logs(Draft& draft, const Finding& finding);
void empty_tmp(Draft& draft, const Finding& finding);
void remove_backup(Draft& draft, const Finding& finding);

}  // namespace imprint::repair
