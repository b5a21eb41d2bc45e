#pragma once

#include <libvirt/virterror.h>

#include <string_view>

#include "agent/base/result.h"

namespace imprint::libvirt {

/// The one place where a libvirt error becomes ours. `domain` says which part of libvirt it comes
/// from.
Errc errc_of(int domain, int code) noexcept;

/// The link to the daemon is broken or was never there: nothing is known of what the call did.
bool is_link_error(int domain, int code) noexcept;

/// The calling thread's last libvirt error, with "WHAT: " before its text. Call at once after the
/// failed call.
Error last_error(std::string_view what);

/// Whether the calling thread's last libvirt error has this code.
bool last_error_is(virErrorNumber code) noexcept;

}  // namespace imprint::libvirt
