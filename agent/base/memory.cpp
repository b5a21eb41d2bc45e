#include "agent/base/memory.h"

#include <malloc.h>

namespace imprint {

void share_arenas() {
  constexpr int arenas = 2;
  ::mallopt(M_ARENA_MAX, arenas);
}

void return_free_memory() {
  ::malloc_trim(0);
}

}  // namespace imprint
