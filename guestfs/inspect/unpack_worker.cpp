#include "guestfs/inspect/unpack_worker.h"

#include <iostream>

#include "guestfs/container/unpack.h"

namespace imprint::inspect {
namespace {

Result<> unpack_to(const std::filesystem::path& source, const std::filesystem::path& target,
                   std::uint64_t data_limit) {
  auto file = TRY(container::FileSource::open(source));
  const auto packing = TRY(container::packing_of(file));
  if (!packing) return make_error(Errc::invalid, "it is not packed");
  TRY(container::unpack(source, *packing, target, {.data = data_limit}));
  return {};
}

}  // namespace

UnpackStatus run_unpack(const std::filesystem::path& source, const std::filesystem::path& target,
                        std::uint64_t data_limit) {
  const auto unpacked = unpack_to(source, target, data_limit);
  if (unpacked) return UnpackStatus::done;
  std::cerr << unpacked.error().message << '\n';
  if (unpacked.error().code == Errc::exhausted) return UnpackStatus::exhausted;
  return unpacked.error().code == Errc::corrupt ? UnpackStatus::corrupt : UnpackStatus::failed;
}

}  // namespace imprint::inspect
