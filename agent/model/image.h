#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/model/confirm.h"
#include "agent/model/ids.h"
#include "agent/model/report.h"

namespace imprint {

enum class ImageKind { public_image, custom, shared, marketplace };

/// "public", "custom", "shared", "marketplace".
std::string_view to_string(ImageKind kind) noexcept;
Result<ImageKind> parse_image_kind(std::string_view text);

/// An image in the store. Immutable but for `generation`; its bytes are a standalone qcow2 file
/// named by `digest`.
struct Image {
  ImageId id;
  std::string name;
  int version = 1;  ///< the highest of a name is what the bare name means; `name@version` pins one
  ImageKind kind = ImageKind::custom;
  std::string owner;
  std::string provider;
  std::string region;
  std::string node;
  Sha256 digest;                   ///< of the stored qcow2 file
  Sha256 source_digest;            ///< of the bytes as they were imported
  std::string source;              ///< the path or URL it came from, without any credentials
  std::uint64_t file_size = 0;     ///< bytes
  std::uint64_t virtual_size = 0;  ///< bytes
  GuestFacts guest;
  Verdict verdict = Verdict::undetermined;
  std::string profile;  ///< that the verdict was reached by
  std::string ruleset;
  ConfirmSignal confirm;  ///< how a machine of this image shows that it came up, unless a request
                          ///< says otherwise
  std::string created;    ///< RFC 3339, UTC
  std::int64_t generation = 1;
};

Json to_json(const Image& image);
Result<Image> parse_image(const Json& json);

/// What a user writes to name an image: an id, "name" (the newest version) or "name@version".
struct ImageRef {
  std::string name;  ///< an id or a name
  std::optional<int> version;

  static Result<ImageRef> parse(std::string_view text);
};

}  // namespace imprint
