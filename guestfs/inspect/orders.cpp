#include "guestfs/inspect/orders.h"

#include "agent/base/hex.h"
#include "agent/model/json.h"
#include "guestfs/inspect/profile_json.h"
#include "guestfs/profiles/load_manifest.h"
#include "guestfs/profiles/load_profile.h"

namespace imprint::inspect {
namespace {

Json promised_to_json(const guest::Volume& volume) {
  return {{"disk", volume.promised_by},      {"device", volume.device},
          {"filesystem", volume.filesystem}, {"uuid", volume.uuid},
          {"label", volume.label},           {"part_uuid", volume.part_uuid},
          {"part_label", volume.part_label}};
}

Result<guest::Volume> parse_promised(const Json& json) {
  ObjectReader reader{json, "orders.promised"};
  guest::Volume volume;
  volume.disk = -1;
  volume.promised_by = reader.text("disk");
  volume.device = reader.text("device");
  volume.filesystem = reader.text("filesystem");
  volume.uuid = reader.text("uuid");
  volume.label = reader.text("label");
  volume.part_uuid = reader.text("part_uuid");
  volume.part_label = reader.text("part_label");
  TRY(reader.finish());
  return volume;
}

}  // namespace

Result<Orders> orders_of(const Inspection& inspection, const Clock& clock) {
  Orders orders;
  orders.profiles = TRY(profiles::load_profiles(inspection.profile));
  orders.today = format_time(clock.now()).substr(0, std::string_view{"2026-06-30"}.size());
  orders.passphrase = inspection.passphrase;
  for (const std::filesystem::path& companion : inspection.companions)
    if (profiles::is_manifest(companion))
      for (guest::Volume& volume : TRY(profiles::load_manifest(companion)))
        orders.promised.push_back(std::move(volume));
  return orders;
}

Json orders_to_json(const Orders& orders) {
  Json promised = Json::array();
  for (const guest::Volume& volume : orders.promised) promised.push_back(promised_to_json(volume));
  return {{"profiles", profiles_to_json(orders.profiles)},
          {"today", orders.today},
          {"promised", std::move(promised)},
          {"passphrase", to_hex(orders.passphrase)}};  // JSON holds UTF-8 only
}

Result<Orders> parse_orders_json(const Json& json) {
  ObjectReader reader{json, "orders"};
  Orders orders;
  orders.profiles = TRY(parse_profiles_json(reader.member("profiles")));
  orders.today = reader.text("today");
  orders.passphrase = TRY_WITH(parse_hex(reader.text_or("passphrase", "")), "orders.passphrase");
  for (const Json& item : reader.items("promised"))
    orders.promised.push_back(TRY(parse_promised(item)));
  TRY(reader.finish());
  return orders;
}

}  // namespace imprint::inspect
