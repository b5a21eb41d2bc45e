#pragma once

#include <string>
#include <string_view>

#include "agent/base/result.h"
#include "agent/model/json.h"

namespace imprint::workflows {

/// A record as it lies in the store: its JSON object, with the SHA-256 of its text as one more
/// member, "record_digest", at its end, so that a changed byte does not turn it into another
/// record.
std::string write_record(const Json& record);

/// The record without its digest. One without any was written before there were digests, and is
/// taken as it is. Errc::corrupt: the digest is that of another text; invalid: no JSON.
Result<Json> read_record(std::string_view text);

}  // namespace imprint::workflows
