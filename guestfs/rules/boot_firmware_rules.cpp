// How the firmware gets to the loader, and links of the root that tools for boot files stumble
// over.

#include <algorithm>
#include <array>

#include "guestfs/facts/boot_firmware.h"
#include "guestfs/language/say.h"
#include "guestfs/rules/boot_rules.h"
#include "guestfs/rules/evidence.h"

namespace imprint::rules {
namespace {

using facts::Boot;
using facts::Loader;

bool has_signature(const guest::DiskTable& disk) {
  return disk.boot_sector.size() >= 512 && disk.boot_sector.substr(510, 2) == "\x55\xaa";
}

bool is_grub(const Boot& boot) {
  return boot.loader == Loader::grub2 || boot.loader == Loader::grub_legacy;
}

/// Why an EFI system partition that is there could not be looked at.
std::optional<std::string> unreadable_esp(const Context& context) {
  const facts::BootTree tree{context.fs, context.inventory, context.facts.mounts};
  for (const guest::GuestPath& esp : tree.efi_mounts()) {
    const auto entries = context.fs.list(esp);
    if (!entries && entries.error().code != Errc::not_found)
      return say("the EFI system partition on '{}' cannot be read: {}", esp.str(),
                 entries.error().message);
  }
  return std::nullopt;
}

Answer no_boot_code(const Context& context) {
  const Boot& boot = context.facts.boot;
  if (boot.starts_by("uefi") || boot.loader == Loader::unsupported) return Answer::not_applied();
  if (context.inventory.disks.empty()) return Answer::not_applied();
  const guest::DiskTable& disk = context.inventory.disks.front();
  if (disk.boot_sector.empty())
    return Answer::unknown(say("the first sector of {} is not known", disk.device));
  if (!facts::has_boot_code(disk))
    if (auto why = unreadable_esp(context)) return Answer::unknown(*std::move(why));
  Answer answer;
  if (!has_signature(disk))
    answer.fired.push_back(
        evidence_of({}, say("the first sector of {} does not end in 55 AA", disk.device)));
  else if (!facts::has_boot_code(disk))
    answer.fired.push_back(
        evidence_of({}, say("the first sector of {} holds no boot code, and no EFI program "
                            "was found either",
                            disk.device)));
  if (!answer.fired.empty() || !is_grub(boot)) return answer;
  const auto& volumes = context.inventory.volumes;
  const bool leads_on = disk.boot_sector.find("GRUB") != std::string::npos ||
                        std::any_of(volumes.begin(), volumes.end(),
                                    [](const auto& volume) { return volume.bootable; });
  if (leads_on) return answer;
  answer.fired.push_back(evidence_of({}, say("the first sector of {} holds no GRUB", disk.device)));
  answer.fired.back().severity = Severity::warning;
  return answer;
}

/// The firmware's own settings are not part of an image: a new machine knows only the fallback
/// path.
Answer no_efi_fallback(const Context& context) {
  const Boot& boot = context.facts.boot;
  if (!boot.starts_by("uefi") || boot.starts_by("bios")) return Answer::not_applied();
  const facts::BootTree tree{context.fs, context.inventory, context.facts.mounts};
  if (facts::efi_fallback(tree)) return Answer::clean();
  const std::vector<guest::GuestPath> esps = tree.efi_mounts();
  Answer answer;
  answer.fired.push_back(evidence_of(
      esps.empty() ? std::string{} : (esps.front() / "EFI/BOOT").str(),
      say("no program of the name that firmware looks for by itself, such as BOOTX64.EFI")));
  return answer;
}

/// The root's links are looked at as they stand: followed, they would be right.
Answer absolute_links(const Context& context) {
  Answer answer;
  for (const char* name : {"/bin", "/sbin", "/lib", "/lib64"}) {
    const auto path = guest::GuestPath::parse(name);
    if (!path) continue;
    const auto info = context.fs.raw().stat(*path);
    if (!info && info.error().code != Errc::not_found)
      answer.undetermined.push_back(info.error().message);
    if (!info || info->type != guest::FileType::link) continue;
    const auto target = context.fs.raw().read_link(*path);
    if (target && target->starts_with('/'))
      answer.fired.push_back(
          evidence_of(name, say("it is a link to '{}', an absolute path", *target)));
  }
  return answer;
}

constexpr std::array<Rule, 3> rules{{
    {"boot.bios-no-bootcode", Severity::error, "a disk that BIOS starts holds boot code",
     "the firmware finds nothing to boot",
     "install the boot loader into the disk's first sector, as grub-install does", no_boot_code},
    {"boot.efi-fallback-missing", Severity::error,
     "UEFI finds the loader without settings of its own",
     "a machine made from this image has no boot entry in its firmware and finds nothing to boot",
     "install the loader to EFI/BOOT too: grub-install --force-extra-removable, bootctl install",
     no_efi_fallback},
    {"boot.root-symlinks-absolute", Severity::error, "the root's links to /usr are relative",
     "tools that look at the root from outside leave it through the link: a new initramfs lacks "
     "files",
     "make the link relative, for example 'usr/bin'", absolute_links},
}};

}  // namespace

std::span<const Rule> boot_firmware_rules() {
  return rules;
}

}  // namespace imprint::rules
