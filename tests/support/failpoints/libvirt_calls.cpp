// The functions of libvirt that change something, as points. Their real ones are in the plugin's
// library, which the loader has not made visible to others. No header of libvirt is used: only
// tests would need it here, and every parameter is an integer or a pointer.

#include <dlfcn.h>

#include <cerrno>

#include "tests/support/failpoints/failpoints.h"

namespace {

using Call = long (*)(long, long, long, long, long, long);

Call in_libvirt(const char* name) {
  void* library = ::dlopen("libvirt.so.0", RTLD_LAZY | RTLD_NOLOAD);
  return reinterpret_cast<Call>(::dlsym(library, name));
}

}  // namespace

// A function that returns int leaves the upper half of the register undefined; the caller looks at
// the lower half only, so passing all of it on is right for both kinds.
#define IMPRINT_LIBVIRT(name, failure)                                                     \
  __attribute__((visibility("default"))) long name(long a, long b, long c, long d, long e, \
                                                   long f) {                               \
    static const Call real = in_libvirt(#name);                                            \
    if (imprint::failpoints::pass(#name) != 0) return failure;                             \
    return real(a, b, c, d, e, f);                                                         \
  }

extern "C" {
IMPRINT_LIBVIRT(virDomainDefineXMLFlags, 0)
IMPRINT_LIBVIRT(virDomainUndefineFlags, -1)
IMPRINT_LIBVIRT(virDomainCreate, -1)
IMPRINT_LIBVIRT(virDomainCreateWithFlags, -1)
IMPRINT_LIBVIRT(virDomainShutdownFlags, -1)
IMPRINT_LIBVIRT(virDomainDestroyFlags, -1)
IMPRINT_LIBVIRT(virDomainSetMetadata, -1)
}
