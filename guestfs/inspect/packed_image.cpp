#include "guestfs/inspect/packed_image.h"

#include <algorithm>
#include <system_error>

#include "guestfs/container/rules_table.h"
#include "guestfs/container/unpack.h"
#include "guestfs/language/say.h"

namespace imprint::inspect {
namespace {

constexpr std::uint64_t data_limit = std::uint64_t{64} << 30;
constexpr std::uint64_t headroom = std::uint64_t{1} << 30;  // for the appliance's overlays

std::uint64_t room_for(const std::filesystem::path& target) {
  std::error_code fault;
  const auto space = std::filesystem::space(target.parent_path(), fault);
  return fault || space.available < headroom ? 0 : space.available - headroom;
}

}  // namespace

bool is_packed(const std::filesystem::path& image) {
  auto source = container::FileSource::open(image);
  if (!source) return false;
  const auto packing = container::packing_of(*source);
  return packing && *packing;
}

Unwrapped unwrap(const std::filesystem::path& image, const std::filesystem::path& target) {
  auto source = container::FileSource::open(image);
  const auto packing = source ? container::packing_of(*source)
                              : Result<std::optional<container::Packing>>{source.error()};
  if (!packing) return {image, std::nullopt, packing.error().message};
  if (!*packing) return {image, std::nullopt, std::nullopt};
  const std::uint64_t room = room_for(target);
  const auto unpacked =
      container::unpack(image, **packing, target, {.data = std::min(room, data_limit)});
  if (unpacked) return {target, std::nullopt, std::nullopt};
  const Error& error = unpacked.error();
  if (error.code == Errc::corrupt)
    return {
        target,
        container::finding_of("disk.truncated", say("the image is packed, but {}", error.message)),
        std::nullopt};
  if (error.code == Errc::exhausted && room > data_limit)
    return {
        target,
        container::finding_of("disk.size-bomb", say("the image is packed, and {}", error.message)),
        std::nullopt};
  return {target, std::nullopt,
          say("the image is packed, and its content does not fit '{}': {}",
              target.parent_path().string(), error.message)};
}

}  // namespace imprint::inspect
