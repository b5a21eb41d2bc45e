#include "guestfs/facts/registry.h"

#include <hivex.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstdlib>
#include <type_traits>
#include <utility>

#include "agent/base/owned.h"

namespace imprint::facts {
namespace {

constexpr std::size_t piece = std::size_t{2} << 20U;
constexpr std::size_t most_names = 20'000;
// Of the first block: the magic, and the numbers of the last write begun and the last one ended.
constexpr std::string_view magic = "regf";
constexpr std::size_t header_size = 12;

using Text = Owned<char, std::free>;

Result<> append(const Fd& file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file.get(), bytes.data(), bytes.size());
    if (written < 0) return system_error(errno, "a hive's copy");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<> copy(guest::FollowingFs& fs, const guest::GuestPath& path, std::uint64_t size,
              const Fd& file) {
  for (std::uint64_t offset = 0; offset < size;) {
    const std::string bytes = TRY(fs.raw().read_range(path, offset, piece));
    if (bytes.empty()) break;
    TRY(append(file, bytes));
    offset += bytes.size();
  }
  return {};
}

}  // namespace

RegistryKey RegistryKey::at(std::string_view path) const {
  RegistryKey key = *this;
  while (!path.empty() && key.exists()) {
    const std::string name{path.substr(0, path.find('\\'))};
    path.remove_prefix(std::min(name.size() + 1, path.size()));
    key.node_ = ::hivex_node_get_child(hive_, key.node_, name.c_str());
  }
  return key;
}

std::vector<std::string> RegistryKey::names() const {
  std::vector<std::string> names;
  if (!exists()) return names;
  const Owned<hive_node_h, std::free> children{::hivex_node_children(hive_, node_)};
  if (!children) return names;
  for (const hive_node_h* child = children.get(); *child != 0 && names.size() < most_names; ++child)
    if (const Text name{::hivex_node_name(hive_, *child)}) names.emplace_back(name.get());
  return names;
}

std::size_t RegistryKey::value_of_type(const std::string& name, int type, int other) const {
  if (!exists()) return 0;
  const hive_value_h value = ::hivex_node_get_value(hive_, node_, name.c_str());
  if (value == 0) return 0;
  hive_type found = hive_t_none;
  if (::hivex_value_type(hive_, value, &found, nullptr) != 0) return 0;
  // A damaged hive may hold any number here, and one that is no hive_type may not be read as one.
  const auto number = std::bit_cast<std::underlying_type_t<hive_type>>(found);
  return std::cmp_equal(number, type) || std::cmp_equal(number, other) ? value : 0;
}

std::optional<std::string> RegistryKey::text(const std::string& name) const {
  const std::size_t value = value_of_type(name, hive_t_string, hive_t_expand_string);
  if (value == 0) return std::nullopt;
  const Text text{::hivex_value_string(hive_, value)};
  if (!text) return std::nullopt;
  return std::string{text.get()};
}

std::optional<std::uint32_t> RegistryKey::number(const std::string& name) const {
  const std::size_t value = value_of_type(name, hive_t_dword, hive_t_dword);
  if (value == 0) return std::nullopt;
  return static_cast<std::uint32_t>(::hivex_value_dword(hive_, value));
}

std::vector<std::string> RegistryKey::texts(const std::string& name) const {
  if (auto single = text(name)) return {*std::move(single)};
  std::vector<std::string> texts;
  const std::size_t value = value_of_type(name, hive_t_multiple_strings, hive_t_multiple_strings);
  if (value == 0) return texts;
  char** strings = ::hivex_value_multiple_strings(hive_, value);
  for (char** each = strings; each != nullptr && *each != nullptr; ++each) {
    const Text owned{*each};
    if (texts.size() < most_names) texts.emplace_back(owned.get());
  }
  std::free(strings);
  return texts;
}

void Hive::Close::operator()(hive_h* hive) const {
  ::hivex_close(hive);
}

RegistryKey Hive::root() const {
  return {hive_.get(), ::hivex_root(hive_.get())};
}

Result<Hive> Hive::open(guest::FollowingFs& fs, const guest::GuestPath& path) {
  const guest::GuestPath found = TRY(fs.resolve(path));
  const guest::FileInfo info = TRY(fs.raw().stat(found));
  if (info.type != guest::FileType::regular)
    return make_error(Errc::invalid, "'{}' is no file", path.str());
  if (info.size > largest)
    return make_error(Errc::exhausted, "'{}' has {} bytes", path.str(), info.size);
  const std::string header = TRY(fs.raw().read_range(found, 0, header_size));
  if (header.size() < header_size || !header.starts_with(magic))
    return make_error(Errc::corrupt, "'{}' is no registry hive", path.str());
  Fd file{::memfd_create("hive", MFD_CLOEXEC)};
  if (!file.valid()) return system_error(errno, "a hive's copy");
  TRY(copy(fs, found, info.size, file));
  const std::string name = fmt::format("/proc/self/fd/{}", file.get());
  hive_h* hive = ::hivex_open(name.c_str(), 0);
  if (hive == nullptr) return make_error(Errc::corrupt, "'{}' is damaged", path.str());
  const bool unwritten = header.substr(4, 4) != header.substr(8, 4);
  return Hive{std::move(file), hive, unwritten};
}

}  // namespace imprint::facts
