// Any bytes as a tombstones file and as its stones: what is read must be written so that it reads
// the same, and intervals must be ascending and apart.

#include "base/bytes.h"
#include "base/check.h"
#include "base/crc32c.h"
#include "tsdb/block/tombstones.h"

namespace watchfire::block {
namespace {

void Check(std::string_view file) {
  Result<Tombstones> stones = ParseTombstones(file);
  if (!stones.ok()) return;
  for (const auto& [ref, intervals] : *stones) {
    for (size_t i = 0; i < intervals.size(); ++i) {
      WF_CHECK(intervals[i].mint <= intervals[i].maxt);
      WF_CHECK(i == 0 || intervals[i - 1].maxt + 1 < intervals[i].mint);
    }
  }
  Result<Tombstones> again = ParseTombstones(PrintTombstones(*stones));
  WF_CHECK(again.ok() && *again == *stones);
}

}  // namespace
}  // namespace watchfire::block

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace watchfire;
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  block::Check(bytes);
  ByteWriter whole;
  whole.Be32(0x0130BA30);
  whole.U8(1);
  whole.Bytes(bytes);
  whole.Be32(Crc32c(bytes));
  block::Check(whole.view());
  return 0;
}
