#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "agent/base/result.h"

namespace imprint::appliance {

/// One name in the appliance's root.
struct TreeEntry {
  enum class Kind { folder, link, file };
  Kind kind = Kind::file;
  std::string path;              ///< "usr/bin/lvm", without a '/' in front
  std::string target;            ///< of a link
  std::filesystem::path source;  ///< of a file: read when the archive is written
  std::string content;           ///< of a file without a source
  unsigned mode = 0755;
};

struct RootSources {
  std::filesystem::path init;         ///< imprint-appliance-init
  std::filesystem::path daemon;       ///< libguestfs's daemon.tar.gz
  std::filesystem::path modules;      ///< /lib/modules/VERSION
  std::filesystem::path work_folder;  ///< writable; guestfsd is unpacked there
};

/// The appliance's root, which is all in memory: guestfsd with its libraries, the few programs that
/// it starts for us, the kernel's modules and our init. Errors: unavailable or not_found with what
/// is missing.
Result<std::vector<TreeEntry>> plan_root(const RootSources& sources);

/// Writes the tree as the cpio archive ("newc") that a kernel unpacks at its start, not compressed.
Result<> write_initramfs(const std::vector<TreeEntry>& tree, const std::filesystem::path& target);

}  // namespace imprint::appliance
