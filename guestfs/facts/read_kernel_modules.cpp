#include <algorithm>
#include <array>

#include "guestfs/facts/kernel_cmdline.h"
#include "guestfs/facts/kernel_image.h"
#include "guestfs/facts/kernel_modules.h"
#include "guestfs/facts/unified_kernel.h"

namespace imprint::facts {
namespace {

using guest::FollowingFs;
using guest::GuestPath;
using namespace std::string_view_literals;

constexpr std::size_t largest_list = std::size_t{8} << 20;  // modules.dep may be over 1 MiB
constexpr std::size_t most_files = 200;

/// A file with up to 8 MiB of its text.
SourceFile read_list(FollowingFs& fs, const std::string& path) {
  SourceFile file = read_source(fs, path);
  if (!file.cut) return file;
  const auto asked = GuestPath::parse(path);
  auto whole = asked ? fs.read_text(*asked, largest_list) : Result<guest::TextFile>{asked.error()};
  if (!whole) {
    file.state = SourceFile::State::unreadable;
    file.why = whole.error().message;
    return file;
  }
  file.text = std::move(whole->text);
  file.cut = whole->cut;
  return file;
}

bool is_there(FollowingFs& fs, const std::string& path) {
  const auto parsed = GuestPath::parse(path);
  const auto there = parsed ? fs.exists(*parsed) : Result<bool>{false};
  return there && *there;
}

/// "vmlinuz-6.1.0-18-amd64" -> "6.1.0-18-amd64", for kernels whose header does not tell.
std::string version_in_name(const std::string& path) {
  const std::string name = path.substr(path.rfind('/') + 1);
  const std::size_t dash = name.find('-');
  if (dash == std::string::npos || dash + 1 >= name.size()) return {};
  std::string version = name.substr(dash + 1);
  const bool numbered =
      version[0] >= '0' && version[0] <= '9' && version.find('.') != std::string::npos;
  return numbered ? version : std::string{};
}

/// Where kernels keep a module that is not in modules.dep.
std::string usual_place(std::string_view module) {
  struct Folder {
    std::string_view modules;
    std::string_view path;
  };
  static constexpr std::array folders{Folder{" virtio virtio_ring virtio_pci ", "drivers/virtio/"},
                                      Folder{" virtio_blk ", "drivers/block/"},
                                      Folder{" virtio_net ", "drivers/net/"},
                                      Folder{" virtio_scsi ", "drivers/scsi/"},
                                      Folder{" nvme ", "drivers/nvme/host/"},
                                      Folder{" dm_mod dm_crypt md_mod ", "drivers/md/"}};
  std::string file{module};
  if (module.starts_with("d") || module.starts_with("md"))
    std::replace(file.begin(), file.end(), '_', '-');
  for (const Folder& folder : folders)
    if (folder.modules.find(" " + std::string{module} + " ") != std::string_view::npos)
      return "/kernel/" + std::string{folder.path} + file + ".ko";
  return "/kernel/fs/" + file + "/" + file + ".ko";
}

bool is_in_its_usual_place(FollowingFs& fs, const std::string& folder, std::string_view module) {
  const std::string path = folder + usual_place(module);
  static constexpr std::array suffixes{""sv, ".xz"sv, ".zst"sv, ".gz"sv};
  return std::any_of(suffixes.begin(), suffixes.end(), [&](std::string_view suffix) {
    return is_there(fs, path + std::string{suffix});
  });
}

/// Compares what modules.dep says with the files, for the modules that rules ask for.
void compare_with_files(FollowingFs& fs, KernelFacts& kernel) {
  for (const std::string& name : modules_asked_for()) {
    const auto module = kernel.modules.find(name);
    if (module == kernel.modules.end()) {
      // Without modules.dep the files are all that there is; beside it only what the virtual
      // machine needs is worth a look.
      const bool wanted = kernel.modules.empty() || name.starts_with("virtio");
      if (wanted && kernel.folder_has_modules && !kernel.built_in.contains(name) &&
          is_in_its_usual_place(fs, kernel.folder, name))
        kernel.stray.insert(name);
    } else {
      const std::string& path = module->second.path;
      const std::string whole = path.starts_with('/') ? path : kernel.folder + "/" + path;
      if (!is_there(fs, whole)) kernel.lost.insert(name);
    }
  }
}

/// Where the entry's kernel may keep its modules. NixOS has none in /lib.
std::vector<std::string> modules_folders(const BootEntry& entry) {
  std::vector<std::string> folders{"/lib/modules/", "/usr/lib/modules/"};
  if (const auto system = nixos_system(entry.cmdline))
    folders.push_back(*system + "/kernel-modules/lib/modules/");
  return folders;
}

void read_folder(FollowingFs& fs, const BootEntry& entry, KernelFacts& kernel) {
  for (const std::string& folder : modules_folders(entry)) {
    const auto path = GuestPath::parse(folder + kernel.version);
    const auto there = path ? fs.exists(*path) : Result<bool>{false};
    if (!there) kernel.unknown = there.error().message;
    if (!there || !*there) continue;
    kernel.folder = path->str();
    break;
  }
  if (kernel.folder.empty()) return;
  kernel.modules_dep = read_list(fs, kernel.folder + "/modules.dep");
  kernel.modules_builtin = read_list(fs, kernel.folder + "/modules.builtin");
  kernel.modules = parse_modules_dep(kernel.modules_dep.text);
  kernel.built_in = parse_modules_builtin(kernel.modules_builtin.text);
  kernel.modules_dep.text.clear();
  kernel.modules_builtin.text.clear();
  kernel.folder_has_modules = is_there(fs, kernel.folder + "/kernel") || !kernel.modules.empty();
  compare_with_files(fs, kernel);
}

/// modprobe reads the first file of each name, in this order of folders.
void read_modprobe(FollowingFs& fs, KernelFacts& kernel) {
  std::set<std::string> seen;
  for (const char* folder : {"/etc/modprobe.d", "/run/modprobe.d", "/usr/local/lib/modprobe.d",
                             "/usr/lib/modprobe.d", "/lib/modprobe.d"}) {
    const auto path = GuestPath::parse(folder);
    const auto files = path ? fs.list(*path) : Result<std::vector<guest::FolderEntry>>{Error{}};
    if (!files) continue;
    for (const guest::FolderEntry& entry : *files) {
      if (!entry.name.ends_with(".conf") || seen.size() >= most_files ||
          !seen.insert(entry.name).second)
        continue;
      const SourceFile file = read_source(fs, (*path / entry.name).str());
      const std::vector<ModuleBlock> blocks = parse_modprobe(file.text, file.path);
      kernel.blocks.insert(kernel.blocks.end(), blocks.begin(), blocks.end());
    }
  }
}

bool is_usable_version(std::string_view version) {
  return !version.empty() && version.find('/') == std::string_view::npos && version != "." &&
         version != "..";
}

}  // namespace

Result<std::string> read_kernel_version(FollowingFs& fs, const std::string& path) {
  const GuestPath file = TRY(GuestPath::parse(path));
  const KernelImage image = TRY(read_kernel_image(fs, file));
  if (!image.version.empty()) return image.version;
  const auto unified = read_pe(fs, file);
  if (unified && unified->has(".linux")) return unified->version;
  return version_in_name(path);
}

KernelConfigFile read_kernel_config(FollowingFs& fs, const std::string& version) {
  KernelConfigFile result;
  if (!is_usable_version(version)) return result;
  for (const std::string& path :
       {"/boot/config-" + version, "/lib/modules/" + version + "/config",
        "/usr/lib/modules/" + version + "/config", "/usr/lib/kernel/config-" + version}) {
    result.file = read_source(fs, path);
    if (!result.file.is_read()) continue;
    result.config = parse_kernel_config(result.file.text);
    result.file.text.clear();
    break;
  }
  return result;
}

KernelFacts read_kernel(FollowingFs& fs, const Boot& boot) {
  KernelFacts kernel;
  const BootEntry* entry = boot.default_or_null();
  if (entry == nullptr || !entry->kernel || entry->kernel->match != guest::Match::found ||
      entry->kernel->size == 0)
    return kernel;
  kernel.image = entry->kernel->path;
  auto version = read_kernel_version(fs, kernel.image);
  if (!version)
    kernel.unknown = version.error().message;
  else if (is_usable_version(*version))
    kernel.version = *std::move(version);
  kernel.blocks = blocked_by_cmdline(entry->cmdline, entry->cmdline_place);
  read_modprobe(fs, kernel);
  if (kernel.version.empty()) return kernel;
  read_folder(fs, *entry, kernel);
  KernelConfigFile config = read_kernel_config(fs, kernel.version);
  kernel.config_file = std::move(config.file);
  kernel.config = std::move(config.config);
  return kernel;
}

}  // namespace imprint::facts
