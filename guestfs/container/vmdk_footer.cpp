#include "guestfs/container/rules_table.h"
#include "guestfs/container/vmdk_structures.h"
#include "guestfs/language/say.h"

namespace imprint::container::vmdk {
namespace {

constexpr std::uint32_t footer_marker = 3;
constexpr std::uint32_t end_of_stream = 0;
constexpr std::size_t marker_payload = 16;

/// A marker without data: 8 bytes that count, 4 of size, 4 of type, zeros.
bool is_marker(Bytes sector, std::uint32_t type) {
  return little_endian<std::uint32_t>(sector, 8) == 0 &&
         little_endian<std::uint32_t>(sector, 12) == type &&
         all_zero(sector.subspan(marker_payload));
}

std::string fault_of(const Header& header, const Header& footer) {
  if (footer.directory_at == Header::directory_in_footer)
    return say("the VMDK footer points to yet another footer");
  if (footer.version != header.version || footer.capacity != header.capacity ||
      footer.grain != header.grain || footer.entries_per_table != header.entries_per_table ||
      footer.compression != header.compression)
    return say("header and footer of the VMDK differ in version, size or grains");
  if (footer.descriptor_at != header.descriptor_at ||
      footer.descriptor_size != header.descriptor_size)
    return say("header and footer of the VMDK name different descriptors");
  return {};
}

}  // namespace

Result<std::optional<Header>> read_footer(ByteSource& source, const Header& header,
                                          std::vector<Finding>& findings) {
  constexpr std::size_t length = 3 * sector_size;
  const std::uint64_t size = source.size();
  const auto bytes =
      size < length ? std::vector<std::byte>{} : TRY(read_range(source, size - length, length));
  const Bytes all{bytes};
  if (size % sector_size != 0 || all.size() < length ||
      !(is_marker(all.subspan(2 * sector_size), end_of_stream) &&
        little_endian<std::uint64_t>(all, 2 * sector_size) == 0)) {
    findings.push_back(finding_of(
        "disk.truncated", say("the VMDK stream of {} bytes does not end in its marker", size)));
    return std::optional<Header>{};
  }
  const Bytes footer_bytes = all.subspan(sector_size, sector_size);
  if (!is_marker(all.first(sector_size), footer_marker) || !holds(footer_bytes, 0, magic)) {
    findings.push_back(finding_of("disk.vmdk-footer",
                                  say("there is no footer before the end of the VMDK stream")));
    return std::optional<Header>{};
  }
  const Header footer = read_header(footer_bytes);
  if (std::string fault = fault_of(header, footer); !fault.empty()) {
    findings.push_back(finding_of("disk.vmdk-footer", std::move(fault)));
    return std::optional<Header>{};
  }
  return std::optional{footer};
}

}  // namespace imprint::container::vmdk
