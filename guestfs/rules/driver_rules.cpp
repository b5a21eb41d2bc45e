// Whether the kernel that boots finds its disk and its network on a virtual machine of Imprint's.

#include <algorithm>
#include <array>

#include "guestfs/language/say.h"
#include "guestfs/rules/boot_drivers.h"
#include "guestfs/rules/evidence.h"
#include "guestfs/rules/leftover_tools.h"
#include "guestfs/rules/table.h"

namespace imprint::rules {
namespace {

using facts::Driver;
using facts::KernelFacts;
using guest::Match;

/// Something tells about the drivers of a kernel: its modules or its configuration.
bool tells_drivers(const KernelFacts& kernel) {
  return !kernel.image.empty() && !kernel.version.empty() &&
         (kernel.folder_has_modules || kernel.modules_builtin.is_read() || !kernel.config.empty());
}

/// The file that a person would look into.
std::string source_of(const KernelFacts& kernel) {
  if (!kernel.folder.empty() && kernel.folder_has_modules) return kernel.folder;
  return kernel.config_file.is_read() ? kernel.config_file.path : kernel.folder;
}

Answer virtio_drivers(const Context& context) {
  const KernelFacts& kernel = context.facts.kernel;
  if (!tells_drivers(kernel)) return Answer::not_applied();
  Answer answer;
  std::vector<std::string> absent;
  // Without a list of what is built in, a module that is not there tells nothing: systems made
  // small by hand have kernels like that, and they boot.
  bool is_known = true;
  for (const char* name : {"virtio_pci", "virtio_blk", "virtio_net"}) {
    if (context.facts.initramfs.content.has_module(kernel.version, name)) continue;
    const Driver driver = kernel.driver(name);
    if (driver == Driver::absent) absent.emplace_back(name);
    is_known = is_known && driver != Driver::unknown;
  }
  if (!absent.empty())
    answer.fired.push_back(evidence_of(
        source_of(kernel),
        say("the default kernel {} has no driver {}", kernel.version, names_of(absent))));
  answer.not_applicable = !is_known;
  return answer;
}

/// Files that the entry names and that were not found, or are no initramfs, are told of by boot.*.
bool initramfs_is_told(const Context& context, const facts::BootEntry& entry) {
  const bool gone = std::any_of(entry.initrds.begin(), entry.initrds.end(), [](const auto& file) {
    return file.match != Match::found || file.size == 0;
  });
  const facts::Boot& boot = context.facts.boot;
  const bool misread = entry.initrds.empty() &&
                       (boot.has_problem("boot.grub1-parse") ||
                        boot.has_problem("boot.grub2-parse") || boot.has_problem("boot.extlinux"));
  return context.facts.initramfs.is_damaged() || gone || misread ||
         has_modules_of_another_kernel(context);
}

/// GRUB starts the next entry if a kernel that panics reboots; an entry with an initramfs then has
/// the drivers.
bool has_fallback(const facts::Boot& boot) {
  return std::any_of(boot.fallbacks.begin(), boot.fallbacks.end(),
                     [&](std::size_t index) { return index != boot.default_entry; });
}

Evidence left_out(const Context& context, const facts::BootEntry& entry,
                  const std::vector<std::string>& missing) {
  const auto& initramfs = context.facts.initramfs;
  const std::string& version = context.facts.kernel.version;
  if (initramfs.files.empty()) {
    Evidence evidence =
        evidence_at(entry.place,
                    say("the default entry has no initramfs, and the kernel {} has {} not built in",
                        version, names_of(missing)));
    if (has_fallback(context.facts.boot)) evidence.severity = Severity::warning;
    return evidence;
  }
  const bool hostonly = initramfs.content.paths.contains("lib/dracut/hostonly-kernel-modules.txt");
  const std::string& path = initramfs.files.back().path;
  return evidence_of(
      path,
      hostonly
          ? say("the initramfs lacks {}, which the kernel {} has not built in: dracut made it for "
                "the machine that it ran on (hostonly)",
                names_of(missing), version)
          : say("the initramfs lacks {}, which the kernel {} has not built in", names_of(missing),
                version));
}

Answer virtio_in_initrd(const Context& context) {
  const KernelFacts& kernel = context.facts.kernel;
  const facts::BootEntry* entry = context.facts.boot.default_or_null();
  if (entry == nullptr || !tells_drivers(kernel) || initramfs_is_told(context, *entry))
    return Answer::not_applied();
  std::vector<std::string> missing;
  for (const BootDriver& driver : boot_drivers(context)) {
    const Early how = early(context, driver);
    // A driver of the machine that the kernel has nowhere is told of by drv.virtio-blk-net.
    if (how == Early::left_out || (how == Early::absent && !driver.of_the_machine))
      missing.push_back(driver.modules.front());
  }
  if (missing.empty()) return Answer::clean();
  if (!context.facts.initramfs.files.empty() && !context.facts.initramfs.is_known())
    return Answer::unknown(say("whether the initramfs holds {} is not known: {}", names_of(missing),
                               context.facts.initramfs.why_unknown()));
  Answer answer;
  answer.fired.push_back(left_out(context, *entry, missing));
  return answer;
}

/// An initramfs that boots here, and would not on a disk of another kind.
Answer hostonly_initrd(const Context& context) {
  const KernelFacts& kernel = context.facts.kernel;
  const auto& initramfs = context.facts.initramfs;
  const auto& content = initramfs.content;
  if (!initramfs.is_known() || !content.paths.contains("lib/dracut/hostonly-kernel-modules.txt"))
    return Answer::not_applied();
  std::vector<std::string> missing;
  for (const char* name : {"virtio_blk", "virtio_scsi", "nvme"})
    if (kernel.driver(name) == Driver::module && !content.has_module(kernel.version, name))
      missing.emplace_back(name);
  // Without the system disk's own driver drv.virtio-in-initrd tells it.
  if (missing.empty() || missing.front() == "virtio_blk") return Answer::clean();
  Answer answer;
  answer.fired.push_back(
      evidence_of(initramfs.files.back().path,
                  say("dracut made the initramfs for the machine that it ran on: it lacks {}",
                      names_of(missing))));
  return answer;
}

Answer nvme(const Context& context) {
  const KernelFacts& kernel = context.facts.kernel;
  if (!tells_drivers(kernel)) return Answer::not_applied();
  if (kernel.driver("nvme") != Driver::absent) return Answer::clean();
  Answer answer;
  answer.fired.push_back(evidence_of(
      source_of(kernel), say("the default kernel {} has no driver {}", kernel.version, "nvme")));
  return answer;
}

Answer blacklisted(const Context& context) {
  const KernelFacts& kernel = context.facts.kernel;
  if (kernel.image.empty()) return Answer::not_applied();
  std::vector<std::string> early_ones{"virtio", "virtio_ring"};
  for (const BootDriver& driver : boot_drivers(context))
    if (driver.modules.size() == 1) early_ones.push_back(driver.modules.front());
  Answer answer;
  for (const facts::ModuleBlock& block : kernel.blocks) {
    const bool early_one =
        std::find(early_ones.begin(), early_ones.end(), block.module) != early_ones.end();
    if (!early_one && (block.module != "virtio_net" || block.early_only)) continue;
    const Driver driver = kernel.driver(block.module);
    if (driver == Driver::built_in || driver == Driver::absent) continue;
    answer.fired.push_back(
        evidence_at(block.place, say("the driver {} is kept from loading", block.module)));
  }
  return answer;
}

Answer modules_dep(const Context& context) {
  const KernelFacts& kernel = context.facts.kernel;
  if (kernel.folder.empty() || !kernel.folder_has_modules) return Answer::not_applied();
  if (kernel.modules_dep.is_unreadable()) return unreadable(kernel.modules_dep);
  Answer answer;
  const std::string path = kernel.folder + "/modules.dep";
  if (!kernel.modules_dep.is_read() || kernel.modules_dep.info.size == 0)
    answer.fired.push_back(
        evidence_of(path, say("modules.dep {}", facts::describe_state(kernel.modules_dep))));
  else if (!kernel.stray.empty())
    answer.fired.push_back(
        evidence_of(path, say("it does not name {}, which is there: it is older than the modules",
                              names_of({kernel.stray.begin(), kernel.stray.end()}))));
  return answer;
}

constexpr std::array<Rule, 7> rules{{
    {"drv.virtio-blk-net", Severity::error, "the default kernel has the drivers of virtio",
     "the machine finds no disk and does not boot, or has no network",
     "install a kernel with virtio, or the package with the rest of its modules", virtio_drivers},
    {"drv.virtio-in-initrd", Severity::error,
     "the initramfs holds the drivers that the root file system needs",
     "the initramfs waits for the root device, then stops in a shell",
     "generate the initramfs again with virtio_blk and virtio_pci: dracut --no-hostonly, or "
     "MODULES=most for initramfs-tools",
     virtio_in_initrd},
    {"drv.hostonly-initrd", Severity::info, "the initramfs boots on more than one kind of machine",
     "on a disk of another kind than that of the machine it was made on the root device is not "
     "found",
     "generate the initramfs again with dracut --no-hostonly", hostonly_initrd},
    {"drv.nvme", Severity::info, "the default kernel has the driver of NVMe disks",
     "disks of that kind are not found",
     "install the package with the rest of the kernel's modules", nvme},
    {"drv.blacklisted", Severity::error, "no driver that the machine needs is kept from loading",
     "the machine finds no disk and does not boot, or has no network",
     "remove the line or the word that blocks the module", blacklisted},
    {"drv.leftover-tools", Severity::warning, "nothing is left of another hypervisor's tools",
     "services and drivers for other hardware fail at each boot",
     "uninstall the tools of the former hypervisor", leftover_tools},
    {"drv.modules-dep-missing", Severity::warning, "depmod has listed the kernel's modules",
     "modprobe finds no module until depmod has run", "run depmod for that kernel", modules_dep},
}};

}  // namespace

std::span<const Rule> driver_rules() {
  return rules;
}

}  // namespace imprint::rules
