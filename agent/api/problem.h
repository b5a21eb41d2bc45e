#pragma once
// The one place where our errors become HTTP and come back.

#include <string>

#include "agent/base/result.h"

namespace imprint::api {

/// invalid 400, denied 403, not_found 404, conflict and cancelled 409, corrupt and internal 500,
/// unavailable 503, exhausted 507.
int status_of(Errc code) noexcept;

/// A problem document (RFC 9457) as JSON text: type, title, status, detail, and `code`, the stable
/// word of the Errc.
std::string write_problem(const Error& error, int status);

/// The error that a problem document tells of. A body that is none becomes Errc::internal, naming
/// the status.
Error read_problem(int status, const std::string& body);

}  // namespace imprint::api
