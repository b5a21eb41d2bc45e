#include "agent/base/first_error.h"
#include "agent/model/json.h"
#include "agent/policy/import.h"
#include "agent/workflows/confirm.h"
#include "agent/workflows/import_image.h"

namespace imprint::workflows {
namespace {

Json stored_json(const std::optional<StoredImage>& stored) {
  if (!stored) return nullptr;
  return {{"digest", stored->digest.hex()},
          {"file_size", stored->file_size},
          {"virtual_size", stored->virtual_size}};
}

Result<std::optional<StoredImage>> parse_stored(const Json& json) {
  if (json.is_null()) return std::optional<StoredImage>{};
  ObjectReader reader{json, "plan.stored"};
  const auto digest = Sha256::parse(reader.text("digest"));
  const auto file_size = reader.integer("file_size");
  const auto virtual_size = reader.integer("virtual_size");
  TRY(reader.finish());
  return std::optional{StoredImage{TRY(digest), static_cast<std::uint64_t>(file_size),
                                   static_cast<std::uint64_t>(virtual_size)}};
}

}  // namespace

Json to_json(const ImportPlan& plan) {
  return {{"image", plan.image.str()},
          {"request", to_json(plan.request)},
          {"owner", plan.owner},
          {"now", plan.now},
          {"incoming", plan.incoming},
          {"fetched", plan.fetched ? Json(plan.fetched->hex()) : Json(nullptr)},
          {"fetched_size", plan.fetched_size},
          {"seal", plan.seal},
          {"unpacked", plan.unpacked ? Json(plan.unpacked->hex()) : Json(nullptr)},
          {"content_size", plan.content_size},
          {"format", to_string(plan.format)},
          {"virtual_size", plan.virtual_size},
          {"guest", to_json(plan.guest)},
          {"ruleset", plan.ruleset},
          {"stored", stored_json(plan.stored)}};
}

Result<ImportPlan> parse_import_plan(const Json& json) {
  ObjectReader reader{json, "plan"};
  const auto image = ImageId::parse(reader.text("image"));
  const Json& request = reader.member("request");
  const std::string owner = reader.text("owner");
  const std::string now = reader.text("now");
  const std::string incoming = reader.text("incoming");
  const auto fetched = reader.optional_text("fetched");
  const auto fetched_size = reader.integer("fetched_size");
  const std::string seal = reader.text_or("seal", "");
  const auto unpacked = reader.optional_text("unpacked");
  const auto content_size = reader.integer_or("content_size", fetched_size);
  const auto format = parse_image_format(reader.text("format"));
  const auto virtual_size = reader.integer("virtual_size");
  const Json& guest = reader.member("guest");
  const std::string ruleset = reader.text("ruleset");
  const Json& stored = reader.member("stored");
  TRY(reader.finish());
  auto asked = TRY(parse_import_image(request));
  auto guest_facts = TRY(parse_guest_facts(guest));
  auto stored_image = TRY(parse_stored(stored));
  for (const Error* fault : {error_of(image), error_of(format)})
    if (fault != nullptr) return *fault;
  ImportPlan plan{.image = *image,
                  .request = std::move(asked),
                  .owner = owner,
                  .now = now,
                  .incoming = incoming,
                  .fetched = std::nullopt,
                  .fetched_size = static_cast<std::uint64_t>(fetched_size),
                  .seal = seal,
                  .unpacked = std::nullopt,
                  .content_size = static_cast<std::uint64_t>(content_size),
                  .format = *format,
                  .virtual_size = static_cast<std::uint64_t>(virtual_size),
                  .guest = std::move(guest_facts),
                  .ruleset = ruleset,
                  .stored = std::move(stored_image)};
  if (unpacked) plan.unpacked = TRY(Sha256::parse(*unpacked));
  if (fetched) plan.fetched = TRY(Sha256::parse(*fetched));
  return plan;
}

Result<ImportPlan> plan_import(const ImageId& id, const ImportImage& request,
                               const std::string& owner, const std::string& now) {
  TRY(policy::may_fetch(request.source));
  if (request.confirm) TRY(check_signal(*request.confirm));
  return ImportPlan{.image = id,
                    .request = request,
                    .owner = owner,
                    .now = now,
                    .incoming = {},
                    .fetched = std::nullopt,
                    .seal = {},
                    .unpacked = std::nullopt,
                    .guest = {},
                    .ruleset = {},
                    .stored = std::nullopt};
}

}  // namespace imprint::workflows
