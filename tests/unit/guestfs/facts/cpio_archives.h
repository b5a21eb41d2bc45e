#pragma once
// Archives made by hand, and packed with the distribution's tools.

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace imprint::facts::test {

struct ArchiveEntry {
  std::string name;
  std::string content;
  unsigned mode = 0100644;
};

inline std::string cpio_entry(const ArchiveEntry& entry, std::string_view magic = "070701") {
  const auto pad = [](std::string& bytes) { bytes.append((4 - bytes.size() % 4) % 4, '\0'); };
  std::string bytes{magic};
  for (const std::size_t field :
       {std::size_t{1}, std::size_t{entry.mode}, std::size_t{0}, std::size_t{0}, std::size_t{1},
        std::size_t{0}, entry.content.size(), std::size_t{0}, std::size_t{0}, std::size_t{0},
        std::size_t{0}, entry.name.size() + 1, std::size_t{0}})
    bytes += fmt::format("{:08X}", field);
  bytes += entry.name;
  bytes += '\0';
  pad(bytes);
  bytes += entry.content;
  pad(bytes);
  return bytes;
}

inline std::string cpio_archive(const std::vector<ArchiveEntry>& entries,
                                std::string_view magic = "070701") {
  std::string bytes;
  for (const ArchiveEntry& entry : entries) bytes += cpio_entry(entry, magic);
  bytes += cpio_entry({"TRAILER!!!", "", 0}, magic);
  bytes.append((512 - bytes.size() % 512) % 512, '\0');
  return bytes;
}

/// What a filter such as "xz --check=crc32" makes of the bytes.
inline std::string filtered(const std::string& bytes, const std::string& filter) {
  std::string folder = (std::filesystem::temp_directory_path() / "imprint-cpio-XXXXXX").string();
  EXPECT_NE(::mkdtemp(folder.data()), nullptr);
  const std::string in = folder + "/in";
  const std::string out = folder + "/out";
  std::ofstream{in, std::ios::binary} << bytes;
  EXPECT_EQ(std::system(fmt::format("{{ {}; }} <{} >{} 2>/dev/null", filter, in, out).c_str()), 0)
      << filter;
  std::ostringstream text;
  text << std::ifstream{out, std::ios::binary}.rdbuf();
  std::filesystem::remove_all(folder);
  return text.str();
}

}  // namespace imprint::facts::test
