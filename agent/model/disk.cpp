#include "agent/model/disk.h"

#include "agent/model/json.h"
#include "agent/model/words.h"

namespace imprint {
namespace {

constexpr Words<DiskRole, 3> roles{
    {{DiskRole::system, "system"}, {DiskRole::data, "data"}, {DiskRole::seed, "seed"}}};
constexpr Words<DiskFormat, 2> formats{{{DiskFormat::qcow2, "qcow2"}, {DiskFormat::raw, "raw"}}};

}  // namespace

std::string_view to_string(DiskRole role) noexcept {
  return word_of(roles, role);
}
std::string_view to_string(DiskFormat format) noexcept {
  return word_of(formats, format);
}

Result<DiskFormat> parse_disk_format(std::string_view text) {
  return parse_word(formats, text, "disk format");
}

std::string firmware_variables(const std::string& system_disk) {
  return system_disk + ".nvram";
}

Json to_json(const Disk& disk) {
  return {{"role", to_string(disk.role)},
          {"path", disk.path},
          {"format", to_string(disk.format)},
          {"serial", disk.serial},
          {"size", disk.size},
          {"base_path", to_json_or_null(disk.base_path)},
          {"base_digest", disk.base_digest ? Json(disk.base_digest->hex()) : Json(nullptr)},
          {"generation", disk.generation}};
}

Result<Disk> parse_disk_record(const Json& json, std::string where) {
  ObjectReader reader{json, std::move(where)};
  Disk disk;
  const auto role = parse_word(roles, reader.text("role"), "disk role");
  disk.path = reader.text("path");
  const auto format = parse_disk_format(reader.text("format"));
  disk.serial = reader.text("serial");
  disk.size = reader.size("size");
  disk.base_path = reader.optional_text("base_path");
  const auto base_digest = reader.optional_text("base_digest");
  disk.generation = reader.integer_or("generation", 1);
  TRY(reader.finish());
  disk.role = TRY(role);
  disk.format = TRY(format);
  if (base_digest) disk.base_digest = TRY(Sha256::parse(*base_digest));
  return disk;
}

}  // namespace imprint
