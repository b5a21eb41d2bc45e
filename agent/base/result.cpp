#include "agent/base/result.h"

#include <cerrno>
#include <system_error>

namespace imprint {

std::string_view to_string(Errc code) noexcept {
  switch (code) {
    case Errc::invalid:
      return "invalid";
    case Errc::not_found:
      return "not_found";
    case Errc::conflict:
      return "conflict";
    case Errc::denied:
      return "denied";
    case Errc::unavailable:
      return "unavailable";
    case Errc::exhausted:
      return "exhausted";
    case Errc::corrupt:
      return "corrupt";
    case Errc::cancelled:
      return "cancelled";
    case Errc::internal:
      return "internal";
  }
  return "internal";
}

namespace {

Errc errc_of(int error_number) {
  switch (error_number) {
    case ENOENT:
    case ENOTDIR:
      return Errc::not_found;
    case EACCES:
    case EPERM:
    case EROFS:
      return Errc::denied;
    case EEXIST:
    case EBUSY:
    case ENOTEMPTY:
      return Errc::conflict;
    case ENOSPC:
    case EDQUOT:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case EAGAIN:  // of fork and pthread_create: no room for one more
      return Errc::exhausted;
    case EINVAL:
    case EISDIR:
    case ELOOP:
    case ENAMETOOLONG:
      return Errc::invalid;
    default:
      return Errc::unavailable;
  }
}

}  // namespace

Error system_error(int error_number, std::string_view what) {
  return make_error(errc_of(error_number), "{}: {}", what,
                    std::generic_category().message(error_number));
}

Error with_context(Error error, std::string_view context) {
  error.message = fmt::format("{}: {}", context, error.message);
  return error;
}

}  // namespace imprint
