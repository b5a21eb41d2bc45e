#include <algorithm>

#include "guestfs/container/qcow2_header.h"
#include "guestfs/container/rules_table.h"
#include "guestfs/language/say.h"

namespace imprint::container::qcow2 {
namespace {

constexpr std::uint8_t zlib = 0;
constexpr std::uint8_t zstd = 1;

constexpr std::uint32_t end_of_extensions = 0;
constexpr std::uint32_t data_file_name = 0x44415441;

/// The part of a range that the head holds; empty if none of it.
Bytes part_of(Bytes head, std::uint64_t offset, std::uint64_t length) {
  if (offset >= head.size()) return {};
  const auto start = static_cast<std::size_t>(offset);
  return head.subspan(
      start, static_cast<std::size_t>(std::min<std::uint64_t>(length, head.size() - start)));
}

void check_backing(const Header& header, Bytes head, std::vector<Finding>& findings) {
  if (header.backing_offset == 0) return;
  findings.push_back(
      finding_of("disk.qcow2-backing-file",
                 say("the header names the backing file '{}' ({} bytes at byte {})",
                     printable(part_of(head, header.backing_offset,
                                       std::min(header.backing_size, backing_name_limit))),
                     header.backing_size, header.backing_offset)));
}

void check_known(const Header& header, std::vector<Finding>& findings) {
  if (const auto unknown = header.incompatible_features & ~incompatible::known; unknown != 0)
    findings.push_back(
        finding_of("disk.qcow2-unknown-features",
                   say("incompatible features are 0x{:x}, of which 0x{:x} are not known",
                       header.incompatible_features, unknown)));
  if (header.has(incompatible::extended_l2))
    findings.push_back(
        finding_of("disk.qcow2-unknown-features", Severity::warning,
                   say("the image uses extended L2 entries (bit 4), which some clouds refuse")));
  const bool marked = header.has(incompatible::compression_type);
  if (header.compression_type > zstd || (!marked && header.compression_type != zlib))
    findings.push_back(
        finding_of("disk.qcow2-unknown-features",
                   say("compression type {} is unknown or does not fit the feature bits 0x{:x}",
                       header.compression_type, header.incompatible_features)));
}

void check_state(const Header& header, std::vector<Finding>& findings) {
  if (header.has(incompatible::corrupt))
    findings.push_back(finding_of("disk.qcow2-corrupt-or-dirty",
                                  say("the header marks the image as corrupt (feature bit 1)")));
  if (header.has(incompatible::dirty))
    findings.push_back(finding_of(
        "disk.qcow2-corrupt-or-dirty", Severity::warning,
        say("the image was not closed cleanly; its refcounts may be stale (feature bit 0)")));
}

void check_encryption(const Header& header, std::vector<Finding>& findings) {
  if (header.crypt_method == 0) return;
  const char* name = header.crypt_method == 1 ? "AES" : header.crypt_method == 2 ? "LUKS" : "?";
  findings.push_back(finding_of("disk.qcow2-encrypted",
                                say("crypt_method is {} ({})", header.crypt_method, name)));
}

Finding outside(std::uint64_t offset, std::uint32_t type, std::uint32_t length) {
  return finding_of("disk.qcow2-header-bomb",
                    say("the header extension 0x{:08x} at byte {} has {} bytes, more than the "
                        "first cluster holds",
                        type, offset, length));
}

}  // namespace

std::vector<Finding> check_features(const Header& header, Bytes first_cluster) {
  std::vector<Finding> findings;
  check_backing(header, first_cluster, findings);
  if (header.has(incompatible::data_file))
    findings.push_back(finding_of(
        "disk.qcow2-data-file", say("the data lies in another file (incompatible feature bit 2)")));
  check_known(header, findings);
  check_state(header, findings);
  check_encryption(header, findings);
  if (header.snapshot_count != 0)
    findings.push_back(
        finding_of("disk.qcow2-internal-snapshots",
                   say("the image carries {} internal snapshots", header.snapshot_count)));
  return findings;
}

std::vector<Finding> check_extensions(const Header& header, Bytes first_cluster) {
  const std::uint64_t area_end =
      std::min(header.backing_offset != 0 ? header.backing_offset : header.cluster_size(),
               header.cluster_size());
  std::uint64_t offset = header.header_length;
  while (offset + 8 <= std::min<std::uint64_t>(area_end, first_cluster.size())) {
    const auto type = big_endian<std::uint32_t>(first_cluster, static_cast<std::size_t>(offset));
    const auto length =
        big_endian<std::uint32_t>(first_cluster, static_cast<std::size_t>(offset) + 4);
    if (type == end_of_extensions) return {};
    if (length > area_end - offset - 8) return {outside(offset, type, length)};
    if (type == data_file_name)
      return {finding_of("disk.qcow2-data-file",
                         say("a header extension at byte {} names the data file '{}'", offset,
                             printable(part_of(first_cluster, offset + 8, length))))};
    offset += 8 + (std::uint64_t{length} + 7) / 8 * 8;
  }
  return {};
}

}  // namespace imprint::container::qcow2
