#include "guestfs/profiles/load_manifest.h"

#include "guestfs/profiles/toml_source.h"

namespace imprint::profiles {
namespace {

using guest::Volume;

Result<> take_text(const Source& source, const toml::table& table, std::string_view key,
                   std::string& text) {
  if (const toml::node* node = table.get(key)) text = TRY(text_of(source, key, *node));
  return {};
}

Result<Volume> read_volume(const Source& source, const toml::node& node, const std::string& disk,
                           std::size_t number) {
  constexpr std::array<std::string_view, 6> known{"uuid",      "label", "partuuid",
                                                  "partlabel", "path",  "type"};
  const toml::table* table = node.as_table();
  if (table == nullptr) return fault(source, node, "volumes are written as [[disk.volume]]");
  TRY(check_keys(source, *table, known));
  Volume volume;
  volume.promised_by = disk;
  volume.disk = -1;
  TRY(take_text(source, *table, "uuid", volume.uuid));
  TRY(take_text(source, *table, "label", volume.label));
  TRY(take_text(source, *table, "partuuid", volume.part_uuid));
  TRY(take_text(source, *table, "partlabel", volume.part_label));
  TRY(take_text(source, *table, "path", volume.device));
  TRY(take_text(source, *table, "type", volume.filesystem));
  const bool is_named = !volume.uuid.empty() || !volume.label.empty() ||
                        !volume.part_uuid.empty() || !volume.part_label.empty() ||
                        !volume.device.empty();
  if (!is_named)
    return fault(source, node, "a volume needs one of uuid, label, partuuid, partlabel and path");
  if (!volume.device.empty() && !volume.device.starts_with("/dev/"))
    return fault(source, node, "'path' must begin with /dev/");
  if (volume.device.empty()) volume.device = fmt::format("{}:{}", disk, number);
  return volume;
}

Result<> read_disk(const Source& source, const toml::node& node, std::vector<Volume>& volumes) {
  constexpr std::array<std::string_view, 2> known{"name", "volume"};
  const toml::table* table = node.as_table();
  if (table == nullptr) return fault(source, node, "disks are written as [[disk]]");
  TRY(check_keys(source, *table, known));
  std::string name;
  TRY(take_text(source, *table, "name", name));
  if (name.empty()) return fault(source, node, "a disk needs a name");
  const toml::node* list = table->get("volume");
  const toml::array* items = list != nullptr ? list->as_array() : nullptr;
  if (items == nullptr || items->empty())
    return fault(source, node, fmt::format("the disk '{}' has no [[disk.volume]]", name));
  std::size_t number = 0;
  for (const toml::node& item : *items)
    volumes.push_back(TRY(read_volume(source, item, name, ++number)));
  return {};
}

}  // namespace

Result<std::vector<Volume>> load_manifest(const std::filesystem::path& path) {
  const Source source = TRY(read_file(path, "manifest"));
  const toml::table table = TRY(parse(source));
  constexpr std::array<std::string_view, 1> known{"disk"};
  TRY(check_keys(source, table, known));
  const toml::node* list = table.get("disk");
  const toml::array* items = list != nullptr ? list->as_array() : nullptr;
  if (items == nullptr || items->empty())
    return make_error(Errc::invalid, "{}: it has no [[disk]]", source.where);
  std::vector<Volume> volumes;
  for (const toml::node& item : *items) TRY(read_disk(source, item, volumes));
  return volumes;
}

bool is_manifest(const std::filesystem::path& path) {
  return path.extension() == ".toml";
}

}  // namespace imprint::profiles
