#include "guestfs/container/packing.h"

#include <algorithm>
#include <array>

#include "guestfs/container/bytes.h"

namespace imprint::container {
namespace {

using namespace std::string_view_literals;

struct Signature {
  Packing packing;
  std::string_view bytes;
  std::string_view name;
};
constexpr std::array signatures{
    Signature{Packing::gzip, "\x1f\x8b\x08"sv, "gzip"},
    Signature{Packing::bzip2, "BZh"sv, "bzip2"},
    Signature{Packing::xz, "\xfd\x37zXZ\0"sv, "xz"},
    Signature{Packing::zstd, "\x28\xb5\x2f\xfd"sv, "zstd"},
};

}  // namespace

std::string_view to_string(Packing packing) noexcept {
  return std::ranges::find(signatures, packing, &Signature::packing)->name;
}

Result<std::optional<Packing>> packing_of(ByteSource& source) {
  const auto head = TRY(read_range(source, 0, 8));
  for (const Signature& signature : signatures)
    if (holds(head, 0, signature.bytes)) return std::optional{signature.packing};
  return std::optional<Packing>{};
}

}  // namespace imprint::container
