#include "agent/model/json.h"

#include <algorithm>
#include <limits>

namespace imprint {
namespace {

constexpr int depth_limit = 64;
constexpr std::size_t key_limit =
    1024;  // an ordered object is searched key by key: without a limit a body takes minutes

/// Stops at too much depth, at duplicate keys and at too many, which the library would let pass.
class StrictCallback {
 public:
  bool operator()(int depth, Json::parse_event_t event, Json& parsed) {
    if (depth > depth_limit) throw std::length_error("nested too deeply");
    if (event == Json::parse_event_t::object_start) keys_.emplace_back();
    if (event == Json::parse_event_t::object_end && !keys_.empty()) keys_.pop_back();
    if (event == Json::parse_event_t::key && !keys_.empty()) {
      const auto name = parsed.get<std::string>();
      if (!keys_.back().insert(name).second)
        throw std::invalid_argument("duplicate key '" + name + "'");
      if (keys_.back().size() > key_limit) throw std::length_error("too many keys in an object");
    }
    return true;
  }

 private:
  std::vector<std::set<std::string>> keys_;
};

}  // namespace

Result<Json> parse_json(std::string_view text) {
  // The library takes a NUL for the end of the text and would not look at what follows.
  if (text.find('\0') != std::string_view::npos)
    return make_error(Errc::invalid, "not valid JSON: a NUL byte");
  // The library's parser throws; a fault of the text is an ordinary error for us.
  try {
    StrictCallback callback;
    return Json::parse(text, std::ref(callback));
  } catch (const std::exception& fault) {
    std::string reason = fault.what();
    return make_error(Errc::invalid, "not valid JSON: {}", reason.substr(0, 200));
  }
}

std::string dump_json(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

ObjectReader::ObjectReader(const Json& object, std::string where)
    : object_{object}, where_{std::move(where)} {
  if (!object_.is_object())
    fault_ = make_error(Errc::invalid, "{}: expected an object", where_.empty() ? "body" : where_);
}

std::string ObjectReader::path(std::string_view key) const {
  return where_.empty() ? std::string{key} : where_ + "." + std::string{key};
}

const Json* ObjectReader::find(std::string_view key) {
  known_.emplace(key);
  if (!object_.is_object()) return nullptr;
  const auto found = object_.find(std::string{key});
  return found == object_.end() || found->is_null() ? nullptr : &*found;
}

void ObjectReader::fail(std::string_view key, std::string_view reason) {
  if (!fault_) fault_ = make_error(Errc::invalid, "{}: {}", path(key), reason);
}

std::optional<std::string> ObjectReader::optional_text(std::string_view key) {
  const Json* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) {
    fail(key, "expected a text");
    return std::nullopt;
  }
  return value->get<std::string>();
}

std::string ObjectReader::text(std::string_view key) {
  auto value = optional_text(key);
  if (!value) fail(key, "is required");
  return value.value_or("");
}

std::string ObjectReader::text_or(std::string_view key, std::string fallback) {
  return optional_text(key).value_or(std::move(fallback));
}

std::optional<std::int64_t> ObjectReader::optional_integer(std::string_view key) {
  const Json* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_number_integer() ||
      (value->is_number_unsigned() && value->get<std::uint64_t>() > INT64_MAX)) {
    fail(key, "expected a whole number");
    return std::nullopt;
  }
  return value->get<std::int64_t>();
}

std::uint64_t ObjectReader::size_or(std::string_view key, std::uint64_t fallback) {
  const auto value = optional_integer(key);
  if (!value) return fallback;
  if (*value >= 0) return static_cast<std::uint64_t>(*value);
  fail(key, "must not be negative");
  return fallback;
}

std::uint64_t ObjectReader::size(std::string_view key) {
  if (find(key) == nullptr) fail(key, "is required");
  return size_or(key, 0);
}

int ObjectReader::number_or(std::string_view key, int fallback) {
  const auto value = size_or(key, static_cast<std::uint64_t>(fallback));
  if (value <= std::numeric_limits<int>::max()) return static_cast<int>(value);
  fail(key, "is too large");
  return fallback;
}

int ObjectReader::number(std::string_view key) {
  if (find(key) == nullptr) fail(key, "is required");
  return number_or(key, 0);
}

std::int64_t ObjectReader::integer(std::string_view key) {
  const auto value = optional_integer(key);
  if (!value) fail(key, "is required");
  return value.value_or(0);
}

std::int64_t ObjectReader::integer_or(std::string_view key, std::int64_t fallback) {
  return optional_integer(key).value_or(fallback);
}

bool ObjectReader::boolean_or(std::string_view key, bool fallback) {
  const Json* value = find(key);
  if (value == nullptr) return fallback;
  if (!value->is_boolean()) {
    fail(key, "expected true or false");
    return fallback;
  }
  return value->get<bool>();
}

std::vector<Json> ObjectReader::items(std::string_view key) {
  const Json* value = find(key);
  if (value == nullptr) return {};
  if (!value->is_array()) {
    fail(key, "expected a list");
    return {};
  }
  return {value->begin(), value->end()};
}

std::vector<std::string> ObjectReader::texts_or_empty(std::string_view key) {
  std::vector<std::string> texts;
  for (const Json& item : items(key)) {
    if (!item.is_string()) {
      fail(key, "expected a list of texts");
      return {};
    }
    texts.push_back(item.get<std::string>());
  }
  return texts;
}

const Json& ObjectReader::member(std::string_view key) {
  static const Json nothing = nullptr;
  const Json* value = find(key);
  return value == nullptr ? nothing : *value;
}

Result<> ObjectReader::finish() {
  if (fault_) return *fault_;
  for (const auto& [key, value] : object_.items())
    if (!known_.contains(key))
      return make_error(Errc::invalid, "{}: unknown key", path(key.substr(0, 80)));
  return {};
}

}  // namespace imprint
