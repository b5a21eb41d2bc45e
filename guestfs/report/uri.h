#pragma once

#include <string>
#include <string_view>

namespace imprint::report {

/// A file of this host as a URI (RFC 3986): "file:///srv/a%20b.qcow2", or a relative reference for
/// a relative path. Any bytes are allowed: what a URI cannot hold is percent-encoded. Pure.
std::string uri_of_file(std::string_view path);

/// An absolute path as a reference relative to its root: "/etc/fstab" becomes "etc/fstab". Pure.
std::string relative_uri(std::string_view path);

}  // namespace imprint::report
