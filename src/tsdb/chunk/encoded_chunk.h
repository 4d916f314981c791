#pragma once
// Chunks as they lie on disk and travel between head, blocks and compaction: the encoded samples of
// one series over a stretch of time, and walks over series of such chunks. The bytes are those of
// Prometheus' chunk files without the length, encoding and checksum around them
// (docs/format/chunks.md). Views: whoever hands a ChunkView out says how long its bytes live.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "model/labels.h"

namespace watchfire::chunk {

enum class Encoding : uint8_t {
  kNone = 0,
  kXor = 1,
  kHistogram = 2,
  kFloatHistogram = 3,
  kXor2 = 4,
  kHistogramSt = 5,       // with start timestamps
  kFloatHistogramSt = 6,  // with start timestamps
};

struct ChunkView {
  TimeMs mint = 0;  // of the first sample
  TimeMs maxt = 0;  // of the last sample, inclusive
  Encoding encoding = Encoding::kNone;
  std::string_view data;
};

struct OwnedChunk {
  TimeMs mint = 0;
  TimeMs maxt = 0;
  Encoding encoding = Encoding::kNone;
  std::string data;
  ChunkView view() const { return {mint, maxt, encoding, data}; }
};

// Samples in a chunk, from its header; 0 for one too short to have a header.
uint32_t SampleCount(const ChunkView& chunk);

// Series in label order, each with its chunks ascending by mint. The chunks of one set overlap in
// time only when what is behind it says so. What At… returns is valid until the next Next().
class ChunkSeriesSet {
 public:
  virtual ~ChunkSeriesSet() = default;
  virtual bool Next() = 0;
  virtual const model::Labels& labels() const = 0;
  virtual std::span<const ChunkView> chunks() const = 0;
  // The series' reference in its block, by which tombstones name it; 0 where there is none.
  virtual uint64_t ref() const { return 0; }
  // After Next() returned false: ok, or why the walk ended early.
  virtual Result<void> status() const = 0;
};

// Where series of chunks come from: a block, or a time range of the head. Symbols are all label
// names and values that its series use (it may give more), needed before the first series is
// written to a block.
class ChunkSource {
 public:
  virtual ~ChunkSource() = default;
  // Sorted bytewise, distinct. Views are valid as long as the source.
  virtual Result<std::vector<std::string_view>> Symbols() = 0;
  virtual Result<std::unique_ptr<ChunkSeriesSet>> Series() = 0;
};

}  // namespace watchfire::chunk
