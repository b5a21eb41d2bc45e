#pragma once
// Whether a checked image is let in. Pure.

#include <string>

#include "agent/model/image.h"
#include "agent/model/report.h"
#include "agent/model/request.h"

namespace imprint::policy {

/// Errc::invalid for a source that is neither an absolute path nor an http or https URL, and for a
/// URL with a user or password in it: what is asked is recorded. The message never repeats the URL.
Result<> may_fetch(const std::string& source);

/// The source as it may stand in a record: a URL without query and fragment.
std::string public_source(const std::string& source);

/// Errc::denied unless the verdict is accepted; the message has the findings that refuse it.
/// Errc::corrupt if the report is of other bytes than those fetched.
Result<> may_import(const ImageReport& report, const Sha256& fetched);

/// How a machine of the image shows that it came up when nobody said: a login prompt on the serial
/// console.
ConfirmSignal default_confirm(const GuestFacts& guest);

}  // namespace imprint::policy
