#include "agent/workflows/record_text.h"

#include "agent/base/digest.h"

namespace imprint::workflows {
namespace {

constexpr std::string_view before_digest = R"(,"record_digest":")";
constexpr std::string_view after_digest = R"("})";
constexpr std::size_t hex_size = 64;
constexpr std::size_t seal_size = before_digest.size() + hex_size + after_digest.size();

bool has_digest(std::string_view text) {
  return text.size() > seal_size && text.ends_with(after_digest) &&
         text.substr(text.size() - seal_size).starts_with(before_digest);
}

}  // namespace

std::string write_record(const Json& record) {
  std::string text = dump_json(record);
  const std::string digest = digest_of(text);
  text.pop_back();
  return fmt::format("{}{}{}{}", text, before_digest, digest, after_digest);
}

Result<Json> read_record(std::string_view text) {
  if (!has_digest(text)) return parse_json(text);
  const auto digest = text.substr(text.size() - hex_size - after_digest.size(), hex_size);
  const std::string record = std::string{text.substr(0, text.size() - seal_size)} + "}";
  if (digest_of(record) != digest) return make_error(Errc::corrupt, "its digest differs");
  return parse_json(record);
}

}  // namespace imprint::workflows
