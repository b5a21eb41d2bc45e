// LUKS, versions 1 and 2 (the "LUKS On-Disk Format Specification" of cryptsetup). The disk is
// refused either way; who means to open it should know what its header asks for.

#include <algorithm>

#include "agent/model/json.h"
#include "guestfs/container/format.h"
#include "guestfs/container/rules_table.h"
#include "guestfs/language/say.h"

namespace imprint::container {
namespace {

constexpr std::size_t version1_length = 592;
constexpr std::size_t version2_length = 4096;
constexpr std::uint64_t json_limit = 4 << 20;
/// A key derivation beyond this keeps a processor busy for minutes, for every try.
constexpr std::uint64_t iterations_limit = 12'000'000;

struct KeySlots {
  int used = 0;
  std::uint64_t most_iterations = 0;
};

KeySlots read_version1(Bytes head) {
  constexpr std::size_t first_slot = 208;
  constexpr std::size_t slot_length = 48;
  constexpr std::uint32_t enabled = 0x00ac71f3;
  KeySlots slots{0, big_endian<std::uint32_t>(head, 164)};
  for (std::size_t i = 0; i < 8; ++i) {
    const std::size_t at = first_slot + i * slot_length;
    if (big_endian<std::uint32_t>(head, at) != enabled) continue;
    ++slots.used;
    slots.most_iterations =
        std::max<std::uint64_t>(slots.most_iterations, big_endian<std::uint32_t>(head, at + 4));
  }
  return slots;
}

std::uint64_t iterations_of(const Json& object) {
  if (!object.is_object()) return 0;
  const auto iterations = object.find("iterations");
  return iterations != object.end() && iterations->is_number_unsigned()
             ? iterations->get<std::uint64_t>()
             : 0;
}

/// The JSON area behind the binary header; nothing of it if it is no JSON.
Result<KeySlots> read_version2(const Probe& probe) {
  const auto length = big_endian<std::uint64_t>(probe.head, 8);
  if (length <= version2_length || length > json_limit) return KeySlots{};
  const auto bytes = TRY(read_range(probe.source, version2_length,
                                    static_cast<std::size_t>(length) - version2_length));
  std::string_view text{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  const auto json = parse_json(text.substr(0, text.find('\0')));
  KeySlots slots;
  if (!json || !json->is_object()) return slots;
  for (const char* part : {"keyslots", "digests"}) {
    const auto entries = json->find(part);
    if (entries == json->end() || !entries->is_object()) continue;
    for (const Json& entry : *entries) {
      if (part == std::string_view{"keyslots"}) ++slots.used;
      const auto kdf = entry.is_object() ? entry.find("kdf") : entry.end();
      const std::uint64_t inner = entry.is_object() && kdf != entry.end() ? iterations_of(*kdf) : 0;
      slots.most_iterations = std::max({slots.most_iterations, iterations_of(entry), inner});
    }
  }
  return slots;
}

/// Version 2 keeps a copy of its header, of which cryptsetup makes the first anew; it stands behind
/// the first, which has 16 KiB or more.
bool holds_second_header(Bytes head) {
  for (const std::size_t at : {0x4000U, 0x8000U, 0x10000U})
    if (head.size() >= at + 264 && holds(head, at, "SKUL\xba\xbe") &&
        big_endian<std::uint64_t>(head, at + 256) == at)
      return true;
  return false;
}

}  // namespace

bool recognise_luks(const Probe& probe) {
  return holds(probe.head, 0, "LUKS\xba\xbe") || holds_second_header(probe.head);
}

Result<> judge_luks(const Probe& probe, GateReport& report) {
  if (!holds(probe.head, 0, "LUKS")) {
    report.findings.push_back(finding_of(
        "disk.luks-container",
        say("the whole disk is a LUKS container, version 2, of which only the second header is "
            "left")));
    return {};
  }
  const unsigned version =
      probe.head.size() >= 8 ? big_endian<std::uint16_t>(probe.head, 6) : std::uint16_t{0};
  KeySlots slots;
  if (version == 1 && probe.head.size() >= version1_length) slots = read_version1(probe.head);
  if (version == 2 && probe.head.size() >= version2_length) slots = TRY(read_version2(probe));
  std::string message =
      say("the whole disk is a LUKS container, version {}; it cannot be inspected without its "
          "passphrase",
          version);
  message += say("; {} key slots are in use", slots.used);
  if (slots.most_iterations > iterations_limit)
    message += say("; opening it takes {} PBKDF2 iterations, more than {}", slots.most_iterations,
                   iterations_limit);
  report.findings.push_back(finding_of("disk.luks-container", std::move(message)));
  return {};
}

}  // namespace imprint::container
