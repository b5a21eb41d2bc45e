#include <algorithm>

#include "guestfs/facts/initramfs.h"
#include "guestfs/facts/unified_kernel.h"

namespace imprint::facts {
namespace {

using guest::GuestPath;

constexpr std::size_t most_files = 16;

/// `size` bytes of a file from `begin`.
InitramfsSource part_of(guest::GuestFs& fs, const GuestPath& path, std::uint64_t begin,
                        std::uint64_t size) {
  return {[&fs, path, begin, size](std::uint64_t offset, std::size_t count) -> Result<std::string> {
            if (offset >= size) return std::string{};
            const auto wanted =
                static_cast<std::size_t>(std::min<std::uint64_t>(count, size - offset));
            return fs.read_range(path, begin + offset, wanted);
          },
          size};
}

void add(InitramfsFacts& facts, const InitramfsSource& source, const Place& place,
         const std::string& path) {
  InitramfsFile file = walk_initramfs(source, {}, facts.content);
  file.place = place;
  file.path = path;
  facts.files.push_back(std::move(file));
}

void add_unknown(InitramfsFacts& facts, const BootFile& file, std::string why) {
  InitramfsFile unread;
  unread.place = file.place;
  unread.path = file.path;
  unread.state = InitramfsFile::State::unknown;
  unread.why = std::move(why);
  facts.files.push_back(std::move(unread));
}

void read_one(guest::FollowingFs& fs, const BootFile& file, InitramfsFacts& facts) {
  const auto asked = GuestPath::parse(file.path);
  const auto path = asked ? fs.resolve(*asked) : asked;
  const auto info = path ? fs.raw().stat(*path) : Result<guest::FileInfo>{path.error()};
  if (!info) return add_unknown(facts, file, info.error().message);
  if (info->size > 0) add(facts, part_of(fs.raw(), *path, 0, info->size), file.place, file.path);
}

/// A unified kernel carries its own in the section .initrd.
void read_section(guest::FollowingFs& fs, const BootFile& kernel, InitramfsFacts& facts) {
  const auto asked = GuestPath::parse(kernel.path);
  const auto path = asked ? fs.resolve(*asked) : asked;
  const auto image = path ? read_pe(fs, *path) : Result<UnifiedKernel>{path.error()};
  if (!image || !image->has(".linux")) return;
  for (const PeSection& section : image->sections)
    if (section.name == ".initrd" && section.size > 0)
      add(facts, part_of(fs.raw(), *path, section.offset, section.size), kernel.place, kernel.path);
}

}  // namespace

InitramfsFacts read_initramfs(guest::FollowingFs& fs, const Boot& boot) {
  InitramfsFacts facts;
  const BootEntry* entry = boot.default_or_null();
  if (entry == nullptr || !entry->kernel || entry->kernel->match != guest::Match::found)
    return facts;
  read_section(fs, *entry->kernel, facts);
  for (const BootFile& file : entry->initrds)
    if (file.match == guest::Match::found && facts.files.size() < most_files)
      read_one(fs, file, facts);
  return facts;
}

}  // namespace imprint::facts
