// What the default entry's initramfs holds.

#include <fmt/ranges.h>

#include <array>

#include "guestfs/language/say.h"
#include "guestfs/rules/boot_drivers.h"
#include "guestfs/rules/boot_rules.h"
#include "guestfs/rules/evidence.h"

namespace imprint::rules {
namespace {

using facts::InitramfsFile;

/// Kernels before 2.6.30 have no options of that kind.
bool names_packings(const facts::KernelConfig& config) {
  const auto option = config.lower_bound("RD_");
  return option != config.end() && option->first.starts_with("RD_");
}

/// The kernel's option for a packing, such as RD_ZSTD; empty if its configuration does not say that
/// it lacks it.
std::string lacking_option(const facts::KernelConfig& config, const std::string& packing) {
  if (!names_packings(config)) return {};
  std::string option = "RD_";
  for (const char c : packing)
    option += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return config.contains(option) ? std::string{} : "CONFIG_" + option;
}

void judge_file(const Context& context, const InitramfsFile& file, Answer& answer) {
  if (file.state == InitramfsFile::State::damaged) {
    answer.fired.push_back(evidence_of(
        file.path, say("the initramfs '{}' cannot be unpacked: {}", file.path, file.why)));
    return;
  }
  for (const std::string& packing : file.packings) {
    const std::string option = lacking_option(context.facts.kernel.config, packing);
    if (option.empty()) continue;
    answer.fired.push_back(evidence_of(
        file.path, say("the initramfs '{}' is packed with {}, and the kernel was built without {}",
                       file.path, packing, option)));
    return;
  }
  const bool whole = file.state == InitramfsFile::State::whole;
  if (!whole || (file.trailer && !file.junk)) return;
  answer.fired.push_back(evidence_of(
      file.path,
      file.junk
          ? say("behind the last archive of the initramfs '{}' stands something else", file.path)
          : say("the last archive of the initramfs '{}' has no end mark", file.path)));
  answer.fired.back().severity = Severity::warning;
  answer.fired.back().effect = say("the kernel complains, and what stands there is lost");
}

Answer initrd_corrupt(const Context& context) {
  if (context.facts.initramfs.files.empty()) return Answer::not_applied();
  Answer answer;
  for (const InitramfsFile& file : context.facts.initramfs.files) judge_file(context, file, answer);
  return answer;
}

Answer kernel_mismatch(const Context& context) {
  if (context.facts.initramfs.files.empty()) return Answer::not_applied();
  if (!has_modules_of_another_kernel(context)) return Answer::clean();
  const auto& initramfs = context.facts.initramfs;
  Answer answer;
  answer.fired.push_back(
      evidence_of(initramfs.files.back().path,
                  say("the initramfs holds modules of the kernel {}, but {} boots",
                      fmt::format("{}", fmt::join(initramfs.content.versions, ", ")),
                      context.facts.kernel.version)));
  return answer;
}

constexpr std::array<Rule, 2> rules{{
    {"boot.initrd-corrupt", Severity::error, "the kernel can unpack the default entry's initramfs",
     "the kernel finds no root file system and panics", "generate the initramfs again",
     initrd_corrupt},
    {"boot.initrd-kernel-mismatch", Severity::error,
     "the initramfs was made for the kernel that boots",
     "no driver can be loaded, so that the root device is not found",
     "generate the initramfs of that kernel again", kernel_mismatch},
}};

}  // namespace

std::span<const Rule> boot_initrd_rules() {
  return rules;
}

}  // namespace imprint::rules
