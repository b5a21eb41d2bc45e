#pragma once
// The name of the JSON type for headers that only declare functions of it: the library's whole
// header costs each translation unit more than a second.

#include <nlohmann/json_fwd.hpp>

namespace imprint {

using Json = nlohmann::ordered_json;

}  // namespace imprint
