// Any bytes as a file of head chunks and as a record of a chunk snapshot: nothing may crash, and
// chunks lie within the bytes that they were read from.

#include "base/check.h"
#include "tsdb/wal/chunk_snapshot.h"
#include "tsdb/wal/head_chunks.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace watchfire::wal;
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  HeadChunksReader reader(bytes);
  HeadChunk chunk;
  while (reader.Next(&chunk)) {
    WF_CHECK(chunk.data.data() >= bytes.data());
    WF_CHECK(chunk.data.data() + chunk.data.size() <= bytes.data() + bytes.size());
    WF_CHECK(reader.offset() < bytes.size());
  }
  static_cast<void>(DecodeSnapshotSeries(bytes));
  return 0;
}
