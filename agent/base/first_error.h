#pragma once

#include <initializer_list>

#include "agent/base/result.h"

namespace imprint {

/// The error of a result, or null. gcc 12 leaks the members of a braced initialiser that a TRY
/// within it leaves, so several results are looked at before anything is built of them:
/// `for (const Error* fault : {error_of(id), error_of(kind)}) if (fault != nullptr) return *fault;`
template <class T>
const Error* error_of(const Result<T>& result) {
  return result ? nullptr : &result.error();
}

}  // namespace imprint
