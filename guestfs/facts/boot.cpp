#include "guestfs/facts/boot.h"

#include <algorithm>
#include <array>

#include "guestfs/facts/boot_firmware.h"
#include "guestfs/facts/boot_readers.h"
#include "guestfs/facts/ostree.h"
#include "guestfs/facts/unified_kernel.h"
#include "guestfs/language/say.h"

namespace imprint::facts {

using guest::GuestPath;
using guest::Match;

namespace {

constexpr std::string_view xbootldr_type = "bc13c2ff-59e6-4262-a352-b275fd6f7172";

constexpr std::array<const char*, 2> grub2_configs{"/boot/grub/grub.cfg", "/boot/grub2/grub.cfg"};
constexpr std::array<const char*, 2> legacy_configs{"/boot/grub/menu.lst", "/boot/grub/grub.conf"};
constexpr std::array<const char*, 7> extlinux_configs{"/boot/extlinux/extlinux.conf",
                                                      "/boot/extlinux.conf",
                                                      "/extlinux/extlinux.conf",
                                                      "/extlinux.conf",
                                                      "/boot/syslinux/syslinux.cfg",
                                                      "/boot/syslinux.cfg",
                                                      "/syslinux.cfg"};
constexpr std::array<const char*, 9> unsupported_configs{
    "/etc/lilo.conf",    "/etc/elilo.conf",         "/etc/zipl.conf",
    "/etc/yaboot.conf",  "/boot/boot.scr",          "/boot/uEnv.txt",
    "/boot/limine.conf", "/boot/refind_linux.conf", "/boot/firmware/config.txt"};

GuestPath path_of(const char* text) {
  auto path = GuestPath::parse(text);
  return path ? std::move(path).value() : GuestPath{};
}

/// Finds the loader of a system and has its configuration read.
class Discovery {
 public:
  explicit Discovery(const BootTree& tree) : tree_{tree}, esps_{tree.efi_mounts()} {
    boot_.firmware = detect_firmware(tree);
  }

  Boot run() {
    const bool found = try_systemd_boot(Sure::yes) || try_grub2() || try_systemd_boot(Sure::no) ||
                       try_grub_legacy() || try_extlinux() || try_unified_kernel() ||
                       try_unsupported();
    if (!found) boot_.loader = Loader::none;
    find_root();
    return std::move(boot_);
  }

 private:
  enum class Sure { yes, no };

  [[nodiscard]] std::optional<guest::FileInfo> file(const GuestPath& path) const {
    auto info = tree_.fs().stat(path);
    // A file that cannot be looked at is there as far as anybody knows; its reader tells why.
    if (!info && info.error().code != Errc::not_found && info.error().code != Errc::invalid)
      return guest::FileInfo{};
    if (!info || info->type != guest::FileType::regular) return std::nullopt;
    return std::move(info).value();
  }

  template <std::size_t count>
  [[nodiscard]] std::vector<GuestPath> present(const std::array<const char*, count>& names) const {
    std::vector<GuestPath> result;
    for (const char* name : names)
      if (file(path_of(name))) result.push_back(path_of(name));
    return result;
  }

  /// A file of a loader's vendor folder on the EFI system partition; the fallback folder comes
  /// last.
  [[nodiscard]] std::vector<GuestPath> efi_configs(std::string_view name) const {
    std::vector<GuestPath> result;
    for (const GuestPath& esp : esps_) {
      const auto efi = tree_.find_without_case(esp, "EFI");
      const auto vendors =
          efi ? tree_.fs().list(*efi) : Result<std::vector<guest::FolderEntry>>{Error{}};
      if (!vendors) continue;
      for (const guest::FolderEntry& vendor : *vendors) {
        const auto path = tree_.find_without_case(*efi / vendor.name, name);
        if (!path || !file(*path)) continue;
        const bool last = same_without_case(vendor.name, "BOOT");
        result.insert(last ? result.end() : result.begin(), *path);
      }
    }
    return result;
  }

  /// The GRUB 2 configuration below /boot that GRUB most likely reads: one that is not empty.
  [[nodiscard]] std::optional<GuestPath> main_config() const {
    const std::vector<GuestPath> configs = present(grub2_configs);
    if (configs.empty()) return std::nullopt;
    const auto filled = std::find_if(configs.begin(), configs.end(),
                                     [&](const GuestPath& path) { return file(path)->size > 0; });
    return filled == configs.end() ? configs.front() : *filled;
  }

  bool try_grub2() {
    const auto main = main_config();
    const std::vector<GuestPath> stubs = efi_configs("grub.cfg");
    if (!main && stubs.empty()) return false;
    boot_.loader = Loader::grub2;
    const bool uefi_only = boot_.starts_by("uefi") && !boot_.starts_by("bios");
    if (!stubs.empty() && (uefi_only || !main)) {
      read_from_stub(stubs.front(), main);
    } else {
      check_stubs(stubs, std::nullopt);
      read_grub2(tree_, *main, platform(), boot_);
      return true;
    }
    check_stubs(std::span{stubs}.subspan(1), Severity::warning);
    return true;
  }

  [[nodiscard]] std::string_view platform() const {
    if (boot_.starts_by("bios")) return "pc";
    return boot_.starts_by("uefi") ? "efi" : "";
  }

  /// UEFI: GRUB starts with the file beside it. Where that leads nowhere, the menu is read all the
  /// same.
  void read_from_stub(const GuestPath& stub, const std::optional<GuestPath>& main) {
    const std::size_t told = boot_.problems.size();
    read_grub2(tree_, stub, "efi", boot_);
    if (!boot_.entries.empty() || !main) return;
    const bool silent = boot_.problems.size() == told;
    read_grub2(tree_, *main, "efi", boot_);
    if (silent && !boot_.entries.empty())
      boot_.problems.push_back(
          {"boot.config-empty", {stub.str(), 0, {}}, say("it leads to no menu")});
  }

  void check_stubs(std::span<const GuestPath> stubs, std::optional<Severity> severity) {
    for (const GuestPath& stub : stubs) {
      const std::size_t told = boot_.problems.size();
      check_grub2_stub(tree_, stub, boot_);
      for (std::size_t i = told; i < boot_.problems.size(); ++i)
        if (!boot_.problems[i].severity) boot_.problems[i].severity = severity;
    }
  }

  /// Whether the program that firmware starts by itself says that it is systemd-boot.
  [[nodiscard]] bool starts_systemd_boot() const {
    constexpr std::size_t searched = std::size_t{512} << 10;
    const auto fallback = efi_fallback(tree_);
    if (!fallback) return false;
    const auto program = tree_.fs().raw().read_range(*fallback, 0, searched);
    return program && program->find("LoaderInfo: systemd-boot") != std::string::npos;
  }

  [[nodiscard]] std::vector<GuestPath> loader_roots() const {
    std::vector<GuestPath> roots = esps_;
    for (const guest::Volume& volume : tree_.inventory().volumes) {
      if (volume.part_type != xbootldr_type) continue;
      const auto index = static_cast<std::size_t>(&volume - tree_.inventory().volumes.data());
      const Located top = tree_.find({index, "/"});
      if (top.match == Match::found) roots.push_back(top.path);
    }
    return roots;
  }

  bool try_systemd_boot(Sure sure) {
    const bool settings = std::any_of(esps_.begin(), esps_.end(), [&](const GuestPath& esp) {
      return tree_.find_without_case(esp, "loader/loader.conf").has_value();
    });
    const bool program = std::any_of(esps_.begin(), esps_.end(), [&](const GuestPath& esp) {
      return tree_.find_without_case(esp, "EFI/systemd").has_value();
    });
    if (sure == Sure::yes && !starts_systemd_boot()) return false;
    if (sure == Sure::no && !settings && !program) return false;
    boot_.loader = Loader::systemd_boot;
    read_systemd_boot(tree_, loader_roots(), boot_);
    return true;
  }

  bool try_grub_legacy() {
    const std::vector<GuestPath> configs = present(legacy_configs);
    if (configs.empty()) return false;
    boot_.loader = Loader::grub_legacy;
    const bool redhat = file(path_of("/etc/redhat-release")).has_value();
    read_grub_legacy(tree_, redhat ? configs.back() : configs.front(), boot_);
    if (configs.size() == 2) compare_configs(configs[0], configs[1]);
    return true;
  }

  void compare_configs(const GuestPath& a, const GuestPath& b) {
    const auto left = tree_.fs().read_text(a);
    const auto right = tree_.fs().read_text(b);
    if (!left || !right || left->found == right->found || left->text == right->text) return;
    boot_.problems.push_back(
        {"boot.grub1-two-configs",
         {a.str(), 0, {}},
         say("'{}' and '{}' differ, and which one is read depends on how GRUB was built", a.str(),
             b.str())});
  }

  bool try_extlinux() {
    std::vector<GuestPath> configs = present(extlinux_configs);
    for (const GuestPath& esp : esps_)
      for (const char* name :
           {"EFI/syslinux/syslinux.cfg", "EFI/BOOT/syslinux.cfg", "syslinux.cfg"})
        if (const auto path = tree_.find_without_case(esp, name)) configs.push_back(*path);
    if (configs.empty()) return false;
    boot_.loader = Loader::extlinux;
    read_extlinux(tree_, configs.front(), boot_);
    return true;
  }

  /// Without any loader: unified kernels that firmware starts itself.
  bool try_unified_kernel() {
    std::vector<GuestPath> kernels;
    for (const GuestPath& esp : esps_) {
      const auto folder = tree_.find_without_case(esp, "EFI/Linux");
      const auto listing =
          folder ? tree_.fs().list(*folder) : Result<std::vector<guest::FolderEntry>>{Error{}};
      if (!listing) continue;
      for (const guest::FolderEntry& entry : *listing)
        if (entry.name.size() > 4 &&
            same_without_case(entry.name.substr(entry.name.size() - 4), ".efi"))
          kernels.push_back(*folder / entry.name);
    }
    if (const auto fallback = efi_fallback(tree_)) {
      const auto image = read_pe(tree_.fs(), *fallback);
      if (image && image->has(".linux")) kernels.insert(kernels.begin(), *fallback);
    }
    if (kernels.empty()) return false;
    boot_.loader = Loader::unified_kernel;
    constexpr std::size_t most = 200;
    kernels.resize(std::min(kernels.size(), most));
    for (const GuestPath& kernel : kernels)
      boot_.entries.push_back(read_unified_kernel(tree_, kernel, boot_).entry);
    boot_.default_entry = 0;
    return true;
  }

  bool try_unsupported() {
    std::vector<GuestPath> configs = present(unsupported_configs);
    for (const GuestPath& config : efi_configs("refind.conf")) configs.push_back(config);
    if (configs.empty()) return false;
    boot_.loader = Loader::unsupported;
    boot_.problems.push_back(
        {"boot.no-config",
         {configs.front().str(), 0, {}},
         say("'{}' is of a loader that is not followed", configs.front().str()),
         true});
    return true;
  }

  void find_root() {
    const BootEntry* entry = boot_.default_or_null();
    if (entry == nullptr) return;
    boot_.deployment = read_deployment(tree_.fs(), *entry);
    const auto spec = cmdline_value(entry->cmdline, "root");
    if (!spec || spec->empty()) return;
    boot_.root =
        RootDevice{*spec, entry->cmdline_place, guest::resolve_device(tree_.inventory(), *spec)};
    const bool numbered = spec->find_first_not_of("0123456789abcdefABCDEF:") == std::string::npos;
    if (numbered || spec->starts_with("ZFS=") || spec->starts_with("zfs:"))
      boot_.root->resolution.match = Match::unknown;
  }

  const BootTree& tree_;
  std::vector<GuestPath> esps_;
  Boot boot_;
};

}  // namespace

std::string_view to_string(Loader loader) noexcept {
  switch (loader) {
    case Loader::none:
      return "";
    case Loader::grub_legacy:
      return "grub-legacy";
    case Loader::grub2:
      return "grub2";
    case Loader::systemd_boot:
      return "systemd-boot";
    case Loader::extlinux:
      return "extlinux";
    case Loader::unified_kernel:
      return "uki";
    case Loader::unsupported:
      return "unsupported";
  }
  return "";
}

bool Boot::has_problem(std::string_view rule) const {
  return std::any_of(problems.begin(), problems.end(),
                     [&](const BootProblem& problem) { return problem.rule == rule; });
}

bool Boot::starts_by(std::string_view firmware_name) const {
  return std::find(firmware.begin(), firmware.end(), firmware_name) != firmware.end();
}

Boot read_boot(guest::FollowingFs& fs, const guest::Inventory& inventory,
               const std::vector<MountedVolume>& mounts) {
  const BootTree tree{fs, inventory, mounts};
  return Discovery{tree}.run();
}

}  // namespace imprint::facts
