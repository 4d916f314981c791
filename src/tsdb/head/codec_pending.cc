// Goes as soon as tsdb/chunk has its histogram codec: weak, so that the head links until then.
#include <cstdlib>

#include "tsdb/chunk/chunk_codec.h"

namespace watchfire::chunk {

__attribute__((weak)) void EncodeHistograms(std::span<const HistogramPoint>, bool,
                                            std::vector<OwnedChunk>*) {
  std::abort();
}
__attribute__((weak)) Result<void> DecodeHistograms(const ChunkView&, TimeMs, TimeMs,
                                                    std::vector<HistogramPoint>*) {
  std::abort();
}

}  // namespace watchfire::chunk
