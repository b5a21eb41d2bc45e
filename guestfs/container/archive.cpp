#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "guestfs/container/format.h"
#include "guestfs/container/rules_table.h"

namespace imprint::container {
namespace {

using namespace std::string_view_literals;

struct Signature {
  std::size_t offset;
  std::string_view bytes;
  std::string_view name;
};

constexpr std::array signatures{
    Signature{0, "\x1f\x8b\x08"sv, "gzip-compressed"},
    Signature{0, "\xfd\x37zXZ\0"sv, "xz-compressed"},
    Signature{0, "\x28\xb5\x2f\xfd"sv, "zstd-compressed"},
    Signature{0, "BZh"sv, "bzip2-compressed"},
    Signature{0, "PK\x03\x04"sv, "a zip archive"},
    Signature{0, "7z\xbc\xaf\x27\x1c"sv, "a 7z archive"},
    Signature{257, "ustar"sv, "a tar archive (perhaps an OVA)"},
};

const Signature* signature_of(const Probe& probe) {
  const auto found = std::ranges::find_if(signatures, [&](const Signature& signature) {
    return holds(probe.head, signature.offset, signature.bytes);
  });
  return found == signatures.end() ? nullptr : &*found;
}

}  // namespace

bool recognise_archive(const Probe& probe) {
  return signature_of(probe) != nullptr;
}

Result<> judge_archive(const Probe& probe, GateReport& report) {
  Finding finding = finding_of("disk.format-unsupported", fmt::format("the file is {}, not a disk",
                                                                      signature_of(probe)->name));
  finding.hint = "unpack it and use the disk inside";
  report.findings.push_back(std::move(finding));
  return {};
}

}  // namespace imprint::container
