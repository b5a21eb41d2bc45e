#include "agent/base/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <array>

#include "agent/base/owned.h"

namespace imprint {
namespace {

constexpr std::uint32_t work_limit = 20'000;  // of backtracking steps: under a millisecond
constexpr std::uint32_t heap_limit = 1024;    // KiB

}  // namespace

void Pattern::Free::operator()(pcre2_real_code_8* code) const noexcept {
  pcre2_code_free(code);
}

Result<Pattern> Pattern::compile(const std::string& text) {
  int fault = 0;
  std::size_t place = 0;
  const auto* bytes = reinterpret_cast<PCRE2_SPTR>(text.data());
  pcre2_code* code =
      pcre2_compile(bytes, text.size(), PCRE2_NEVER_BACKSLASH_C, &fault, &place, nullptr);
  if (code != nullptr) return Pattern{code};
  std::array<PCRE2_UCHAR, 256> reason{};
  pcre2_get_error_message(fault, reason.data(), reason.size());
  return make_error(Errc::invalid, "pattern '{}': {} at {}", text,
                    reinterpret_cast<const char*>(reason.data()), place);
}

bool Pattern::found_in(std::string_view line) const {
  const Owned<pcre2_match_data, pcre2_match_data_free> match{
      pcre2_match_data_create_from_pattern(code_.get(), nullptr)};
  const Owned<pcre2_match_context, pcre2_match_context_free> limits{
      pcre2_match_context_create(nullptr)};
  if (!match || !limits) return false;
  pcre2_set_match_limit(limits.get(), work_limit);
  pcre2_set_heap_limit(limits.get(), heap_limit);
  return pcre2_match(code_.get(), reinterpret_cast<PCRE2_SPTR>(line.data()), line.size(), 0, 0,
                     match.get(), limits.get()) >= 0;
}

}  // namespace imprint
