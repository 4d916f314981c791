// Any text as meta.json: what is read must be printed so that it reads the same.

#include "base/check.h"
#include "tsdb/block/meta.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace watchfire::block;
  auto meta = ParseMeta(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!meta.ok()) return 0;
  auto again = ParseMeta(PrintMeta(*meta));
  WF_CHECK(again.ok() && *again == *meta);
  return 0;
}
