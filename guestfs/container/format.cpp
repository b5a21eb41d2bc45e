#include "guestfs/container/format.h"

#include <algorithm>
#include <array>

namespace imprint::container {
namespace {

constexpr std::array all_formats{
    Format{"qcow2", recognise_qcow2, judge_qcow2},
    Format{"qcow", recognise_qcow1, judge_qcow1},
    Format{"qed", recognise_qed, judge_qed},
    Format{"vmdk", recognise_vmdk, judge_vmdk},
    Format{"vhd", recognise_vhd, judge_vhd},
    Format{"vhdx", recognise_vhdx, judge_vhdx},
    Format{"vdi", recognise_vdi, judge_vdi},
    Format{"luks", recognise_luks, judge_luks},
    Format{"iso", recognise_iso, judge_iso},
    Format{"foreign", recognise_foreign, judge_foreign},
    Format{"archive", recognise_archive, judge_archive},
};

}  // namespace

std::span<const Format> formats() {
  return all_formats;
}

Result<Probe> Probe::look_at(ByteSource& source) {
  const std::uint64_t size = source.size();
  const std::uint64_t tail_start = size - std::min<std::uint64_t>(size, tail_length);
  auto head = TRY(read_range(source, 0, head_length));
  auto tail = TRY(read_range(source, tail_start, tail_length));
  return Probe{source, std::move(head), std::move(tail)};
}

}  // namespace imprint::container
