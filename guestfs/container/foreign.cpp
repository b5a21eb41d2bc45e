#include <algorithm>
#include <array>

#include "guestfs/container/format.h"
#include "guestfs/container/rules_table.h"
#include "guestfs/language/say.h"

namespace imprint::container {
namespace {

using namespace std::string_view_literals;

struct Signature {
  std::string_view bytes;  ///< at the start of the file
  std::string_view name;
};

constexpr std::array signatures{
    Signature{"WithoutFreeSpace"sv, "parallels"},
    Signature{"WithouFreSpacExt"sv, "parallels"},
    Signature{"Bochs Virtual HD Image"sv, "bochs"},
    Signature{"#!/bin/sh\n#V2.0 Format\n"sv, "cloop"},
    Signature{"MSWIM\0\0\0"sv, "wim"},
    Signature{"VMA\0"sv, "vma"},
    Signature{"shdw\0"sv, "asif"},
    Signature{"EVF\x09\x0d\x0a\xff\0"sv, "ewf"},
    Signature{"\x3a\xff\x26\xed"sv, "android-sparse"},
};
constexpr std::string_view dmg_trailer = "koly\0\0\0\x04"sv;

std::string_view name_of(const Probe& probe) {
  const auto found = std::ranges::find_if(signatures, [&](const Signature& signature) {
    return holds(probe.head, 0, signature.bytes);
  });
  if (found != signatures.end()) return found->name;
  return probe.tail.size() == Probe::tail_length && holds(probe.tail, 0, dmg_trailer) ? "dmg"sv
                                                                                      : ""sv;
}

}  // namespace

bool recognise_foreign(const Probe& probe) {
  return !name_of(probe).empty();
}

Result<> judge_foreign(const Probe& probe, GateReport& report) {
  report.container.format = name_of(probe);
  report.findings.push_back(
      finding_of("disk.format-unsupported",
                 say("the image is in the format '{}', which is not accepted", name_of(probe))));
  return {};
}

}  // namespace imprint::container
