#include "tests/guests/library/hive.h"

#include <gtest/gtest.h>
#include <hivex.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <string_view>

#include "agent/base/fd.h"

namespace imprint::guests {
namespace {

// An empty hive, after the layout that libhivex documents in its regf headers: a base block of one
// page, and one bin with the root key, its security record and one free block.
constexpr std::size_t page = 4096;
constexpr std::size_t checked = 508;  // bytes that the checksum covers
constexpr std::uint32_t none = 0xffffffff;
constexpr std::uint32_t root_at = 0x20;
constexpr std::uint32_t root_size = 88;
constexpr std::uint32_t security_at = root_at + root_size;
constexpr std::uint32_t security_size = 48;
constexpr std::uint32_t free_at = security_at + security_size;

class Block {
 public:
  explicit Block(std::string& bytes) : bytes_{bytes} {}
  void number(std::size_t at, std::uint32_t value) { std::memcpy(&bytes_[at], &value, 4); }
  void half(std::size_t at, std::uint16_t value) { std::memcpy(&bytes_[at], &value, 2); }
  void text(std::size_t at, std::string_view value) { bytes_.replace(at, value.size(), value); }

 private:
  std::string& bytes_;
};

void write_base(std::string& bytes) {
  Block block{bytes};
  block.text(0, "regf");
  block.number(4, 1);
  block.number(8, 1);
  block.number(20, 1);
  block.number(24, 3);
  block.number(32, 1);
  block.number(36, root_at);
  block.number(40, page);
  block.number(44, 1);
  std::uint32_t sum = 0;
  for (std::size_t at = 0; at < checked; at += 4) {
    std::uint32_t word = 0;
    std::memcpy(&word, &bytes[at], 4);
    sum ^= word;
  }
  block.number(checked, sum);
}

void write_root(Block& block, std::size_t at) {
  block.number(at, 0U - root_size);
  block.text(at + 4, "nk");
  block.half(at + 6, 0x2c);
  for (const std::size_t field : {32U, 36U, 44U, 52U}) block.number(at + field, none);
  block.number(at + 48, security_at);
  block.half(at + 76, 4);
  block.text(at + 80, "ROOT");
}

void write_security(Block& block, std::size_t at) {
  block.number(at, 0U - security_size);
  block.text(at + 4, "sk");
  block.number(at + 8, security_at);
  block.number(at + 12, security_at);
  block.number(at + 16, 1);
  block.number(at + 20, 20);
  block.half(at + 24, 1);
}

std::string empty_hive() {
  std::string bytes(2 * page, '\0');
  write_base(bytes);
  Block block{bytes};
  block.text(page, "hbin");
  block.number(page + 8, page);
  write_root(block, page + root_at);
  write_security(block, page + security_at);
  block.number(page + free_at, page - free_at);
  return bytes;
}

std::string utf16(std::string_view text) {
  std::string wide;
  for (const char letter : text) wide += {letter, '\0'};
  return wide + std::string(2, '\0');
}

struct Encoded {
  hive_type type;
  std::string bytes;
};

Encoded encode(const HiveValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return {hive_t_string, utf16(*text)};
  if (const auto* number = std::get_if<std::uint32_t>(&value)) {
    std::string bytes(4, '\0');
    std::memcpy(bytes.data(), number, 4);
    return {hive_t_dword, bytes};
  }
  std::string all;
  for (const std::string& each : std::get<std::vector<std::string>>(value)) all += utf16(each);
  return {hive_t_multiple_strings, all + std::string(2, '\0')};
}

hive_node_h make_key(hive_h* hive, std::string_view path) {
  hive_node_h node = ::hivex_root(hive);
  while (!path.empty()) {
    const std::string name{path.substr(0, path.find('\\'))};
    path.remove_prefix(std::min(name.size() + 1, path.size()));
    hive_node_h child = ::hivex_node_get_child(hive, node, name.c_str());
    if (child == 0) child = ::hivex_node_add_child(hive, node, name.c_str());
    EXPECT_NE(child, 0U) << name;
    node = child;
  }
  return node;
}

void set_values(hive_h* hive, hive_node_h node, const HiveValues& values) {
  for (const auto& [name, value] : values) {
    std::string key = name;
    Encoded encoded = encode(value);
    const hive_set_value set{key.data(), encoded.type, encoded.bytes.size(), encoded.bytes.data()};
    EXPECT_EQ(::hivex_node_set_value(hive, node, &set, 0), 0) << name;
  }
}

std::string file_of(const Fd& memory) {
  return "/proc/self/fd/" + std::to_string(memory.get());
}

}  // namespace

std::string make_hive(const std::map<std::string, HiveValues>& keys) {
  const Fd memory{::memfd_create("hive", MFD_CLOEXEC)};
  const std::string empty = empty_hive();
  EXPECT_EQ(::write(memory.get(), empty.data(), empty.size()), ssize_t(empty.size()));
  const std::unique_ptr<hive_h, int (*)(hive_h*)> hive{
      ::hivex_open(file_of(memory).c_str(), HIVEX_OPEN_WRITE), ::hivex_close};
  EXPECT_TRUE(hive);
  if (!hive) return {};
  for (const auto& [path, values] : keys)
    set_values(hive.get(), make_key(hive.get(), path), values);
  const Fd written{::memfd_create("written", MFD_CLOEXEC)};
  EXPECT_EQ(::hivex_commit(hive.get(), file_of(written).c_str(), 0), 0);
  std::ifstream stream{file_of(written), std::ios::binary};
  return {std::istreambuf_iterator<char>{stream}, {}};
}

}  // namespace imprint::guests
