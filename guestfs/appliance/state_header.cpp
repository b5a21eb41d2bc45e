#include "guestfs/appliance/state_header.h"

#include "agent/model/json.h"

namespace imprint::appliance {
namespace {

constexpr int format = 1;
constexpr std::uint64_t largest_memory = std::uint64_t{4} << 30;
constexpr std::uint64_t largest_devices = std::uint64_t{64} << 20;

}  // namespace

std::string header_text(const StateHeader& header) {
  std::string text = dump_json({{"format", format},
                                {"key", header.key},
                                {"memory", header.memory},
                                {"devices", header.devices},
                                {"runs", header.runs},
                                {"pages", header.pages},
                                {"digest", header.digest}});
  text.resize(header_size - 1, ' ');
  return text + "\n";
}

Result<StateHeader> parse_header(const std::string& text, const std::string& path) {
  const auto json = parse_json(text);
  if (!json) return make_error(Errc::corrupt, "'{}' has a damaged header", path);
  ObjectReader reader{*json, "header"};
  StateHeader header;
  const auto version = reader.integer_or("format", 0);
  if (version != format) return make_error(Errc::conflict, "'{}' has format {}", path, version);
  header.key = reader.text("key");
  header.memory = reader.size_or("memory", 0);
  header.devices = reader.size_or("devices", 0);
  header.runs = reader.size_or("runs", 0);
  header.pages = reader.size_or("pages", 0);
  header.digest = reader.text("digest");
  if (const auto finished = reader.finish(); !finished)
    return make_error(Errc::corrupt, "'{}' has a damaged header: {}", path,
                      finished.error().message);
  // Bounded first, so that no product below overflows.
  const bool plausible = header.memory <= largest_memory && header.memory % page_size == 0 &&
                         header.devices <= largest_devices &&
                         header.pages <= header.memory / page_size && header.runs <= header.pages;
  if (!plausible) return make_error(Errc::corrupt, "'{}' has a damaged header", path);
  return header;
}

}  // namespace imprint::appliance
