#include "agent/model/node.h"

#include "agent/model/json.h"

namespace imprint {

namespace {

Json to_json(const std::vector<Drift>& drift) {
  Json list = Json::array();
  for (const Drift& one : drift)
    list.push_back({{"kind", one.kind}, {"subject", one.subject}, {"detail", one.detail}});
  return list;
}

Json to_json(const std::vector<Damage>& damage) {
  Json list = Json::array();
  for (const Damage& one : damage)
    list.push_back({{"name", one.name}, {"detail", one.detail}, {"refused", one.refused}});
  return list;
}

Result<std::vector<Damage>> parse_damage(const Json& list) {
  std::vector<Damage> damage;
  if (list.is_null()) return damage;  // of an agent that did not know it
  if (!list.is_array()) return make_error(Errc::invalid, "node.damage: must be a list");
  for (const Json& item : list) {
    ObjectReader reader{item, "node.damage"};
    damage.push_back(
        {reader.text("name"), reader.text_or("detail", ""), reader.text_or("refused", "")});
    TRY(reader.finish());
  }
  return damage;
}

Result<std::vector<Drift>> parse_drift(const Json& list) {
  std::vector<Drift> drift;
  if (!list.is_array()) return make_error(Errc::invalid, "node.drift: must be a list");
  for (const Json& item : list) {
    ObjectReader reader{item, "node.drift"};
    drift.push_back({reader.text("kind"), reader.text("subject"), reader.text_or("detail", "")});
    TRY(reader.finish());
  }
  return drift;
}

}  // namespace

Json to_json(const NodeStatus& status) {
  return {{"node", status.node},
          {"region", status.region},
          {"version", status.version},
          {"hypervisor", status.hypervisor},
          {"hypervisor_ok", status.hypervisor_ok},
          {"accelerator", status.accelerator},
          {"accelerator_why", status.accelerator_why},
          {"appliance", to_json(status.appliance)},
          {"images", status.images},
          {"instances", status.instances},
          {"open_jobs", status.open_jobs},
          {"space_free", status.space_free},
          {"space_total", status.space_total},
          {"space_claimed", status.space_claimed},
          {"space_state", status.space_state},
          {"read_only", status.read_only},
          {"damage", to_json(status.damage)},
          {"drift", to_json(status.drift)},
          {"drift_checked", status.drift_checked},
          {"profile", status.profile},
          {"ruleset", status.ruleset}};
}

Result<NodeStatus> parse_node_status(const Json& json) {
  ObjectReader reader{json, "node"};
  NodeStatus status;
  status.node = reader.text("node");
  status.region = reader.text_or("region", "");
  status.version = reader.text_or("version", "");
  status.hypervisor = reader.text_or("hypervisor", "");
  status.hypervisor_ok = reader.boolean_or("hypervisor_ok", false);
  status.accelerator = reader.text_or("accelerator", "");
  status.accelerator_why = reader.text_or("accelerator_why", "");
  status.appliance = TRY(parse_appliance_use(reader.member("appliance"), "node.appliance"));
  status.images = reader.number_or("images", 0);
  status.instances = reader.number_or("instances", 0);
  status.open_jobs = reader.number_or("open_jobs", 0);
  status.space_free = reader.size_or("space_free", 0);
  status.space_total = reader.size_or("space_total", 0);
  status.space_claimed = reader.size_or("space_claimed", 0);
  status.space_state = reader.text_or("space_state", "");
  status.read_only = reader.text_or("read_only", "");
  const Json& damage = reader.member("damage");
  const Json& drift = reader.member("drift");
  status.drift_checked = reader.text_or("drift_checked", "");
  status.profile = reader.text_or("profile", "");
  status.ruleset = reader.text_or("ruleset", "");
  TRY(reader.finish());
  status.damage = TRY(parse_damage(damage));
  status.drift = TRY(parse_drift(drift));
  return status;
}

}  // namespace imprint
