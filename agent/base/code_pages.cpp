#include "agent/base/code_pages.h"

#include <link.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <span>

namespace imprint {
namespace {

using Segments = std::span<const ElfW(Phdr)>;

/// Whether the loader has written into its code, so that the file no longer has it. No library that
/// is built as position-independent code is like that.
bool is_relocated_in_code(const dl_phdr_info& object, Segments segments) {
  const auto dynamic = std::ranges::find(segments, PT_DYNAMIC, &ElfW(Phdr)::p_type);
  if (dynamic == segments.end()) return false;
  // NOLINTNEXTLINE(performance-no-int-to-ptr): addresses are numbers in the loader's tables
  const auto* entry = reinterpret_cast<const ElfW(Dyn)*>(object.dlpi_addr + dynamic->p_vaddr);
  for (; entry->d_tag != DT_NULL; ++entry)
    if (entry->d_tag == DT_TEXTREL || (entry->d_tag == DT_FLAGS && entry->d_un.d_val & DF_TEXTREL))
      return true;
  return false;
}

/// The kernel's own page of code is of no file.
bool is_the_kernels(const dl_phdr_info& object) {
  return object.dlpi_addr == ::getauxval(AT_SYSINFO_EHDR);
}

int return_code_of(dl_phdr_info* object, std::size_t, void*) {
  const Segments segments{object->dlpi_phdr, object->dlpi_phnum};
  if (is_the_kernels(*object) || is_relocated_in_code(*object, segments)) return 0;
  const auto page = static_cast<std::uintptr_t>(::getpagesize());
  for (const auto& segment : segments) {
    if (segment.p_type != PT_LOAD || segment.p_flags != (PF_R | PF_X)) continue;
    const std::uintptr_t start = (object->dlpi_addr + segment.p_vaddr) & ~(page - 1);
    const std::uintptr_t end = object->dlpi_addr + segment.p_vaddr + segment.p_memsz;
    // NOLINTNEXTLINE(performance-no-int-to-ptr): as above
    static_cast<void>(::madvise(reinterpret_cast<void*>(start), end - start, MADV_DONTNEED));
  }
  return 0;
}

}  // namespace

void return_code_pages() {
  // The loader is held meanwhile: nothing is unloaded, and nothing else put in its place.
  ::dl_iterate_phdr(return_code_of, nullptr);
}

}  // namespace imprint
