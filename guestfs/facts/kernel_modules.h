#pragma once
// The kernel that boots by default, and which drivers it has: built in, as modules, or not.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "guestfs/facts/boot.h"
#include "guestfs/facts/source_file.h"
#include "guestfs/guest/guest_fs.h"

namespace imprint::facts {

/// A line of modules.dep.
struct KernelModule {
  std::string path;                ///< as it stands there: "kernel/drivers/block/virtio_blk.ko.xz"
  std::vector<std::string> needs;  ///< names of modules
};

/// By name, '_' for '-'.
using ModuleIndex = std::map<std::string, KernelModule, std::less<>>;

/// modules.dep of depmod(8). Never fails, whatever the bytes; at most 50,000 modules.
ModuleIndex parse_modules_dep(std::string_view text);

/// modules.builtin: the names. Never fails; at most 50,000.
std::set<std::string, std::less<>> parse_modules_builtin(std::string_view text);

/// A kernel's configuration: "VIRTIO_BLK" -> 'y' or 'm'; what is not set is not in it.
using KernelConfig = std::map<std::string, char, std::less<>>;

/// Never fails; at most 50,000 options. Values that are no tristate are left out.
KernelConfig parse_kernel_config(std::string_view text);

/// Something that keeps a module from being loaded.
struct ModuleBlock {
  std::string module;  ///< '_' for '-'
  Place place;
  bool early_only = false;  ///< in the initramfs only
};

/// "blacklist X" and "install X /bin/false" (or true) of modprobe.d(5). Never fails.
std::vector<ModuleBlock> parse_modprobe(std::string_view text, const std::string& path);

/// modprobe.blacklist=, module_blacklist=, rd.driver.blacklist= and rdblacklist= of a command line.
std::vector<ModuleBlock> blocked_by_cmdline(const std::string& cmdline, const Place& place);

enum class Driver {
  built_in,
  module,
  absent,
  unknown,  ///< nothing tells
};

struct KernelFacts {
  std::string image;                ///< where the default entry's kernel is; empty: none was found
  std::string version;              ///< "6.1.0-18-amd64"; empty: not known
  std::string unknown;              ///< why the image or its modules could not be looked at
  std::string folder;               ///< "/lib/modules/<version>", if it is there
  bool folder_has_modules = false;  ///< something below `folder`/kernel, or one of depmod's files
  SourceFile modules_dep;           ///< without their text, as the two after it
  SourceFile modules_builtin;
  SourceFile config_file;
  ModuleIndex modules;
  std::set<std::string, std::less<>> built_in;
  KernelConfig config;
  std::set<std::string, std::less<>> stray;  ///< modules that rules ask for, in their places though
                                             ///< modules.dep does not name them
  std::set<std::string, std::less<>> lost;  ///< those that modules.dep names and that are not there
  std::vector<ModuleBlock> blocks;          ///< modprobe.d's and the command line's

  [[nodiscard]] Driver driver(std::string_view name) const;
  /// The kernel is known to load no modules at all.
  [[nodiscard]] bool is_monolithic() const;
  /// The module with all that it needs, itself included; a module that is not known has no needs.
  [[nodiscard]] std::set<std::string> with_needs(const std::string& name) const;
};

/// The modules that rules ask for.
const std::vector<std::string>& modules_asked_for();

/// The version that a kernel's file tells by its header, its section .uname or its name; empty if
/// none does. Errors as of GuestFs.
Result<std::string> read_kernel_version(guest::FollowingFs& fs, const std::string& path);

/// Where the configuration of a kernel of that version was read, and what it sets.
struct KernelConfigFile {
  SourceFile file;
  KernelConfig config;
};
KernelConfigFile read_kernel_config(guest::FollowingFs& fs, const std::string& version);

/// Reads all of it for the default entry. Never fails.
KernelFacts read_kernel(guest::FollowingFs& fs, const Boot& boot);

}  // namespace imprint::facts
