#pragma once
// ChangeList: the values of one series over one timestamp column, written only where they change.
//
// Sample i of the series lies at column index i; a Segment says from which index on the series is
// there, what its newest value is, and where its list of changes lies in the arena. A series that
// never changes is the 16 bytes of its Segment. The first change opens a bit stream of events
//
//     gap since the last event | what happened: a value or a stale marker
//
// whose values are integers (or decimals with a fixed number of places) coded as differences, and
// after the first value that is neither, XORs as in Gorilla. Encodings only move upwards, by a mark
// in the stream; nothing is ever coded anew. The format is drawn in docs/format/head.md; it lives
// in memory only and never reaches a disk.
//
// No locks: the head lets one thread write and keeps readers of the same segment away meanwhile.

#include <bit>
#include <cstdint>

#include "tsdb/chunk/arena.h"

namespace watchfire::chunk {

enum class SegmentKind : uint8_t { kEmpty, kConstant, kChanging };

struct Segment {
  uint64_t last_bits = 0;    // the newest sample's value
  Arena::Handle stream = 0;  // kChanging only
  uint16_t last_event = 0;   // column index of the newest event; the first sample at first
  SegmentKind kind = SegmentKind::kEmpty;
  uint8_t owner = 0;  // belongs to whoever keeps the segment
};
static_assert(sizeof(Segment) == 16);

// Starts the segment with its first sample; `owner` stays.
void BeginSegment(Segment& segment, uint16_t index, uint64_t bits);

// The sample at `index` has value `bits`, which differs from the newest sample's; `index` must be
// above every earlier one.
void AppendChange(Arena& arena, Segment& segment, uint16_t index, uint64_t bits);

// Column index of the first sample.
uint16_t FirstIndex(const Arena& arena, const Segment& segment);

// Hints the processor to fetch what the next AppendChange will touch.
inline void PrefetchStream(const Arena& arena, const Segment& segment) {
  if (segment.stream != 0) __builtin_prefetch(arena.At(segment.stream), 1);
}
void PrefetchTail(const Arena& arena, const Segment& segment);

// Walks over a segment's runs of equal values, oldest first.
class SegmentReader {
 public:
  // Samples at column indexes below `end` are shown.
  SegmentReader(const Arena& arena, const Segment& segment, uint32_t end);

  struct Run {
    uint32_t begin = 0;  // column indexes, half open
    uint32_t end = 0;
    uint64_t bits = 0;
    double value() const { return std::bit_cast<double>(bits); }
  };
  // False when there are no more.
  bool Next(Run* run);

 private:
  struct Event {
    uint32_t index = 0;
    uint64_t bits = 0;
  };
  bool ReadEvent(Event* event);
  uint64_t ReadEscape();
  uint64_t Take(uint32_t bits);
  uint32_t TakeUnary(uint32_t limit);
  bool AtEnd() const;
  void Refill();

  const Arena& arena_;
  uint32_t end_;
  Event pending_;
  bool more_ = false;

  // The bit stream.
  const char* cell_ = nullptr;
  uint32_t cell_number_ = 0;
  Arena::Handle cell_handle_ = 0;
  Arena::Handle tail_ = 0;
  uint32_t tail_used_ = 0;
  uint32_t position_ = 0;  // bits taken from the cell

  // The decoder's state, as the encoder's.
  uint32_t last_event_ = 0;
  uint8_t mode_ = 0;
  uint8_t window_a_ = 0;
  uint8_t window_b_ = 0;
  uint64_t previous_ = 0;
  int64_t delta_ = 0;
};

}  // namespace watchfire::chunk
