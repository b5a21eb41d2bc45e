#include <algorithm>
#include <array>

#include "guestfs/container/format.h"
#include "guestfs/container/rules_table.h"
#include "guestfs/language/say.h"

namespace imprint::container {
namespace {

using namespace std::string_view_literals;

struct Signature {
  std::size_t offset;
  std::string_view bytes;
  std::string_view name;
};

constexpr std::array signatures{
    Signature{0, "\x1f\x8b\x08"sv, "gzip"},
    Signature{0, "\xfd\x37zXZ\0"sv, "xz"},
    Signature{0, "\x28\xb5\x2f\xfd"sv, "zstd"},
    Signature{0, "BZh"sv, "bzip2"},
    Signature{0, "PK\x03\x04"sv, "zip"},
    Signature{0, "7z\xbc\xaf\x27\x1c"sv, "7z"},
    Signature{0, "\x04\x22\x4d\x18"sv, "lz4"},
    Signature{0, "LZIP"sv, "lzip"},
    Signature{0, "\x1f\x9d"sv, "compress"},
    Signature{0, "Rar!\x1a\x07"sv, "rar"},
    Signature{0, "MSCF\0\0\0\0"sv, "cab"},
    Signature{0, "070701"sv, "cpio"},
    Signature{257, "ustar"sv, "tar, as in an OVA"},
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
  Finding finding = finding_of("disk.format-unsupported", say("the file is packed, not a disk: {}",
                                                              signature_of(probe)->name));
  finding.hint = say("unpack it and use the disk inside");
  report.findings.push_back(std::move(finding));
  return {};
}

}  // namespace imprint::container
