#pragma once
// The documents of a NoCloud seed, as text. Pure.

#include "agent/ports/volumes.h"
#include "agent/store/iso_writer.h"

namespace imprint::store {

/// meta-data and user-data, and vendor-data where a password must stand beside the user's own
/// document. meta-data is one "key: value" a line, each value in JSON's notation, which is YAML's
/// too. Errc::invalid: a control character or bad UTF-8 in the hostname, id, a key or the password
/// hash.
Result<std::vector<IsoFile>> seed_documents(const Seed& seed);

}  // namespace imprint::store
