#pragma once
// Start timestamps of samples (when the counter behind them began) in XOR2 and in both -ST
// encodings: nothing is written for as long as they are unknown or all the same, and small
// differences after that. The byte of the chunk's header that goes with it: bit 7 tells that the
// first sample has a start timestamp, the others which sample was the first to change it (0: none).
// Behind sample 127 the difference is written whether it changed or not, since a later one could
// not be named. Used by the chunk codecs of this room only.

#include "base/clock.h"
#include "tsdb/chunk/varbit.h"

namespace watchfire::chunk {

inline constexpr uint8_t kFirstStartKnown = 0x80;
inline constexpr uint32_t kLastStartChange = 0x7f;

class StartTimeWriter {
 public:
  // Behind sample `index` (from 0) at t, whose start is `start` (0: unknown); `last_t` is the time
  // of the sample before it. At most kMaxVarbitBytes.
  void Write(BitCursor& out, uint32_t index, TimeMs t, TimeMs last_t, TimeMs start) {
    if (index == 0) {
      if (start != 0) {
        header_ = kFirstStartKnown;
        PutVarint(out, Distance(t, start));
      }
    } else if (first_change_ > 0) {
      TimeMs distance = Distance(last_t, start);
      PutVarbitInt(out, Distance(distance, distance_));
      distance_ = distance;
    } else if (start != start_ || index == kLastStartChange) {
      first_change_ = index;
      header_ |= static_cast<uint8_t>(index);
      distance_ = Distance(last_t, start);
      PutVarbitInt(out, distance_);
    }
    start_ = start;
  }
  uint8_t header() const { return header_; }

 private:
  static TimeMs Distance(TimeMs from, TimeMs to) {
    return static_cast<TimeMs>(static_cast<uint64_t>(from) - static_cast<uint64_t>(to));
  }

  uint8_t header_ = 0;
  uint32_t first_change_ = 0;
  TimeMs start_ = 0;
  TimeMs distance_ = 0;  // from the sample before to the start
};

class StartTimeReader {
 public:
  explicit StartTimeReader(uint8_t header)
      : first_known_((header & kFirstStartKnown) != 0), first_change_(header & kLastStartChange) {}

  // The same way as StartTimeWriter::Write.
  void Read(BitReader& in, uint32_t index, TimeMs t, TimeMs last_t) {
    if (index == 0) {
      if (first_known_) start_ = Minus(t, static_cast<uint64_t>(GetVarint(in)));
      return;
    }
    if (first_change_ == 0 || index < first_change_) return;
    auto difference = static_cast<uint64_t>(GetVarbitInt(in));
    distance_ = index == first_change_ ? difference : distance_ + difference;
    start_ = Minus(last_t, distance_);
  }
  // Of the newest sample; 0 if unknown.
  TimeMs start() const { return start_; }

 private:
  static TimeMs Minus(TimeMs t, uint64_t distance) {
    return static_cast<TimeMs>(static_cast<uint64_t>(t) - distance);
  }

  bool first_known_;
  uint32_t first_change_;
  TimeMs start_ = 0;
  uint64_t distance_ = 0;
};

}  // namespace watchfire::chunk
