#pragma once
// Carries plans out on guests held in memory.

#include <gtest/gtest.h>

#include "guestfs/profiles/load_profile.h"
#include "guestfs/repair/repairs.h"
#include "tests/guests/library/guests.h"

namespace imprint::repair::test {

inline RepairPlan plan_of(guests::Guest& guest, const std::string& profile = "generic",
                          bool has_companions = false, std::uint64_t names = 1) {
  const std::vector<rules::Profile> profiles = profiles::load_profiles(profile).value();
  guest::FollowingFs following{guest.fs};
  const facts::Facts facts = guest.facts();
  const rules::Context context{guest.inventory, following, facts};
  const auto judged = rules::run_rules(context, profiles.front());
  return plan_repair({context, judged.findings, profiles, has_companions,
                      [names](const guest::GuestPath&) { return names; }});
}

inline const Change* change_of(const RepairPlan& plan, std::string_view path) {
  for (const Change& change : plan.changes)
    if (change.path == path) return &change;
  return nullptr;
}

inline std::string why_kept(const RepairPlan& plan, std::string_view rule) {
  for (const UnrepairedFinding& each : plan.kept)
    if (each.rule == rule) return each.why;
  return "";
}

/// What the writer in the appliance does, without its checks.
inline void apply(const RepairPlan& plan, guests::Guest& guest) {
  using Action = Change::Action;
  for (const Change& change : plan.changes) {
    switch (change.action) {
      case Action::unfreeze:
        guest.fs.attributes(change.path, "");
        break;
      case Action::rewrite:
        EXPECT_EQ(guest.text_of(change.path), change.before);
        guest.write(change.path, change.after);
        break;
      case Action::empty:
        guest.write(change.path, "");
        break;
      case Action::create:
        guest.fs.file(change.path, "");
        break;
      case Action::remove:
      case Action::remove_tree:
        guest.fs.remove(change.path);
        break;
    }
  }
}

}  // namespace imprint::repair::test
