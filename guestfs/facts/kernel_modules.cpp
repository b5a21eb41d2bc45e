#include "guestfs/facts/kernel_modules.h"

#include <algorithm>
#include <array>

#include "guestfs/facts/initramfs.h"
#include "guestfs/facts/kernel_cmdline.h"
#include "guestfs/facts/text_lines.h"

namespace imprint::facts {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t most_names = 50'000;
constexpr std::size_t most_needs = 500;
constexpr std::size_t most_blocks = 2'000;

std::string with_underscores(std::string_view name) {
  std::string result{name};
  std::replace(result.begin(), result.end(), '-', '_');
  return result;
}

struct Symbol {
  std::string_view module;
  std::string_view option;
};

constexpr std::array symbols{Symbol{"virtio", "VIRTIO"},
                             Symbol{"virtio_ring", "VIRTIO"},
                             Symbol{"virtio_pci", "VIRTIO_PCI"},
                             Symbol{"virtio_blk", "VIRTIO_BLK"},
                             Symbol{"virtio_net", "VIRTIO_NET"},
                             Symbol{"virtio_scsi", "SCSI_VIRTIO"},
                             Symbol{"nvme", "BLK_DEV_NVME"},
                             Symbol{"ext4", "EXT4_FS"},
                             Symbol{"ext3", "EXT3_FS"},
                             Symbol{"ext2", "EXT2_FS"},
                             Symbol{"xfs", "XFS_FS"},
                             Symbol{"btrfs", "BTRFS_FS"},
                             Symbol{"f2fs", "F2FS_FS"},
                             Symbol{"jfs", "JFS_FS"},
                             Symbol{"vfat", "VFAT_FS"},
                             Symbol{"reiserfs", "REISERFS_FS"},
                             Symbol{"dm_mod", "BLK_DEV_DM"},
                             Symbol{"dm_crypt", "DM_CRYPT"},
                             Symbol{"md_mod", "BLK_DEV_MD"}};

std::string_view option_of(std::string_view module) {
  const auto* symbol = std::find_if(symbols.begin(), symbols.end(),
                                    [&](const Symbol& each) { return each.module == module; });
  return symbol == symbols.end() ? std::string_view{} : symbol->option;
}

/// What a command does that loads nothing.
bool does_nothing(std::string_view command) {
  static constexpr std::array names{"false"sv, "true"sv, ":"sv};
  const std::string_view name = command.substr(command.rfind('/') + 1);
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

ModuleIndex parse_modules_dep(std::string_view text) {
  ModuleIndex index;
  for (const TextLine& line : split_lines(text)) {
    const std::size_t colon = line.text.find(':');
    if (colon == std::string_view::npos || index.size() >= most_names) continue;
    const std::string_view path = trim(line.text.substr(0, colon));
    std::string name = module_name(path);
    if (name.empty()) continue;
    KernelModule module{std::string{path}, {}};
    for (const std::string& need : split_at_blanks(line.text.substr(colon + 1)))
      if (std::string needed = module_name(need);
          !needed.empty() && module.needs.size() < most_needs)
        module.needs.push_back(std::move(needed));
    index.insert_or_assign(std::move(name), std::move(module));
  }
  return index;
}

std::set<std::string, std::less<>> parse_modules_builtin(std::string_view text) {
  std::set<std::string, std::less<>> names;
  for (const TextLine& line : split_lines(text)) {
    std::string name = module_name(trim(line.text));
    if (!name.empty() && names.size() < most_names) names.insert(std::move(name));
  }
  return names;
}

KernelConfig parse_kernel_config(std::string_view text) {
  constexpr std::string_view prefix = "CONFIG_";
  KernelConfig config;
  for (const TextLine& line : split_lines(text)) {
    const std::string_view setting = trim(line.text);
    const std::size_t equals = setting.find('=');
    if (!setting.starts_with(prefix) || equals == std::string_view::npos ||
        equals < prefix.size() || setting.size() != equals + 2)
      continue;
    const char value = setting.back();
    if ((value == 'y' || value == 'm') && config.size() < most_names)
      config.insert_or_assign(std::string{setting.substr(prefix.size(), equals - prefix.size())},
                              value);
  }
  return config;
}

std::vector<ModuleBlock> parse_modprobe(std::string_view text, const std::string& path) {
  std::vector<ModuleBlock> blocks;
  for (const TextLine& line : split_lines(text)) {
    const std::vector<std::string> words = split_at_blanks(line.text);
    if (words.size() < 2 || blocks.size() >= most_blocks) continue;
    const bool blocks_it = words[0] == "blacklist" ||
                           (words[0] == "install" && words.size() >= 3 && does_nothing(words[2]));
    if (blocks_it) blocks.push_back({with_underscores(words[1]), place_of(path, line), false});
  }
  return blocks;
}

std::vector<ModuleBlock> blocked_by_cmdline(const std::string& cmdline, const Place& place) {
  static constexpr std::array keys{"modprobe.blacklist"sv, "module_blacklist"sv,
                                   "rd.driver.blacklist"sv, "rdblacklist"sv};
  std::vector<ModuleBlock> blocks;
  for (const CmdlineWord& word : cmdline_words(cmdline)) {
    if (!word.value || std::find(keys.begin(), keys.end(), word.key) == keys.end()) continue;
    for (const std::string& name : split_at(*word.value, ','))
      if (!name.empty() && blocks.size() < most_blocks)
        blocks.push_back({with_underscores(name), place, word.key.starts_with("rd")});
  }
  return blocks;
}

Driver KernelFacts::driver(std::string_view name) const {
  const std::string key{name};
  const auto option = config.find(option_of(name));
  const bool configured = option != config.end();
  if (built_in.contains(key) || (configured && option->second == 'y')) return Driver::built_in;
  if (lost.contains(key)) return Driver::absent;
  if (modules.contains(key) || stray.contains(key)) return Driver::module;
  const bool tells_modules = modules_dep.is_read() && !modules.empty();
  const bool tells_built_in = modules_builtin.is_read() || config_file.is_read();
  if (config_file.is_read() && !config.empty() && !configured && !option_of(name).empty())
    return Driver::absent;
  return tells_modules && tells_built_in ? Driver::absent : Driver::unknown;
}

bool KernelFacts::is_monolithic() const {
  return !config.empty() && !config.contains("MODULES");
}

std::set<std::string> KernelFacts::with_needs(const std::string& name) const {
  std::set<std::string> all{name};
  std::vector<std::string> open{name};
  while (!open.empty()) {
    const auto module = modules.find(open.back());
    open.pop_back();
    if (module == modules.end()) continue;
    for (const std::string& need : module->second.needs)
      if (all.insert(need).second) open.push_back(need);
  }
  return all;
}

const std::vector<std::string>& modules_asked_for() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const Symbol& symbol : symbols) all.emplace_back(symbol.module);
    return all;
  }();
  return names;
}

}  // namespace imprint::facts
