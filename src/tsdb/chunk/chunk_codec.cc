#include "tsdb/chunk/chunk_codec.h"

namespace watchfire::chunk {

uint32_t SampleCount(const ChunkView& chunk) {
  if (chunk.data.size() < 2) return 0;
  auto count = static_cast<uint32_t>(static_cast<uint8_t>(chunk.data[0])) << 8 |
               static_cast<uint8_t>(chunk.data[1]);
  bool has_flags =
      chunk.encoding == Encoding::kHistogramSt || chunk.encoding == Encoding::kFloatHistogramSt;
  return has_flags ? count & 0x3fff : count;
}

}  // namespace watchfire::chunk
