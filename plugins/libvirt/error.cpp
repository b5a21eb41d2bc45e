#include "plugins/libvirt/error.h"

namespace imprint::libvirt {

bool is_link_error(int domain, int code) noexcept {
  // A broken link shows as "internal error" or "system error" of the RPC layer, so the code alone
  // tells nothing.
  if (code == VIR_ERR_NO_SUPPORT || code == VIR_ERR_AUTH_FAILED || code == VIR_ERR_INVALID_ARG)
    return false;
  return domain == VIR_FROM_RPC || domain == VIR_FROM_REMOTE || code == VIR_ERR_INVALID_CONN;
}

Errc errc_of(int domain, int code) noexcept {
  if (is_link_error(domain, code)) return Errc::unavailable;
  switch (code) {
    case VIR_ERR_NO_DOMAIN:
    case VIR_ERR_NO_NETWORK:
    case VIR_ERR_NO_DOMAIN_METADATA:
      return Errc::not_found;
    case VIR_ERR_DOM_EXIST:
    case VIR_ERR_OPERATION_INVALID:
      return Errc::conflict;
    case VIR_ERR_AUTH_FAILED:
    case VIR_ERR_AUTH_CANCELLED:
    case VIR_ERR_AUTH_UNAVAILABLE:
    case VIR_ERR_ACCESS_DENIED:
    case VIR_ERR_OPERATION_DENIED:
      return Errc::denied;
    case VIR_ERR_INVALID_ARG:
    case VIR_ERR_NO_CONNECT:  // no driver for this URI; a daemon that is away is an error of the
                              // RPC layer
    case VIR_ERR_XML_ERROR:
    case VIR_ERR_XML_DETAIL:
    case VIR_ERR_XML_INVALID_SCHEMA:
    case VIR_ERR_CONFIG_UNSUPPORTED:
    case VIR_ERR_ARGUMENT_UNSUPPORTED:
    case VIR_ERR_NO_SUPPORT:
    case VIR_ERR_OPERATION_UNSUPPORTED:
      return Errc::invalid;
    case VIR_ERR_NO_MEMORY:
      return Errc::exhausted;
    default:
      return Errc::unavailable;
  }
}

Error last_error(std::string_view what) {
  const virError* error = virGetLastError();
  if (error == nullptr || error->code == VIR_ERR_OK)
    return make_error(Errc::internal, "{}: libvirt failed without a reason", what);
  return make_error(errc_of(error->domain, error->code), "{}: {}", what,
                    error->message == nullptr ? "libvirt error" : error->message);
}

bool last_error_is(virErrorNumber code) noexcept {
  return virGetLastErrorCode() == code;
}

}  // namespace imprint::libvirt
