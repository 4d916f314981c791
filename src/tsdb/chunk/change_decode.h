#pragma once
// ChangeDecoder: the values of a segment over a stretch of its column, at once: what reads of many
// series spend their time in. It lays the cells of a stream side by side in a buffer of its own and
// goes over them without a look at any cell's end; SegmentReader is for those who want one run
// after the other. One thread; the same rules about writers as for all of a change list.

#include <cstdint>
#include <vector>

#include "tsdb/chunk/change_list.h"

namespace watchfire::chunk {

class ChangeDecoder {
 public:
  // Decode may write so many values behind the last one.
  static constexpr size_t kSlack = 4;

  // Values at column indexes [begin, end), all of which the segment has; begin < end.
  void Decode(const Arena& arena, const Segment& segment, uint32_t begin, uint32_t end,
              double* out);

 private:
  // Returns the number of bits.
  uint64_t Flatten(const Arena& arena, Arena::Handle stream);

  std::vector<uint8_t> flat_;
};

}  // namespace watchfire::chunk
