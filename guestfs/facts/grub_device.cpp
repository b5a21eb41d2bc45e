#include "guestfs/facts/grub_device.h"

#include <fmt/format.h>

#include <charconv>

#include "guestfs/language/say.h"

namespace imprint::facts {

using guest::Inventory;
using guest::Match;
using guest::Volume;

namespace {

std::optional<int> number(std::string_view digits) {
  int value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size() || value < 0)
    return std::nullopt;
  return value;
}

std::string_view without_brackets(std::string_view name) {
  if (name.starts_with('(')) name.remove_prefix(1);
  if (name.ends_with(')')) name.remove_suffix(1);
  return name;
}

GrubDevice absent(std::string why) {
  return {Match::absent, std::nullopt, std::move(why)};
}
GrubDevice unknown(std::string why) {
  return {Match::unknown, std::nullopt, std::move(why)};
}
GrubDevice found(std::size_t volume) {
  return {Match::found, volume, {}};
}

GrubDevice partition_of(const Inventory& inventory, int disk, int partition) {
  if (static_cast<std::size_t>(disk) >= inventory.disks.size())
    return absent(say("the image has no disk number {}, counted from 0", disk));
  for (std::size_t i = 0; i < inventory.volumes.size(); ++i) {
    const Volume& volume = inventory.volumes[i];
    const bool whole = partition == 0 && volume.kind == Volume::Kind::whole_disk;
    const bool part =
        partition > 0 && volume.kind == Volume::Kind::partition && volume.number == partition;
    if (volume.disk == disk && (whole || part)) return found(i);
  }
  if (partition == 0) return unknown(say("it is a whole disk"));
  return absent(say("disk {} of the image has no partition {}", disk, partition));
}

/// "gpt2", "msdos1", "2" -> 2; anything else nothing.
std::optional<int> partition_number(std::string_view text) {
  for (const std::string_view scheme : {"gpt", "msdos"})
    if (text.starts_with(scheme)) text.remove_prefix(scheme.size());
  return number(text);
}

GrubDevice by_resolution(const guest::Resolution& resolution, std::string_view name) {
  if (resolution.match == Match::found) return found(*resolution.volume);
  if (resolution.match == Match::absent) return absent(say("the image has no '{}'", name));
  return unknown(say("'{}' cannot be looked up", name));
}

}  // namespace

GrubDevice resolve_grub_device(const Inventory& inventory, std::string_view name) {
  name = without_brackets(name);
  if (name.starts_with("volume/")) {
    const auto index = number(name.substr(7));
    if (index && static_cast<std::size_t>(*index) < inventory.volumes.size())
      return found(static_cast<std::size_t>(*index));
  }
  if (name.starts_with("lvm/"))
    return by_resolution(
        guest::resolve_device(inventory, "/dev/mapper/" + std::string{name.substr(4)}), name);
  if (name.starts_with("md/"))
    return by_resolution(guest::resolve_device(inventory, "/dev/md" + std::string{name.substr(3)}),
                         name);
  if (!name.starts_with("hd")) return unknown(say("'{}' is no disk or partition", name));
  const std::size_t comma = name.find(',');
  const auto disk = number(name.substr(2, comma == std::string_view::npos ? comma : comma - 2));
  if (!disk) return unknown(say("'{}' is no disk or partition", name));
  if (comma == std::string_view::npos) return partition_of(inventory, *disk, 0);
  const auto partition = partition_number(name.substr(comma + 1));
  if (!partition || *partition == 0) return unknown(say("'{}' is no disk or partition", name));
  return partition_of(inventory, *disk, *partition);
}

GrubDevice resolve_grub_legacy_device(const Inventory& inventory, std::string_view name) {
  name = without_brackets(name);
  if (!name.starts_with("hd")) return unknown(say("'{}' is no hard disk", name));
  const std::size_t comma = name.find(',');
  const auto disk = number(name.substr(2, comma == std::string_view::npos ? comma : comma - 2));
  if (!disk) return unknown(say("'{}' is no disk or partition", name));
  if (comma == std::string_view::npos) return partition_of(inventory, *disk, 0);
  const auto partition = number(name.substr(comma + 1));
  if (!partition || *partition > 1024) return unknown(say("'{}' is no disk or partition", name));
  return partition_of(inventory, *disk, *partition + 1);
}

std::string grub_device_name(const Inventory& inventory, std::size_t index) {
  const Volume& volume = inventory.volumes[index];
  const auto named_back = [&](const std::string& name) {
    const GrubDevice device = resolve_grub_device(inventory, name);
    return device.volume == index;
  };
  std::string name = fmt::format("volume/{}", index);
  if (volume.kind == Volume::Kind::partition && volume.disk >= 0 &&
      static_cast<std::size_t>(volume.disk) < inventory.disks.size()) {
    const bool gpt =
        inventory.disks[static_cast<std::size_t>(volume.disk)].table == guest::TableType::gpt;
    const std::string candidate =
        fmt::format("hd{},{}{}", volume.disk, gpt ? "gpt" : "msdos", volume.number);
    if (named_back(candidate)) name = candidate;
  } else if (volume.kind == Volume::Kind::whole_disk &&
             named_back(fmt::format("hd{}", volume.disk))) {
    name = fmt::format("hd{}", volume.disk);
  }
  return name;
}

GrubFileName split_grub_file(std::string_view name) {
  if (!name.starts_with('(')) return {{}, std::string{name}};
  const std::size_t close = name.find(')');
  if (close == std::string_view::npos) return {{}, std::string{name}};
  return {std::string{name.substr(1, close - 1)}, std::string{name.substr(close + 1)}};
}

}  // namespace imprint::facts
