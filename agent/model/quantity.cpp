#include "agent/model/quantity.h"

#include <array>
#include <charconv>
#include <limits>

namespace imprint {
namespace {

struct Number {
  std::uint64_t value = 0;
  std::string_view unit;
};

Result<Number> split(std::string_view text, std::string_view noun) {
  Number number;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number.value);
  if (fault != std::errc{})
    return make_error(Errc::invalid, "'{}' is not a {}", text.substr(0, 40), noun);
  number.unit = text.substr(static_cast<std::size_t>(end - text.data()));
  return number;
}

}  // namespace

Result<std::uint64_t> parse_size(std::string_view text) {
  constexpr std::string_view noun = "size: expected a number with KiB, MiB, GiB or TiB";
  const Number number = TRY(split(text, noun));
  constexpr std::array<std::array<std::string_view, 2>, 5> units{
      {{"", "B"}, {"KiB", "K"}, {"MiB", "M"}, {"GiB", "G"}, {"TiB", "T"}}};
  for (std::size_t power = 0; power < units.size(); ++power) {
    if (number.unit != units[power][0] && number.unit != units[power][1]) continue;
    const std::uint64_t factor = std::uint64_t{1} << (10 * power);
    if (number.value == 0 || number.value > (std::numeric_limits<std::int64_t>::max() / factor))
      break;
    return number.value * factor;
  }
  return make_error(Errc::invalid, "'{}' is not a {}", text.substr(0, 40), noun);
}

Result<std::chrono::seconds> parse_duration(std::string_view text) {
  constexpr std::string_view noun = "duration: expected a number with s, m, h or d";
  const Number number = TRY(split(text, noun));
  const std::int64_t factor = number.unit == "s" || (number.unit.empty() && number.value == 0) ? 1
                              : number.unit == "m"                                             ? 60
                              : number.unit == "h" ? 3600
                              : number.unit == "d" ? 86400
                                                   : 0;
  constexpr std::uint64_t limit = 100'000'000;  // so that no product overflows
  if (factor == 0 || number.value > limit)
    return make_error(Errc::invalid, "'{}' is not a {}", text.substr(0, 40), noun);
  return std::chrono::seconds{static_cast<std::int64_t>(number.value) * factor};
}

std::string format_size(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 5> units{"B", "KiB", "MiB", "GiB", "TiB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < units.size()) {
    value /= 1024;
    ++unit;
  }
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", value, units[unit]);
}

}  // namespace imprint
