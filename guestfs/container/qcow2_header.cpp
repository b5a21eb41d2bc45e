#include "guestfs/container/qcow2_header.h"

#include <algorithm>

#include "guestfs/container/rules_table.h"
#include "guestfs/language/say.h"

namespace imprint::container::qcow2 {
namespace {

constexpr std::size_t version2_length = 72;
constexpr std::size_t version3_length = 104;

void bomb(std::vector<Finding>& findings, std::string message) {
  findings.push_back(finding_of("disk.qcow2-header-bomb", std::move(message)));
}

void check_header_length(const Header& header, std::vector<Finding>& findings) {
  if (header.version < 3) return;
  if (header.header_length < version3_length || header.header_length > header.cluster_size())
    bomb(findings, say("header_length is {}, not between {} and the cluster size {}",
                       header.header_length, version3_length, header.cluster_size()));
  if (header.refcount_order > 6)
    bomb(findings, say("refcount_order is {}, more than 6", header.refcount_order));
}

void check_l1(const Header& header, std::vector<Finding>& findings) {
  const std::uint64_t bytes = std::uint64_t{header.l1_size} * 8;
  const std::uint64_t per_entry = header.cluster_size() * header.l2_entries();
  const std::uint64_t needed =
      header.virtual_size / per_entry + (header.virtual_size % per_entry != 0 ? 1 : 0);
  if (bytes > l1_bytes_limit)
    bomb(findings, say("the L1 table has {} entries ({} bytes), more than {} bytes", header.l1_size,
                       bytes, l1_bytes_limit));
  else if (header.l1_size < needed)
    bomb(findings, say("the L1 table has {} entries, but a virtual size of {} bytes needs {}",
                       header.l1_size, header.virtual_size, needed));
  if (header.l1_size != 0 && header.l1_offset % header.cluster_size() != 0)
    bomb(findings, say("the L1 table is at byte {}, which is not a multiple of the cluster size {}",
                       header.l1_offset, header.cluster_size()));
  if (header.l1_size != 0 && header.l1_offset < header.cluster_size())
    bomb(findings,
         say("the L1 table is at byte {}, inside the header's cluster", header.l1_offset));
}

void check_refcount_table(const Header& header, std::vector<Finding>& findings) {
  const std::uint64_t bytes = std::uint64_t{header.refcount_table_clusters} * header.cluster_size();
  if (header.refcount_table_clusters == 0)
    bomb(findings, say("the refcount table has no clusters"));
  if (bytes > refcount_table_bytes_limit)
    bomb(findings, say("the refcount table has {} clusters ({} bytes), more than {} bytes",
                       header.refcount_table_clusters, bytes, refcount_table_bytes_limit));
  if (header.refcount_table_offset % header.cluster_size() != 0 ||
      header.refcount_table_offset < header.cluster_size())
    bomb(findings, say("the refcount table is at byte {}, which is not a cluster behind the header",
                       header.refcount_table_offset));
}

void check_snapshot_table(const Header& header, std::vector<Finding>& findings) {
  if (header.snapshot_count > snapshots_limit)
    bomb(findings, say("the header counts {} snapshots, more than {}", header.snapshot_count,
                       snapshots_limit));
  if (header.snapshot_count != 0 && (header.snapshots_offset % header.cluster_size() != 0 ||
                                     header.snapshots_offset < header.cluster_size()))
    bomb(findings, say("the snapshot table is at byte {}, which is not a cluster behind the header",
                       header.snapshots_offset));
}

void check_backing_name(const Header& header, std::vector<Finding>& findings) {
  if (header.backing_offset == 0) return;
  if (header.backing_size > backing_name_limit)
    bomb(findings, say("the name of the backing file has {} bytes, more than {}",
                       header.backing_size, backing_name_limit));
  if (header.backing_offset > header.cluster_size() ||
      header.backing_size > header.cluster_size() - header.backing_offset)
    bomb(findings,
         say("the name of the backing file ({} bytes at byte {}) lies outside the first cluster",
             header.backing_size, header.backing_offset));
}

}  // namespace

std::optional<Header> parse_header(Bytes head) {
  if (head.size() < version2_length) return std::nullopt;
  Header header;
  header.version = big_endian<std::uint32_t>(head, 4);
  header.backing_offset = big_endian<std::uint64_t>(head, 8);
  header.backing_size = big_endian<std::uint32_t>(head, 16);
  header.cluster_bits = big_endian<std::uint32_t>(head, 20);
  header.virtual_size = big_endian<std::uint64_t>(head, 24);
  header.crypt_method = big_endian<std::uint32_t>(head, 32);
  header.l1_size = big_endian<std::uint32_t>(head, 36);
  header.l1_offset = big_endian<std::uint64_t>(head, 40);
  header.refcount_table_offset = big_endian<std::uint64_t>(head, 48);
  header.refcount_table_clusters = big_endian<std::uint32_t>(head, 56);
  header.snapshot_count = big_endian<std::uint32_t>(head, 60);
  header.snapshots_offset = big_endian<std::uint64_t>(head, 64);
  if (header.version < 3) return header;
  if (head.size() < version3_length) return std::nullopt;
  header.incompatible_features = big_endian<std::uint64_t>(head, 72);
  header.refcount_order = big_endian<std::uint32_t>(head, 96);
  header.header_length = big_endian<std::uint32_t>(head, 100);
  if (header.header_length > version3_length && head.size() > version3_length)
    header.compression_type = std::to_integer<std::uint8_t>(head[version3_length]);
  return header;
}

std::vector<Finding> check_sizes(const Header& header) {
  std::vector<Finding> findings;
  if (header.cluster_bits < 9 || header.cluster_bits > 21) {
    bomb(findings, say("cluster_bits is {}, not between 9 and 21", header.cluster_bits));
    return findings;
  }
  if (header.virtual_size > virtual_size_limit)
    findings.push_back(finding_of(
        "disk.size-bomb", say("the virtual size is {} bytes, more than {} ({} TiB)",
                              header.virtual_size, virtual_size_limit, virtual_size_limit >> 40)));
  if (header.has(incompatible::extended_l2) && header.cluster_bits < 14)
    bomb(findings, say("cluster_bits is {}, less than the 14 that extended L2 entries need",
                       header.cluster_bits));
  check_header_length(header, findings);
  check_l1(header, findings);
  check_refcount_table(header, findings);
  check_snapshot_table(header, findings);
  check_backing_name(header, findings);
  return findings;
}

}  // namespace imprint::container::qcow2
