#include "guestfs/appliance/root_tree.h"

#include <unistd.h>

#include <array>
#include <set>

#include "agent/base/atomic_file.h"
#include "agent/base/command.h"
#include "guestfs/appliance/archive_files.h"
#include "guestfs/appliance/kernel_modules.h"

namespace imprint::appliance {
namespace {

namespace fs = std::filesystem;
using Kind = TreeEntry::Kind;

/// What guestfsd starts for the questions that we ask. Those that the host lacks are left out, and
/// libguestfs says so when they are asked for.
constexpr std::array<std::string_view, 8> programs{"blockdev", "btrfs", "grep",    "ls",
                                                   "lvm",      "mdadm", "ntfs-3g", "umount"};
constexpr std::array<std::string_view, 2> program_folders{"/usr/bin", "/usr/sbin"};

constexpr std::array<std::string_view, 15> empty_folders{
    "dev", "etc",     "etc/lvm",  "proc",    "run",       "sys", "sysroot", "tmp",
    "usr", "usr/bin", "usr/sbin", "usr/lib", "usr/lib64", "var", "root"};

struct Link {
  std::string_view path;
  std::string_view target;
};

constexpr std::array<Link, 8> links{{{"bin", "usr/bin"},
                                     {"sbin", "usr/sbin"},
                                     {"lib", "usr/lib"},
                                     {"lib64", "usr/lib64"},
                                     {"etc/mtab", "/proc/self/mounts"},
                                     {"usr/bin/udevadm", "/init"},
                                     {"usr/bin/mount", "/init"},
                                     {"var/tmp", "/tmp"}}};

// No udev runs, so devices are looked for in /dev, and nobody else would make their nodes.
constexpr std::string_view lvm_configuration =
    "devices {\n  use_devicesfile = 0\n  obtain_device_list_from_udev = 0\n}\n"
    "activation {\n  udev_sync = 0\n  udev_rules = 0\n}\n"
    "backup {\n  backup = 0\n  archive = 0\n}\n"
    "global {\n  event_activation = 0\n}\n";

/// Collects entries; each folder on the way to one is there before it.
class Tree {
 public:
  Tree() {
    for (const std::string_view folder : empty_folders) add_folder(std::string{folder});
    for (const auto& [path, target] : links) {
      entries_.push_back({Kind::link, std::string{path}, std::string{target}, {}, {}, 0777});
      known_.insert(std::string{path});
    }
  }

  void add_file(const std::string& path, const fs::path& source, unsigned mode) {
    if (!known_.insert(path).second) return;
    add_folder(fs::path{path}.parent_path().string());
    entries_.push_back({Kind::file, path, {}, source, {}, mode});
  }

  void add_text(const std::string& path, std::string content) {
    known_.insert(path);
    entries_.push_back({Kind::file, path, {}, {}, std::move(content), 0644});
  }

  std::vector<TreeEntry> take() { return std::move(entries_); }

 private:
  void add_folder(const std::string& path) {
    if (path.empty() || !known_.insert(path).second) return;
    add_folder(fs::path{path}.parent_path().string());
    entries_.push_back({Kind::folder, path, {}, {}, {}, 0755});
  }

  std::vector<TreeEntry> entries_;
  std::set<std::string> known_;
};

/// "/lib/x86_64-linux-gnu/libc.so.6" -> "usr/lib/x86_64-linux-gnu/libc.so.6": the appliance's /lib
/// is a link, as a merged host's is.
std::string place_of(const std::string& path) {
  return (path.starts_with("/usr/") ? "" : "usr") + path.substr(path.starts_with("/usr/") ? 1 : 0);
}

/// The files that ldd(1) names: "\tlibc.so.6 => /lib/... (0x...)" and "\t/lib64/ld-... (0x...)".
std::vector<std::string> libraries_in(std::string_view text) {
  std::vector<std::string> result;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const std::size_t slash = line.find('/');
    const std::size_t end = line.find(" (", slash);
    if (slash != std::string_view::npos && end != std::string_view::npos)
      result.emplace_back(line.substr(slash, end - slash));
  }
  return result;
}

Result<> add_program(Tree& tree, const std::string& place, const fs::path& program) {
  tree.add_file(place, program, 0755);
  Command ask;
  ask.arguments = {"ldd", program.string()};
  for (const std::string& library : libraries_in(TRY(run_checked(ask)).out))
    tree.add_file(place_of(library), library, 0755);
  return {};
}

Result<> add_programs(Tree& tree) {
  for (const std::string_view name : programs)
    for (const std::string_view folder : program_folders) {
      const fs::path path = fs::path{folder} / name;
      if (::access(path.c_str(), X_OK) == 0) TRY(add_program(tree, place_of(path.string()), path));
    }
  return {};
}

Result<> add_modules(Tree& tree, const fs::path& modules) {
  std::string list;
  const std::string dependencies = TRY(read_file(modules / "modules.dep"));
  for (const std::string& module : modules_to_load(dependencies)) {
    const std::string place = "usr/lib/modules/" + module;
    tree.add_file(place, modules / module, 0644);
    list += "/" + place + "\n";
  }
  tree.add_text("modules.list", std::move(list));
  return {};
}

}  // namespace

Result<std::vector<TreeEntry>> plan_root(const RootSources& sources) {
  const fs::path guestfsd = sources.work_folder / "guestfsd";
  TRY(extract_file(sources.daemon, "usr/sbin/guestfsd", guestfsd));
  fs::permissions(guestfsd, fs::perms::owner_all);
  Tree tree;
  tree.add_file("init", sources.init, 0755);
  tree.add_text("etc/lvm/lvm.conf", std::string{lvm_configuration});
  TRY(add_program(tree, "usr/sbin/guestfsd", guestfsd));
  TRY(add_programs(tree));
  TRY(add_modules(tree, sources.modules));
  return tree.take();
}

}  // namespace imprint::appliance
