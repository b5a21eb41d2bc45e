#include "tests/guests/library/initramfs.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <set>

namespace imprint::guests {
namespace {

constexpr std::uint32_t folder_mode = 040755;

void pad(std::string& archive) {
  archive.append((4 - archive.size() % 4) % 4, '\0');
}

void add_record(std::string& archive, int inode, const ArchiveEntry& entry) {
  const int links = (entry.mode & 0170000U) == 040000U ? 2 : 1;
  archive += fmt::format(
      "070701{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}", inode,
      entry.mode, 0, 0, links, 0, entry.content.size(), 0, 0, 0, 0, entry.name.size() + 1, 0);
  archive += entry.name;
  archive += '\0';
  pad(archive);
  archive += entry.content;
  pad(archive);
}

}  // namespace

std::string cpio(const std::vector<ArchiveEntry>& entries) {
  std::string archive;
  std::set<std::string> folders;
  int inode = 1;
  const auto add_folders = [&](const std::string& name) {
    for (std::size_t at = name.find('/'); at != std::string::npos; at = name.find('/', at + 1))
      if (folders.insert(name.substr(0, at)).second)
        add_record(archive, inode++, {name.substr(0, at), "", folder_mode});
  };
  for (const ArchiveEntry& entry : entries) {
    add_folders(entry.name);
    add_record(archive, inode++, entry);
  }
  add_record(archive, 0, {"TRAILER!!!", "", 0});
  archive.append((512 - archive.size() % 512) % 512, '\0');
  return archive;
}

std::string gzip(std::string_view bytes) {
  z_stream stream{};
  constexpr int window_of_gzip = 15 + 16;
  EXPECT_EQ(deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, window_of_gzip, 8, Z_DEFAULT_STRATEGY),
            Z_OK);
  std::string input{bytes};
  std::string result(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(result.data());
  stream.avail_out = static_cast<uInt>(result.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  result.resize(stream.total_out);
  deflateEnd(&stream);
  return result;
}

}  // namespace imprint::guests
