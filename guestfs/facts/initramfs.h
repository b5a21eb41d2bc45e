#pragma once
// What an initramfs holds: archives that stand there plainly, as processor microcode does, and
// packed ones, in any number and order, as the kernel takes them (init/initramfs.c).

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "guestfs/facts/boot.h"
#include "guestfs/guest/guest_fs.h"

namespace imprint::facts {

/// How far one file could be walked.
struct InitramfsFile {
  enum class State {
    whole,    ///< to its end
    damaged,  ///< the kernel cannot unpack it: `why`
    unknown,  ///< it may be sound, but was not seen to its end: `why`
  };
  Place place;       ///< where the boot entry names it
  std::string path;  ///< in the guest's tree
  State state = State::whole;
  std::string why;
  std::vector<std::string> packings;  ///< "gzip", "zstd", ... of its packed parts, in order
  std::size_t entries = 0;
  bool trailer = true;  ///< the last archive ends as cpio ends one; the kernel goes without
  bool junk = false;    ///< behind the last archive stands something that the kernel cannot use
};

/// What all files of one boot entry hold together.
struct InitramfsContent {
  /// Names of kernel modules ("virtio_blk": no folder, no suffix, '_' for '-'), by the version
  /// whose folder they lie in; by the empty one where they lie elsewhere.
  std::map<std::string, std::set<std::string>, std::less<>> modules;
  std::set<std::string, std::less<>> versions;  ///< folders lib/modules/<version>
  std::set<std::string, std::less<>> paths;     ///< files that rules ask for, without leading '/'
  std::map<std::string, std::string, std::less<>> texts;  ///< small ones of them, by path
  std::vector<std::string> payloads;  ///< images of file systems inside, which are not looked into

  /// Whether a kernel of that version finds the module.
  [[nodiscard]] bool has_module(std::string_view version, std::string_view name) const;
  [[nodiscard]] bool has_any_modules() const;
};

struct InitramfsFacts {
  std::vector<InitramfsFile> files;
  InitramfsContent content;

  /// Every file was walked to its end, and nothing in it stayed closed.
  [[nodiscard]] bool is_known() const;
  [[nodiscard]] bool is_damaged() const;
  /// Why not, where is_known() is false and is_damaged() too.
  [[nodiscard]] std::string why_unknown() const;
};

/// Where the bytes come from; a read at the end gives fewer.
struct InitramfsSource {
  std::function<Result<std::string>(std::uint64_t offset, std::size_t size)> read;
  std::uint64_t size = 0;
};

/// What a walk may cost. Beyond it the file is unknown.
struct InitramfsBudget {
  std::uint64_t input = std::uint64_t{512} << 20;  ///< bytes read
  std::uint64_t output = std::uint64_t{2} << 30;   ///< bytes unpacked
  std::size_t entries = 200'000;
  std::chrono::seconds time{120};
};

/// Walks one file and adds what it holds to `content`. Never fails: errors of reading make it
/// unknown. Contents of plain archives are passed over without being read.
InitramfsFile walk_initramfs(const InitramfsSource& source, const InitramfsBudget& budget,
                             InitramfsContent& content);

/// Walks the files of the default entry that were found, a unified kernel's own one included.
/// Blocks as long as `fs` does.
InitramfsFacts read_initramfs(guest::FollowingFs& fs, const Boot& boot);

/// "virtio_blk" for ".../virtio-blk.ko.xz"; empty for what is no module.
std::string module_name(std::string_view path);

}  // namespace imprint::facts
