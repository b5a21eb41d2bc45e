// The loaders' configurations: what their readers found wrong.

#include <algorithm>
#include <array>

#include "guestfs/language/say.h"
#include "guestfs/rules/boot_rules.h"
#include "guestfs/rules/evidence.h"

namespace imprint::rules {
namespace {

using facts::Boot;
using facts::BootProblem;
using facts::Loader;

/// All problems that the readers told under one rule.
Answer problems_of(const Boot& boot, std::string_view rule) {
  Answer answer;
  for (const BootProblem& problem : boot.problems) {
    if (problem.rule != rule) continue;
    if (problem.undetermined) {
      answer.undetermined.push_back(problem.place.path.empty()
                                        ? problem.message
                                        : problem.place.path + ": " + problem.message);
      continue;
    }
    Evidence evidence = evidence_at(problem.place, problem.message);
    evidence.severity = problem.severity;
    answer.fired.push_back(std::move(evidence));
  }
  return answer;
}

/// A template argument must have linkage, and a string literal has none.
template <std::size_t size>
struct RuleId {
  char text[size]{};
  constexpr RuleId(const char (&id)[size]) {  // NOLINT: converts on purpose
    std::copy_n(id, size, text);
  }
};

/// A rule that only tells what the readers found, where the loader is one of its own.
template <RuleId id, Loader... loaders>
Answer told(const Context& context) {
  const Boot& boot = context.facts.boot;
  if (sizeof...(loaders) > 0 && !((boot.loader == loaders) || ...)) return Answer::not_applied();
  return problems_of(boot, id.text);
}

/// Whether the guest keeps /boot on a file system that was not found, so that nothing can be said
/// of it.
bool boot_is_elsewhere(const Context& context) {
  const auto& entries = context.facts.fstab.entries;
  return std::any_of(entries.begin(), entries.end(), [](const facts::FstabEntry& entry) {
    return (entry.target == "/boot" || entry.target == "/boot/efi" || entry.target == "/efi") &&
           (entry.device.match == guest::Match::absent ||
            entry.device.match == guest::Match::unknown);
  });
}

Answer no_config(const Context& context) {
  const Boot& boot = context.facts.boot;
  Answer answer = problems_of(boot, "boot.no-config");
  if (boot.loader != Loader::none) return answer;
  if (boot_is_elsewhere(context))
    answer.undetermined.emplace_back(
        say("a file system that /etc/fstab mounts for the loader is not in this image"));
  else
    answer.fired.push_back(
        evidence_of("/boot", say("no configuration of any boot loader is there")));
  return answer;
}

/// Faults that leave a menu empty and are told by a rule of their own.
bool has_cause(const Boot& boot) {
  static constexpr std::array<std::string_view, 7> causes{
      "boot.grub2-parse", "boot.bls-none", "boot.bls-entry-invalid", "boot.esp-stub-uuid",
      "boot.no-config",   "boot.uki",      "boot.extlinux"};
  return std::any_of(causes.begin(), causes.end(),
                     [&](std::string_view rule) { return boot.has_problem(rule); });
}

Answer config_empty(const Context& context) {
  const Boot& boot = context.facts.boot;
  if (boot.loader == Loader::none || boot.loader == Loader::unsupported)
    return Answer::not_applied();
  Answer answer = problems_of(boot, "boot.config-empty");
  if (!boot.entries.empty() || has_cause(boot)) return answer;
  answer.fired.push_back(evidence_of(boot.configs.empty() ? "/boot" : boot.configs.back(),
                                     say("it holds no boot entry")));
  return answer;
}

constexpr std::string_view stays_in_loader = "the machine stays in the boot loader";
constexpr std::string_view other_entry = "another entry than the chosen one boots";

constexpr std::array<Rule, 16> rules{{
    {"boot.no-config", Severity::error, "a boot loader has a configuration", stays_in_loader,
     "install a boot loader and generate its configuration", no_config},
    {"boot.config-empty", Severity::error, "the boot loader's configuration has an entry",
     stays_in_loader, "generate the configuration again, for example with grub-mkconfig",
     config_empty},
    {"boot.grub1-parse", Severity::error, "GRUB legacy knows each command of its menu",
     "GRUB stops at the unknown command and the entry does not boot", "correct or remove the line",
     told<"boot.grub1-parse", Loader::grub_legacy>},
    {"boot.grub1-default-range", Severity::error, "GRUB legacy's default entry exists",
     "GRUB finds no entry of that number and waits in its menu",
     "give 'default' the number of an entry, counted from 0",
     told<"boot.grub1-default-range", Loader::grub_legacy>},
    {"boot.grub1-two-configs", Severity::warning, "menu.lst and grub.conf say the same",
     "a change of one of them may have no effect", "make one a symbolic link to the other",
     told<"boot.grub1-two-configs", Loader::grub_legacy>},
    {"boot.grub1-root-device", Severity::error,
     "the partitions that GRUB legacy's menu names exist",
     "GRUB finds no such partition and the entry does not boot",
     "name a partition of this image, counted from 0: (hd0,0) is the first one",
     told<"boot.grub1-root-device", Loader::grub_legacy>},
    {"boot.grub2-parse", Severity::error, "grub.cfg follows GRUB's syntax",
     "GRUB drops what it cannot parse, and the entries in it are missing",
     "generate grub.cfg again instead of editing it", told<"boot.grub2-parse", Loader::grub2>},
    {"boot.grub2-default", Severity::warning, "GRUB's default entry exists", other_entry,
     "set the default with grub-set-default or in /etc/default/grub",
     told<"boot.grub2-default", Loader::grub2>},
    {"boot.grubenv-corrupt", Severity::warning, "GRUB's environment block is sound",
     "GRUB cannot read the saved default entry and kernel options",
     "make it anew with grub-editenv", told<"boot.grubenv-corrupt", Loader::grub2>},
    {"boot.bls-none", Severity::error,
     "there are entries where grub.cfg takes them from /loader/entries", stays_in_loader,
     "reinstall the kernel package, or write the entries with kernel-install",
     told<"boot.bls-none", Loader::grub2>},
    {"boot.bls-entry-invalid", Severity::error,
     "boot entries of the Boot Loader Specification are complete", "the entry is not in the menu",
     "give the entry a 'linux' line",
     told<"boot.bls-entry-invalid", Loader::grub2, Loader::systemd_boot>},
    {"boot.bls-kernelopts-undefined", Severity::error,
     "$kernelopts has a value where entries use it", "the kernel is given no root= and stops",
     "set kernelopts with grub2-editenv, or run grub2-mkconfig",
     told<"boot.bls-kernelopts-undefined", Loader::grub2>},
    {"boot.esp-stub-uuid", Severity::error,
     "grub.cfg on the EFI system partition leads to the real one", stays_in_loader,
     "put the UUID of the file system with /boot into the file",
     told<"boot.esp-stub-uuid", Loader::grub2>},
    {"boot.sdboot-default", Severity::warning, "systemd-boot's default entry exists", other_entry,
     "correct 'default' in loader.conf", told<"boot.sdboot-default", Loader::systemd_boot>},
    {"boot.extlinux", Severity::error, "the configuration of EXTLINUX or SYSLINUX is sound",
     "the loader finds nothing to boot", "let DEFAULT name a LABEL",
     told<"boot.extlinux", Loader::extlinux>},
    {"boot.uki", Severity::error, "unified kernel images are whole",
     "the firmware or the loader refuses the image",
     "build the image again, for example with ukify",
     told<"boot.uki", Loader::unified_kernel, Loader::systemd_boot>},
}};

}  // namespace

std::span<const Rule> boot_config_rules() {
  return rules;
}

}  // namespace imprint::rules
