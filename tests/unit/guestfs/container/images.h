#pragma once
// Images for the tests of the gate: bytes made by hand, and real ones made by qemu-img.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/command.h"
#include "guestfs/container/gate.h"
#include "tests/support/memory_source.h"
#include "tests/support/temp_folder.h"

namespace imprint::container::test {

using imprint::test::MemorySource;
using imprint::test::TempFolder;
using Image = std::vector<std::byte>;

template <class Number>
void put_big(Image& image, std::size_t offset, Number value) {
  for (std::size_t i = 0; i < sizeof(Number); ++i)
    image.at(offset + i) =
        static_cast<std::byte>(static_cast<std::uint64_t>(value) >> (8 * (sizeof(Number) - 1 - i)));
}

template <class Number>
void put_little(Image& image, std::size_t offset, Number value) {
  for (std::size_t i = 0; i < sizeof(Number); ++i)
    image.at(offset + i) = static_cast<std::byte>(static_cast<std::uint64_t>(value) >> (8 * i));
}

inline void put_text(Image& image, std::size_t offset, std::string_view text) {
  ASSERT_LE(offset + text.size(), image.size());
  std::memcpy(image.data() + offset, text.data(), text.size());
}

inline constexpr std::size_t cluster = 65536;
inline constexpr std::size_t l1_at = 3 * cluster;
inline constexpr std::size_t l2_at = 4 * cluster;
inline constexpr std::size_t data_at = 5 * cluster;

/// A sound qcow2 version 3 of 1 GiB with one data cluster: header, refcount table, refcount block,
/// L1, L2, data.
inline Image sound_qcow2() {
  Image image(6 * cluster);
  put_text(image, 0, "QFI\xfb");
  put_big<std::uint32_t>(image, 4, 3);
  put_big<std::uint32_t>(image, 20, 16);
  put_big<std::uint64_t>(image, 24, std::uint64_t{1} << 30);
  put_big<std::uint32_t>(image, 36, 2);
  put_big<std::uint64_t>(image, 40, l1_at);
  put_big<std::uint64_t>(image, 48, cluster);
  put_big<std::uint32_t>(image, 56, 1);
  put_big<std::uint32_t>(image, 96, 4);
  put_big<std::uint32_t>(image, 100, 112);
  put_big<std::uint64_t>(image, cluster, 2 * cluster);
  for (std::size_t i = 0; i < 6; ++i) put_big<std::uint16_t>(image, 2 * cluster + 2 * i, 1);
  put_big<std::uint64_t>(image, l1_at, (std::uint64_t{1} << 63) | l2_at);
  put_big<std::uint64_t>(image, l2_at, (std::uint64_t{1} << 63) | data_at);
  return image;
}

/// A raw disk of `mib` MiB with an MBR of one Linux partition from 1 MiB to the end.
inline Image mbr_disk(std::size_t mib = 4) {
  Image image(mib << 20);
  put_text(image, 0, "\xeb\x63\x90");
  put_text(image, 510, "\x55\xaa");
  image[446] = std::byte{0x80};
  image[450] = std::byte{0x83};
  put_little<std::uint32_t>(image, 454, 2048);
  put_little(image, 458, static_cast<std::uint32_t>((mib - 1) * 2048));
  return image;
}

inline GateReport judged(Image image, std::optional<std::string> declared = {}) {
  MemorySource source{std::move(image)};
  return judge(source, declared);
}

inline GateReport judged_file(const std::filesystem::path& path,
                              std::optional<std::string> declared = {}) {
  auto source = FileSource::open(path);
  EXPECT_TRUE(source) << source.error().message;
  return judge(*source, declared);
}

/// "disk.blank:error", one for each finding, in their order.
inline std::vector<std::string> answers(const std::vector<Finding>& findings) {
  std::vector<std::string> result;
  for (const Finding& finding : findings)
    result.push_back(finding.rule + ":" + std::string{to_string(finding.severity)});
  return result;
}
inline std::vector<std::string> answers(const GateReport& report) {
  return answers(report.findings);
}

inline std::string message_of(const GateReport& report, std::string_view rule) {
  for (const Finding& finding : report.findings)
    if (finding.rule == rule) return finding.message;
  return "no finding of " + std::string{rule};
}

inline void run(std::vector<std::string> arguments) {
  Command command;
  command.arguments = std::move(arguments);
  auto output = run_checked(command);
  // qemu-img measures how fast it can derive a key, and gives up when others have the processor.
  for (int tries = 0; tries < 50 && !output &&
                      output.error().message.find("accurate CPU usage") != std::string::npos;
       ++tries)
    output = run_checked(command);
  ASSERT_TRUE(output) << output.error().message;
}

inline void write_file(const std::filesystem::path& path, const Image& image) {
  std::ofstream{path, std::ios::binary}.write(reinterpret_cast<const char*>(image.data()),
                                              static_cast<std::streamsize>(image.size()));
}

inline Image read_image(const std::filesystem::path& path) {
  Image image(std::filesystem::file_size(path));
  std::ifstream{path, std::ios::binary}.read(reinterpret_cast<char*>(image.data()),
                                             static_cast<std::streamsize>(image.size()));
  return image;
}

/// An 8 MiB disk with a partition table and content in its first half, as qemu-img writes it in a
/// format.
inline Image made_by_qemu(const std::string& format, const std::string& options = "") {
  const TempFolder folder;
  Image disk = mbr_disk(8);
  for (std::size_t i = 1 << 20; i < disk.size() / 2; ++i)
    disk[i] = static_cast<std::byte>(i * 2654435761U >> 13);
  write_file(folder / "disk.raw", disk);
  std::vector<std::string> arguments{"qemu-img", "convert", "-f", "raw", "-O", format};
  if (!options.empty()) arguments.insert(arguments.end(), {"-o", options});
  arguments.insert(arguments.end(), {folder / "disk.raw", folder / "disk.made"});
  run(arguments);
  return read_image(folder / "disk.made");
}

/// Cuts the image at many places: every cut is noticed, by an error unless `spared` says that no
/// data is lost there.
template <class Spared>
void expect_cuts_noticed(const Image& image, Spared&& spared) {
  for (std::size_t size = 1; size < image.size(); size += size < 4096 ? 97 : image.size() / 211) {
    Image cut{image.begin(), image.begin() + static_cast<std::ptrdiff_t>(size)};
    const auto report = judged(std::move(cut));
    EXPECT_THAT(report.findings, testing::Not(testing::IsEmpty())) << size;
    if (spared(size)) continue;
    EXPECT_THAT(answers(report), testing::Contains(testing::HasSubstr(":error"))) << size;
  }
}

}  // namespace imprint::container::test
