#pragma once

#include <memory>

namespace imprint {

template <auto free_function>
struct Deleter {
  template <class T>
  void operator()(T* pointer) const noexcept {
    free_function(pointer);
  }
};

/// A handle of a C library, freed by its own function: using Domain = Owned<virDomain,
/// virDomainFree>.
template <class T, auto free_function>
using Owned = std::unique_ptr<T, Deleter<free_function>>;

}  // namespace imprint
