// The files that boot entries name: kernel, initramfs, and the modules that go with the kernel.

#include <algorithm>
#include <array>

#include "guestfs/facts/kernel_image.h"
#include "guestfs/language/say.h"
#include "guestfs/rules/boot_rules.h"
#include "guestfs/rules/evidence.h"

namespace imprint::rules {
namespace {

using facts::Boot;
using facts::BootEntry;
using facts::BootFile;
using guest::Match;

bool can_start(const BootEntry& entry) {
  return entry.kernel && entry.kernel->match == Match::found && entry.kernel->size > 0;
}

/// GRUB goes on with the next entry by itself.
bool has_working_fallback(const Boot& boot) {
  return std::any_of(boot.fallbacks.begin(), boot.fallbacks.end(), [&](std::size_t index) {
    return index != boot.default_entry && can_start(boot.entries[index]);
  });
}

std::optional<Severity> severity_of(const Boot& boot, const BootEntry& entry) {
  const bool spared = &entry != boot.default_or_null() || has_working_fallback(boot);
  return spared ? std::optional{Severity::warning} : std::nullopt;
}

/// What an entry names a file for.
enum class Part { kernel, initramfs };

std::string describe_missing(const BootFile& file, Part part) {
  return part == Part::kernel ? say("the kernel '{}' is missing: {}", file.written, file.why)
                              : say("the initramfs '{}' is missing: {}", file.written, file.why);
}

std::string describe_unknown(const BootFile& file, Part part) {
  return part == Part::kernel ? say("the kernel '{}': {}", file.written, file.why)
                              : say("the initramfs '{}': {}", file.written, file.why);
}

/// Each place once: many entries name the same file, but each on a line of its own.
void add_file(Answer& answer, const Boot& boot, const BootEntry& entry, const BootFile& file,
              Part part) {
  if (file.match == Match::absent) {
    Evidence evidence = evidence_at(file.place, describe_missing(file, part));
    evidence.severity = severity_of(boot, entry);
    if (&entry != boot.default_or_null())
      evidence.effect = say("the entry does not boot; it is not the default one");
    answer.fired.push_back(std::move(evidence));
  } else if (file.match == Match::unknown && &entry == boot.default_or_null()) {
    answer.undetermined.push_back(describe_unknown(file, part));
  }
}

/// The default entry's device is told by another rule, and nothing can be said of its files.
bool device_is_told(const Boot& boot) {
  return boot.has_problem("boot.grub1-root-device");
}

Answer kernel_missing(const Context& context) {
  const Boot& boot = context.facts.boot;
  if (boot.entries.empty()) return Answer::not_applied();
  Answer answer;
  for (const BootEntry& entry : boot.entries) {
    if (entry.kernel && !(entry.kernel->match == Match::unknown && device_is_told(boot)))
      add_file(answer, boot, entry, *entry.kernel, Part::kernel);
  }
  const BootEntry* chosen = boot.default_or_null();
  if (chosen == nullptr || chosen->kernel || boot.has_problem("boot.grub2-parse") ||
      boot.has_problem("boot.no-config") || device_is_told(boot))
    return answer;
  if (chosen->hands_over)
    answer.undetermined.push_back(
        say("the default entry '{}' starts something else than a kernel", chosen->title));
  else
    answer.fired.push_back(
        evidence_at(chosen->place, say("the default entry '{}' names no kernel", chosen->title)));
  return answer;
}

Answer kernel_invalid(const Context& context) {
  const Boot& boot = context.facts.boot;
  Answer answer;
  std::vector<std::string> seen;
  for (const BootEntry& entry : boot.entries) {
    if (!entry.kernel || entry.kernel->match != Match::found) continue;
    const BootFile& file = *entry.kernel;
    const bool chosen = &entry == boot.default_or_null();
    if (std::find(seen.begin(), seen.end(), file.path) != seen.end() && !chosen) continue;
    seen.push_back(file.path);
    const auto path = guest::GuestPath::parse(file.path);
    const auto image = path ? facts::read_kernel_image(context.fs, *path)
                            : Result<facts::KernelImage>{path.error()};
    if (!image) {
      if (chosen) answer.undetermined.push_back(image.error().message);
    } else if (!image->fault.empty()) {
      // What is not Linux (memtest, a hypervisor) has other first bytes, and is not the default.
      answer.fired.push_back(evidence_at(
          file.place, say("the kernel '{}' cannot be started: {}", file.path, image->fault)));
      answer.fired.back().severity = severity_of(boot, entry);
    }
  }
  if (boot.entries.empty()) answer.not_applicable = true;
  return answer;
}

Answer initrd_missing(const Context& context) {
  const Boot& boot = context.facts.boot;
  if (boot.entries.empty()) return Answer::not_applied();
  Answer answer;
  for (const BootEntry& entry : boot.entries) {
    // Without its kernel the entry is told of already.
    if (!entry.kernel || entry.kernel->match != Match::found) continue;
    for (const BootFile& file : entry.initrds) {
      add_file(answer, boot, entry, file, Part::initramfs);
      if (file.match != Match::found || file.size > 0) continue;
      answer.fired.push_back(
          evidence_at(file.place, say("the initramfs '{}' is empty", file.path)));
      answer.fired.back().severity = severity_of(boot, entry);
    }
  }
  return answer;
}

Answer modules_missing(const Context& context) {
  const facts::KernelFacts& kernel = context.facts.kernel;
  const BootEntry* entry = context.facts.boot.default_or_null();
  if (entry == nullptr || kernel.image.empty()) return Answer::not_applied();
  // They would lie in a deployment that is not the one at hand.
  const auto& deployment = context.facts.boot.deployment;
  if (deployment && deployment->match != Match::found) return Answer::not_applied();
  if (!kernel.unknown.empty()) return Answer::unknown(kernel.unknown);
  if (kernel.version.empty()) return Answer::not_applied();
  if (!kernel.folder.empty() || kernel.is_monolithic()) return Answer::clean();
  Answer answer;
  answer.fired.push_back(evidence_of("/lib/modules/" + kernel.version,
                                     say("the default kernel '{}' has no modules", kernel.image)));
  // A kernel without an initramfs may well have everything built in.
  if (entry->initrds.empty()) answer.fired.back().severity = Severity::warning;
  return answer;
}

constexpr std::string_view regenerate =
    "reinstall the kernel package, or generate the loader's configuration again";

constexpr std::array<Rule, 4> rules{{
    {"boot.kernel-missing", Severity::error, "the kernels that boot entries name are there",
     "the boot loader finds no kernel and stops", regenerate, kernel_missing},
    {"boot.kernel-invalid", Severity::error, "kernel files are kernels",
     "the boot loader refuses the file and stops", "reinstall the kernel package", kernel_invalid},
    {"boot.initrd-missing", Severity::error,
     "the initramfs files that boot entries name are there and not empty",
     "the kernel finds no root file system and panics", "generate the initramfs again",
     initrd_missing},
    {"boot.modules-dir-missing", Severity::error, "the default kernel has its modules",
     "drivers that are not in the initramfs cannot be loaded: no network, perhaps no root file "
     "system",
     "reinstall the kernel package", modules_missing},
}};

}  // namespace

std::span<const Rule> boot_file_rules() {
  return rules;
}

}  // namespace imprint::rules
