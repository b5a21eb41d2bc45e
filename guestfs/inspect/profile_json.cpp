#include "guestfs/inspect/profile_json.h"

#include "agent/model/json.h"

namespace imprint::inspect {
namespace {

constexpr const char* off = "off";

std::optional<std::uint64_t> size_of(ObjectReader& reader, std::string_view key) {
  const auto number = reader.optional_integer(key);
  if (!number) return std::nullopt;
  return static_cast<std::uint64_t>(*number);
}

Json things_to_json(const rules::Things& things) {
  return {{"paths", things.paths}, {"units", things.units}};
}

Result<rules::Things> parse_things(const Json& json, const std::string& where) {
  ObjectReader reader{json, where};
  rules::Things things;
  things.paths = reader.texts_or_empty("paths");
  things.units = reader.texts_or_empty("units");
  TRY(reader.finish());
  return things;
}

Json waiver_to_json(const rules::Waiver& waiver) {
  return {{"rule", waiver.rule},
          {"path", to_json_or_null(waiver.path)},
          {"text", to_json_or_null(waiver.text)},
          {"image", to_json_or_null(waiver.image)},
          {"sha256", to_json_or_null(waiver.sha256)},
          {"reason", waiver.reason},
          {"expires", waiver.expires}};
}

Result<rules::Waiver> parse_waiver(const Json& json) {
  ObjectReader reader{json, "profile.waivers"};
  rules::Waiver waiver;
  waiver.rule = reader.text("rule");
  waiver.path = reader.optional_text("path");
  waiver.text = reader.optional_text("text");
  waiver.image = reader.optional_text("image");
  waiver.sha256 = reader.optional_text("sha256");
  waiver.reason = reader.text("reason");
  waiver.expires = reader.text("expires");
  TRY(reader.finish());
  return waiver;
}

}  // namespace

Json profile_to_json(const rules::Profile& profile) {
  Json severities = Json::array();
  for (const auto& [rule, severity] : profile.severities)
    severities.push_back(
        {{"rule", rule}, {"severity", severity ? std::string{to_string(*severity)} : off}});
  Json waivers = Json::array();
  for (const rules::Waiver& waiver : profile.waivers) waivers.push_back(waiver_to_json(waiver));
  return {{"name", profile.name},
          {"description", profile.description},
          {"severities", std::move(severities)},
          {"waivers", std::move(waivers)},
          {"min_disk_size", to_json_or_null(profile.limits.min_disk_size)},
          {"max_disk_size", to_json_or_null(profile.limits.max_disk_size)},
          {"root_filesystems", profile.limits.root_filesystems},
          {"firmware", profile.limits.firmware},
          {"architectures", profile.limits.architectures},
          {"datasources", profile.limits.datasources},
          {"mtu", to_json_or_null(profile.limits.mtu)},
          {"min_free_space", to_json_or_null(profile.limits.min_free_space)},
          {"min_free_inodes", to_json_or_null(profile.limits.min_free_inodes)},
          {"max_used_percent", to_json_or_null(profile.limits.max_used_percent)},
          {"declared_id", profile.demands.declared.id},
          {"declared_version", profile.demands.declared.version},
          {"cloud", profile.demands.cloud},
          {"required", things_to_json(profile.demands.required)},
          {"forbidden", things_to_json(profile.demands.forbidden)}};
}

Result<rules::Profile> parse_profile_json(const Json& json) {
  ObjectReader reader{json, "profile"};
  rules::Profile profile;
  profile.name = reader.text("name");
  profile.description = reader.text_or("description", "");
  profile.limits.min_disk_size = size_of(reader, "min_disk_size");
  profile.limits.max_disk_size = size_of(reader, "max_disk_size");
  profile.limits.root_filesystems = reader.texts_or_empty("root_filesystems");
  profile.limits.firmware = reader.texts_or_empty("firmware");
  profile.limits.architectures = reader.texts_or_empty("architectures");
  profile.limits.datasources = reader.texts_or_empty("datasources");
  if (const auto mtu = reader.optional_integer("mtu"))
    profile.limits.mtu = static_cast<std::uint32_t>(*mtu);
  profile.limits.min_free_space = size_of(reader, "min_free_space");
  profile.limits.min_free_inodes = size_of(reader, "min_free_inodes");
  if (const auto percent = reader.optional_integer("max_used_percent"))
    profile.limits.max_used_percent = static_cast<std::uint32_t>(*percent);
  profile.demands.declared.id = reader.text_or("declared_id", "");
  profile.demands.declared.version = reader.text_or("declared_version", "");
  profile.demands.cloud = reader.text_or("cloud", "");
  if (const Json& things = reader.member("required"); !things.is_null())
    profile.demands.required = TRY(parse_things(things, "profile.required"));
  if (const Json& things = reader.member("forbidden"); !things.is_null())
    profile.demands.forbidden = TRY(parse_things(things, "profile.forbidden"));
  for (const Json& item : reader.items("severities")) {
    ObjectReader fields{item, "profile.severities"};
    const std::string rule = fields.text("rule");
    const std::string severity = fields.text("severity");
    TRY(fields.finish());
    auto& entry = profile.severities[rule];
    if (severity != off) entry = TRY(parse_severity(severity));
  }
  for (const Json& item : reader.items("waivers"))
    profile.waivers.push_back(TRY(parse_waiver(item)));
  TRY(reader.finish());
  return profile;
}

Json profiles_to_json(const std::vector<rules::Profile>& profiles) {
  Json list = Json::array();
  for (const rules::Profile& profile : profiles) list.push_back(profile_to_json(profile));
  return list;
}

Result<std::vector<rules::Profile>> parse_profiles_json(const Json& json) {
  if (!json.is_array() || json.empty())
    return make_error(Errc::invalid, "profiles: expected a list of at least one");
  std::vector<rules::Profile> profiles;
  for (const Json& item : json) profiles.push_back(TRY(parse_profile_json(item)));
  return profiles;
}

}  // namespace imprint::inspect
