#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/model/report.h"
#include "guestfs/rules/engine.h"

namespace imprint::inspect {

/// What is found of one image, judged under each of several profiles: the image is read once, and
/// the profiles differ only in what they think of it. Not thread-safe.
class Ledger {
 public:
  /// `profiles`, at least one, must outlive the ledger.
  /// `today`: "2026-06-30", the day for which waivers hold or not.
  Ledger(const std::vector<rules::Profile>& profiles, std::string today);

  /// Something that could not be looked at. It counts even where the rule is off: what nobody has
  /// read is never accepted.
  void undetermined(std::string_view rule, const std::string& reason);
  /// What a rule found that is answered outside the table's functions. A rule that is not in the
  /// table says nothing.
  void fired(std::string_view rule, const rules::Evidence& evidence);
  /// What the container gate found. The profiles decide of its severity, but not of an error's:
  /// that file may reach outside itself and is not opened.
  void add_gate_finding(const Finding& finding);
  /// The rules of one family ("disk.") that the table has no function for were answered: those that
  /// have not fired are clean.
  void answered(std::string_view family);
  /// Every rule that needs a guest stays without an answer, and `rule` says why.
  void no_guest(std::string_view rule, const std::string& reason);
  /// Runs the table's rules.
  void run_rules(const rules::Context& context);
  /// Those of all profiles so far, each once, with the gravest severity.
  [[nodiscard]] std::vector<Finding> findings() const;
  /// Shows the lines around those that findings name.
  void add_context(guest::FollowingFs& fs);

  /// Writes verdict, findings, answers and coverage, after the waivers of each profile, which know
  /// the image by the report's path and digest. With several profiles each has its own, and
  /// the image's are those of all: every finding once, waived only if all of them waive it, with
  /// the gravest severity, and so the worst verdict.
  void close(ImageReport& report);

 private:
  struct Page {
    const rules::Profile* profile;
    ProfileReport report;
  };

  std::vector<Page> pages_;
  std::string today_;
};

}  // namespace imprint::inspect
