#include "agent/model/instance.h"

#include "agent/base/first_error.h"
#include "agent/model/json.h"
#include "agent/model/words.h"

namespace imprint {
namespace {

constexpr Words<PowerState, 6> power_states{{{PowerState::running, "running"},
                                             {PowerState::paused, "paused"},
                                             {PowerState::stopped, "stopped"},
                                             {PowerState::crashed, "crashed"},
                                             {PowerState::absent, "absent"},
                                             {PowerState::unknown, "unknown"}}};
constexpr Words<Firmware, 2> firmwares{{{Firmware::bios, "bios"}, {Firmware::uefi, "uefi"}}};

Json to_json(const RetainedSystem& retained) {
  return {{"system", to_json(retained.system)}, {"until", retained.until}};
}

Result<RetainedSystem> parse_retained(const Json& json, const std::string& where) {
  ObjectReader reader{json, where};
  const Json& system = reader.member("system");
  const std::string until = reader.text("until");
  TRY(reader.finish());
  return RetainedSystem{TRY(parse_system(system, where + ".system")), until};
}

}  // namespace

std::string_view to_string(PowerState state) noexcept {
  return word_of(power_states, state);
}
Result<PowerState> parse_power_state(std::string_view text) {
  return parse_word(power_states, text, "power state");
}
std::string_view to_string(Firmware firmware) noexcept {
  return word_of(firmwares, firmware);
}
Result<Firmware> parse_firmware(std::string_view text) {
  return parse_word(firmwares, text, "firmware");
}

Json to_json(const System& system) {
  return {{"image", system.image.str()},
          {"image_name", system.image_name},
          {"disk", to_json(system.disk)},
          {"seed", to_json(system.seed)},
          {"cloud_instance_id", system.cloud_instance_id},
          {"firmware", to_string(system.firmware)},
          {"confirm", to_json(system.confirm)}};
}

Result<System> parse_system(const Json& json, const std::string& where) {
  ObjectReader reader{json, where};
  const auto image = ImageId::parse(reader.text("image"));
  const std::string image_name = reader.text("image_name");
  const Json& disk = reader.member("disk");
  const Json& seed = reader.member("seed");
  const std::string cloud_instance_id = reader.text("cloud_instance_id");
  const auto firmware = parse_firmware(reader.text("firmware"));
  const Json& confirm = reader.member("confirm");
  TRY(reader.finish());
  auto system_disk = TRY(parse_disk_record(disk, where + ".disk"));
  auto system_seed = TRY(parse_disk_record(seed, where + ".seed"));
  auto signal = TRY(parse_confirm_signal(confirm, where + ".confirm"));
  for (const Error* fault : {error_of(image), error_of(firmware)})
    if (fault != nullptr) return *fault;
  return System{*image,
                image_name,
                std::move(system_disk),
                std::move(system_seed),
                cloud_instance_id,
                *firmware,
                std::move(signal)};
}

Json to_json(const Instance& instance) {
  Json data_disks = Json::array();
  for (const Disk& disk : instance.data_disks) data_disks.push_back(to_json(disk));
  return {{"id", instance.id.str()},
          {"name", instance.name},
          {"uuid", instance.uuid},
          {"node", instance.node},
          {"region", instance.region},
          {"owner", instance.owner},
          {"cpus", instance.cpus},
          {"memory", instance.memory},
          {"network", to_json_or_null(instance.network)},
          {"mac", instance.mac},
          {"hostname", instance.hostname},
          {"ssh_keys", instance.ssh_keys},
          {"system", to_json(instance.system)},
          {"retained", instance.retained ? to_json(*instance.retained) : Json(nullptr)},
          {"data_disks", std::move(data_disks)},
          {"wanted_running", instance.wanted_running},
          {"created", instance.created},
          {"generation", instance.generation},
          {"system_generation", instance.system_generation}};
}

namespace {

/// The members of an instance's object; the caller finishes the reader, which may know more of
/// them.
Result<Instance> read_instance(ObjectReader& reader) {
  auto id = InstanceId::parse(reader.text("id"));
  const Json& system = reader.member("system");
  const Json& retained = reader.member("retained");
  std::vector<Disk> data_disks;
  for (const Json& item : reader.items("data_disks"))
    data_disks.push_back(
        TRY(parse_disk_record(item, fmt::format("data_disks[{}]", data_disks.size()))));
  auto parsed_system = TRY(parse_system(system, "system"));
  if (!id) return id.error();
  Instance instance{.id = *id,
                    .name = reader.text("name"),
                    .uuid = reader.text("uuid"),
                    .node = reader.text_or("node", ""),
                    .region = reader.text_or("region", ""),
                    .owner = reader.text_or("owner", ""),
                    .cpus = reader.number("cpus"),
                    .memory = reader.size("memory"),
                    .network = reader.optional_text("network"),
                    .mac = reader.text("mac"),
                    .hostname = reader.text("hostname"),
                    .ssh_keys = reader.texts_or_empty("ssh_keys"),
                    .system = std::move(parsed_system),
                    .retained = std::nullopt,
                    .data_disks = std::move(data_disks),
                    .wanted_running = reader.boolean_or("wanted_running", true),
                    .created = reader.text_or("created", ""),
                    .generation = reader.integer_or("generation", 1),
                    .system_generation = reader.number_or("system_generation", 1)};
  if (!retained.is_null()) instance.retained = TRY(parse_retained(retained, "retained"));
  return instance;
}

}  // namespace

Result<Instance> parse_instance(const Json& json) {
  ObjectReader reader{json, "instance"};
  Instance instance = TRY(read_instance(reader));
  TRY(reader.finish());
  return instance;
}

Json to_json(const InstanceView& view) {
  Json json = to_json(view.instance);
  json["power"] = to_string(view.power);
  json["newer_image"] = to_json_or_null(view.newer_image);
  json["open_job"] = view.open_job ? Json(view.open_job->str()) : Json(nullptr);
  return json;
}

Result<InstanceView> parse_instance_view(const Json& json) {
  ObjectReader reader{json, "instance"};
  Instance instance = TRY(read_instance(reader));
  const auto power = parse_power_state(reader.text("power"));
  auto newer_image = reader.optional_text("newer_image");
  const auto open_job = reader.optional_text("open_job");
  TRY(reader.finish());
  if (!power) return power.error();
  InstanceView view{std::move(instance), *power, std::move(newer_image), std::nullopt};
  if (open_job) view.open_job = TRY(JobId::parse(*open_job));
  return view;
}

}  // namespace imprint
