#include "guestfs/report/repair_words.h"

#include <fmt/format.h>

#include "guestfs/language/say.h"

namespace imprint::report {

std::string outcome_of(const RepairReport& repair) {
  if (!repair.refusal.empty()) return say("nothing was repaired: {}", repair.refusal);
  if (repair.changes.empty()) return say("there is nothing to repair");
  if (repair.done) return say("files repaired: {}", repair.changes.size());
  return say("files that would be repaired: {}", repair.changes.size());
}

std::string word_of_action(const std::string& action) {
  if (action == "unfreeze") return say("made writable");
  if (action == "rewrite") return say("changed");
  if (action == "empty") return say("emptied");
  if (action == "create") return say("made");
  return say("removed");
}

std::string place_of(const UnrepairedFinding& finding) {
  return finding.line ? fmt::format("{}:{}", finding.path, *finding.line) : finding.path;
}

}  // namespace imprint::report
