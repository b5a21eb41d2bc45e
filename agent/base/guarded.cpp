#include "agent/base/guarded.h"

#include <exception>
#include <new>
#include <system_error>

namespace imprint {

Error error_of_exception() {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    return {Errc::exhausted, "no memory"};
  } catch (const std::system_error& fault) {
    return system_error(fault.code().value(), "the system refused");
  } catch (const std::exception& fault) {
    return {Errc::internal, fault.what()};
  } catch (...) {
    return {Errc::internal, "something unknown was thrown"};
  }
}

}  // namespace imprint
