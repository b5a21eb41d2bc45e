#include "tests/guests/library/binaries.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace imprint::guests {
namespace {

void put_u32(std::string& bytes, std::size_t at, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) bytes[at + i] = static_cast<char>(value >> (8 * i) & 0xffU);
}

}  // namespace

std::string boot_sector(std::string_view code, std::uint32_t disk_id) {
  std::string sector(512, '\0');
  if (!code.empty()) sector.replace(0, 3, "\xeb\x63\x90");
  sector.replace(100, code.size(), code);
  put_u32(sector, 440, disk_id);
  sector.replace(510, 2, "\x55\xaa");
  return sector;
}

std::string kernel_image(const std::string& version) {
  std::string image(2048, '\0');
  image[0x1f1] = 1;
  image.replace(0x1fe, 2, "\x55\xaa");
  image.replace(0x202, 4, "HdrS");
  image[0x20f] = 2;  // the version stands at 0x200 behind the first sector
  image.replace(0x400, version.size(), version);
  return image;
}

std::string grubenv(const std::string& lines) {
  std::string block = "# GRUB Environment Block\n" + lines;
  block.resize(1024, '#');
  return block;
}

std::string pe_image(const std::vector<std::pair<std::string, std::string>>& sections) {
  std::string image(1024, '\0');
  image.replace(0, 2, "MZ");
  put_u32(image, 0x3c, 0x80);
  image.replace(0x80, 4, std::string_view{"PE\0\0", 4});
  image[0x86] = static_cast<char>(sections.size());
  for (std::size_t i = 0; i < sections.size(); ++i) {
    const std::size_t header = 0x98 + 40 * i;
    const auto size = static_cast<std::uint32_t>(sections[i].second.size());
    image.replace(header, sections[i].first.size(), sections[i].first);
    put_u32(image, header + 8, size);
    put_u32(image, header + 16, size);
    put_u32(image, header + 20, static_cast<std::uint32_t>(image.size()));
    image += sections[i].second;
  }
  return image;
}

std::string elf_program() {
  std::string program(64, '\0');
  program.replace(0, 7,
                  "\x7f"
                  "ELF\x02\x01\x01");
  program[16] = 3;   // a position-independent program
  program[18] = 62;  // for x86_64
  return program;
}

std::string data(const std::string& name,
                 const std::vector<std::pair<std::string, std::string>>& replacements) {
  std::ifstream file{std::string{IMPRINT_GUESTS_DATA} + "/" + name};
  EXPECT_TRUE(file) << name;
  std::ostringstream stream;
  stream << file.rdbuf();
  std::string text = stream.str();
  for (const auto& [from, to] : replacements) {
    std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from << " in " << name;
    for (; at != std::string::npos; at = text.find(from, at + to.size()))
      text.replace(at, from.size(), to);
  }
  return text;
}

}  // namespace imprint::guests
