#include "agent/model/request.h"

#include "agent/base/digest.h"
#include "agent/model/image_format.h"
#include "agent/model/json.h"

namespace imprint {
namespace {

constexpr std::int64_t keep_old_limit = std::int64_t{365} * 24 * 3600;
constexpr std::int64_t grace_limit = 3600;
constexpr std::size_t user_data_limit = std::size_t{64}
                                        << 10;  // what cloud providers take as user data
constexpr std::size_t data_disk_limit = 24;
constexpr std::size_t ssh_key_limit = 64;
constexpr int count_limit = 100;

/// A size in JSON is a whole number of bytes.
std::optional<std::uint64_t> read_size(ObjectReader& reader, std::string_view key) {
  const auto value = reader.optional_integer(key);
  if (value && *value <= 0) reader.fail(key, "must be more than 0 bytes");
  return value ? std::optional{static_cast<std::uint64_t>(*value)} : std::nullopt;
}

std::optional<int> read_count(ObjectReader& reader) {
  const auto count = reader.optional_integer("count");
  if (count && (*count < 1 || *count > count_limit))
    reader.fail("count", fmt::format("must be 1 to {}", count_limit));
  return count ? std::optional{static_cast<int>(*count)} : std::nullopt;
}

std::optional<ConfirmSignal> read_confirm(ObjectReader& reader) {
  const Json& json = reader.member("confirm");
  if (json.is_null()) return std::nullopt;
  auto signal = parse_confirm_signal(json, "confirm");
  if (signal) return *signal;
  reader.fail("confirm", signal.error().message);
  return std::nullopt;
}

std::optional<Secret> read_user_data(ObjectReader& reader) {
  auto text = reader.optional_text("user_data");
  if (text && text->size() > user_data_limit) reader.fail("user_data", "is larger than 64 KiB");
  return text ? std::optional{Secret{*std::move(text)}} : std::nullopt;
}

bool has_control(const std::string& text) {
  return text.find_first_of(std::string_view{"\0\r\n", 3}) != std::string::npos;
}

std::vector<std::string> read_ssh_keys(ObjectReader& reader) {
  auto keys = reader.texts_or_empty("ssh_keys");
  if (keys.size() > ssh_key_limit) reader.fail("ssh_keys", "holds more than 64 keys");
  for (const auto& key : keys)
    if (key.empty() || has_control(key)) reader.fail("ssh_keys", "each key is one line");
  return keys;
}

std::vector<std::uint64_t> read_data_disks(ObjectReader& reader) {
  std::vector<std::uint64_t> sizes;
  for (const Json& item : reader.items("data_disks")) {
    if (!item.is_number_integer() || item.get<std::int64_t>() <= 0)
      reader.fail("data_disks", "each is a size in bytes");
    else
      sizes.push_back(item.get<std::uint64_t>());
  }
  if (sizes.size() > data_disk_limit) reader.fail("data_disks", "are more than 24");
  return sizes;
}

Json confirm_or_null(const std::optional<ConfirmSignal>& confirm) {
  return confirm ? to_json(*confirm) : Json(nullptr);
}

Json digest_or_null(const Secret& secret) {
  return secret.empty() ? Json(nullptr) : Json("sha256:" + digest_of(secret.reveal()));
}

}  // namespace

Result<ImportImage> parse_import_image(const Json& json) {
  ObjectReader reader{json, ""};
  ImportImage request;
  request.source = reader.text("source");
  const auto name = parse_name(reader.text("name"), "image");
  const auto digest = reader.optional_text("sha256");
  request.format = reader.optional_text("format");
  if (request.format && !parse_image_format(*request.format))
    reader.fail("format", "must be qcow2, raw, vmdk, vhd or vhdx");
  const auto kind = parse_image_kind(reader.text_or("kind", "custom"));
  request.provider = reader.text_or("provider", "");
  request.confirm = read_confirm(reader);
  TRY(reader.finish());
  request.name = TRY(name);
  request.kind = TRY(kind);
  if (digest) request.sha256 = TRY(Sha256::parse(*digest));
  return request;
}

Result<CreateInstance> parse_create_instance(const Json& json) {
  ObjectReader reader{json, ""};
  CreateInstance request;
  request.image = reader.text("image");
  const auto name = parse_name(reader.text("name"), "instance");
  const auto cpus = reader.integer_or("cpus", request.cpus);
  if (cpus < 1 || cpus > 512) reader.fail("cpus", "must be 1 to 512");
  request.cpus = static_cast<int>(cpus);
  request.count = read_count(reader);
  request.memory = read_size(reader, "memory").value_or(request.memory);
  request.disk = read_size(reader, "disk");
  request.data_disks = read_data_disks(reader);
  request.network = reader.optional_text("network");
  request.hostname = reader.text_or("hostname", "");
  request.ssh_keys = read_ssh_keys(reader);
  request.user_data = read_user_data(reader).value_or(Secret{});
  request.password_hash = Secret{reader.text_or("password_hash", "")};
  if (has_control(request.password_hash.reveal())) reader.fail("password_hash", "is one line");
  const auto firmware = reader.optional_text("firmware");
  request.confirm = read_confirm(reader);
  TRY(reader.finish());
  request.name = TRY(name);
  if (!request.hostname.empty()) request.hostname = TRY(parse_name(request.hostname, "instance"));
  for (const std::string& longest : {request.name, request.hostname})
    if (request.count && !longest.empty())
      TRY(parse_name(numbered(longest, *request.count), "instance"));
  if (firmware) request.firmware = TRY(parse_firmware(*firmware));
  return request;
}

Result<ReimageInstance> parse_reimage_instance(const Json& json) {
  ObjectReader reader{json, ""};
  ReimageInstance request;
  request.image = reader.text("image");
  request.accept_data_loss = reader.boolean_or("accept_data_loss", false);
  const auto keep_old = reader.integer_or("keep_old_seconds", request.keep_old.count());
  if (keep_old < 0 || keep_old > keep_old_limit)
    reader.fail("keep_old_seconds", "must be 0 to 365 days");
  request.keep_old = std::chrono::seconds{keep_old};
  request.disk = read_size(reader, "disk");
  request.user_data = read_user_data(reader);
  request.confirm = read_confirm(reader);
  TRY(reader.finish());
  return request;
}

Result<StopInstance> parse_stop_instance(const Json& json) {
  ObjectReader reader{json, ""};
  StopInstance request;
  const auto grace = reader.integer_or("grace_seconds", request.grace.count());
  if (grace < 0 || grace > grace_limit) reader.fail("grace_seconds", "must be 0 to 3600");
  request.grace = std::chrono::seconds{grace};
  TRY(reader.finish());
  return request;
}

std::string numbered(const std::string& name, int number) {
  return fmt::format("{}-{}", name, number);
}

Json to_json(const ImportImage& request) {
  return {{"source", request.source},
          {"name", request.name},
          {"sha256", request.sha256 ? Json(request.sha256->hex()) : Json(nullptr)},
          {"format", to_json_or_null(request.format)},
          {"kind", to_string(request.kind)},
          {"provider", request.provider},
          {"confirm", confirm_or_null(request.confirm)}};
}

Json to_json(const CreateInstance& request) {
  Json json = to_record(request);
  json["user_data"] = request.user_data.empty() ? Json(nullptr) : Json(request.user_data.reveal());
  json["password_hash"] =
      request.password_hash.empty() ? Json(nullptr) : Json(request.password_hash.reveal());
  return json;
}

Json to_record(const CreateInstance& request) {
  return {{"image", request.image},
          {"name", request.name},
          {"count", to_json_or_null(request.count)},
          {"cpus", request.cpus},
          {"memory", request.memory},
          {"disk", to_json_or_null(request.disk)},
          {"data_disks", request.data_disks},
          {"network", to_json_or_null(request.network)},
          {"hostname", request.hostname.empty() ? Json(nullptr) : Json(request.hostname)},
          {"ssh_keys", request.ssh_keys},
          {"user_data", digest_or_null(request.user_data)},
          {"password_hash", digest_or_null(request.password_hash)},
          {"firmware", request.firmware ? Json(to_string(*request.firmware)) : Json(nullptr)},
          {"confirm", confirm_or_null(request.confirm)}};
}

Json to_json(const ReimageInstance& request) {
  Json json = to_record(request);
  json["user_data"] = request.user_data ? Json(request.user_data->reveal()) : Json(nullptr);
  return json;
}

Json to_record(const ReimageInstance& request) {
  return {{"image", request.image},
          {"accept_data_loss", request.accept_data_loss},
          {"keep_old_seconds", request.keep_old.count()},
          {"disk", to_json_or_null(request.disk)},
          {"user_data", request.user_data ? digest_or_null(*request.user_data) : Json(nullptr)},
          {"confirm", confirm_or_null(request.confirm)}};
}

Json to_json(const StopInstance& request) {
  return {{"grace_seconds", request.grace.count()}};
}

Json to_json(const Plan& plan) {
  Json steps = Json::array();
  for (const PlanStep& step : plan.steps)
    steps.push_back({{"name", step.name}, {"text", step.text}});
  return {{"steps", std::move(steps)},
          {"lost", plan.lost},
          {"kept", plan.kept},
          {"space_needed", plan.space_needed}};
}

Result<Plan> parse_plan(const Json& json) {
  ObjectReader reader{json, "plan"};
  Plan plan;
  for (const Json& item : reader.items("steps")) {
    ObjectReader fields{item, "plan.steps"};
    plan.steps.push_back({fields.text("name"), fields.text("text")});
    TRY(fields.finish());
  }
  plan.lost = reader.texts_or_empty("lost");
  plan.kept = reader.texts_or_empty("kept");
  plan.space_needed = reader.size_or("space_needed", 0);
  TRY(reader.finish());
  return plan;
}

}  // namespace imprint
