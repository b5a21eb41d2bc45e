#include "agent/model/image.h"

#include <charconv>

#include "agent/base/first_error.h"
#include "agent/model/json.h"
#include "agent/model/words.h"

namespace imprint {
namespace {

constexpr Words<ImageKind, 4> kinds{{{ImageKind::public_image, "public"},
                                     {ImageKind::custom, "custom"},
                                     {ImageKind::shared, "shared"},
                                     {ImageKind::marketplace, "marketplace"}}};

}  // namespace

std::string_view to_string(ImageKind kind) noexcept {
  return word_of(kinds, kind);
}

Result<ImageKind> parse_image_kind(std::string_view text) {
  return parse_word(kinds, text, "kind of image");
}

Json to_json(const Image& image) {
  return {{"id", image.id.str()},
          {"name", image.name},
          {"version", image.version},
          {"kind", to_string(image.kind)},
          {"owner", image.owner},
          {"provider", image.provider},
          {"region", image.region},
          {"node", image.node},
          {"digest", image.digest.hex()},
          {"source_digest", image.source_digest.hex()},
          {"source", image.source},
          {"file_size", image.file_size},
          {"virtual_size", image.virtual_size},
          {"guest", to_json(image.guest)},
          {"verdict", to_string(image.verdict)},
          {"profile", image.profile},
          {"ruleset", image.ruleset},
          {"confirm", to_json(image.confirm)},
          {"created", image.created},
          {"generation", image.generation}};
}

Result<Image> parse_image(const Json& json) {
  ObjectReader reader{json, "image"};
  const auto id = ImageId::parse(reader.text("id"));
  const auto kind = parse_image_kind(reader.text("kind"));
  const auto digest = Sha256::parse(reader.text("digest"));
  const auto source_digest = Sha256::parse(reader.text("source_digest"));
  const auto verdict = parse_verdict(reader.text("verdict"));
  const std::string name = reader.text("name");
  const auto version = reader.number("version");
  const std::string owner = reader.text_or("owner", "");
  const std::string provider = reader.text_or("provider", "");
  const std::string region = reader.text_or("region", "");
  const std::string node = reader.text_or("node", "");
  const std::string source = reader.text_or("source", "");
  const auto file_size = reader.size("file_size");
  const auto virtual_size = reader.size("virtual_size");
  const Json& guest = reader.member("guest");
  const std::string profile = reader.text_or("profile", "");
  const std::string ruleset = reader.text_or("ruleset", "");
  const Json& confirm = reader.member("confirm");
  const std::string created = reader.text_or("created", "");
  const auto generation = reader.integer_or("generation", 1);
  TRY(reader.finish());
  for (const Error* fault :
       {error_of(id), error_of(kind), error_of(digest), error_of(source_digest), error_of(verdict)})
    if (fault != nullptr) return *fault;
  auto guest_facts = TRY(parse_guest_facts(guest));
  auto signal = TRY(parse_confirm_signal(confirm, "image.confirm"));
  return Image{*id,          name,
               version,      *kind,
               owner,        provider,
               region,       node,
               *digest,      *source_digest,
               source,       file_size,
               virtual_size, std::move(guest_facts),
               *verdict,     profile,
               ruleset,      std::move(signal),
               created,      generation};
}

Result<ImageRef> ImageRef::parse(std::string_view text) {
  const auto at = text.find('@');
  ImageRef ref{TRY(parse_name(text.substr(0, at), "image")), std::nullopt};
  if (at == std::string_view::npos) return ref;
  const std::string_view number = text.substr(at + 1);
  int version = 0;
  const auto [end, fault] = std::from_chars(number.data(), number.data() + number.size(), version);
  if (fault != std::errc{} || end != number.data() + number.size() || version < 1)
    return make_error(Errc::invalid, "'{}' does not name an image version: expected NAME@NUMBER",
                      text.substr(0, 80));
  ref.version = version;
  return ref;
}

}  // namespace imprint
