#include "app/resident.h"

#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <string_view>

namespace watchfire::app {
namespace {

// A library whose code was relocated in place would lose that.
bool HasTextRelocations(const dl_phdr_info& object, const ElfW(Phdr) & segment) {
  auto* entry = reinterpret_cast<const ElfW(Dyn)*>(object.dlpi_addr + segment.p_vaddr);
  for (; entry->d_tag != DT_NULL; ++entry) {
    if (entry->d_tag == DT_TEXTREL) return true;
    if (entry->d_tag == DT_FLAGS && (entry->d_un.d_val & DF_TEXTREL) != 0) return true;
  }
  return false;
}

int Forget(dl_phdr_info* object, size_t, void* page_bytes) {
  if (std::string_view(object->dlpi_name).starts_with("linux-")) return 0;  // the kernel's own
  size_t page = *static_cast<const size_t*>(page_bytes);
  for (size_t i = 0; i < object->dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = object->dlpi_phdr[i];
    if (segment.p_type == PT_DYNAMIC && HasTextRelocations(*object, segment)) return 0;
  }
  for (size_t i = 0; i < object->dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = object->dlpi_phdr[i];
    // Never written: what the file says is all there is.
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
    size_t begin = (object->dlpi_addr + segment.p_vaddr) / page * page;
    size_t end = (object->dlpi_addr + segment.p_vaddr + segment.p_memsz) / page * page;
    if (begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
  }
  return 0;
}

}  // namespace

void ForgetStartupPages() {
  auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  dl_iterate_phdr(Forget, &page);
}

}  // namespace watchfire::app
