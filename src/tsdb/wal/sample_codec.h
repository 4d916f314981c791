#pragma once
// Samples records (type 2), the bulk of every log, from and to columns.
//
// A record may have its samples in any order, and for how small it becomes the order matters much:
// samples of similar values are put side by side, and all numbers of a record are written with the
// same length, so that a compressor finds the same bytes at the same distance. Whoever reads a
// record sorts it by number again (SampleRows::SortBySeries). Pure functions and scratch memory;
// one thread each.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"
#include "tsdb/wal/record.h"
#include "tsdb/wal/segment.h"

namespace watchfire::wal {

// The number that a record's numbers are written as differences to. Upstream takes the first one's;
// any will do, and one somewhat below makes all differences equally long.
Ref BaseRef(std::span<const Ref> refs);

// zstd gains a sixth by neighbours of similar value, snappy nothing.
enum class RowOrder : uint8_t { kAsGiven, kByValue };
RowOrder BestOrder(Compression compression);

class SamplesEncoder {
 public:
  SamplesEncoder(Ref base_ref, TimeMs base_t, ByteWriter* out);
  void Add(Ref ref, TimeMs t, double v) {
    out_->Varint(static_cast<int64_t>(ref - base_ref_));
    out_->Varint(t - base_t_);
    out_->BeDouble(v);
  }
  // Samples of one time; a row in which a number appears twice keeps its order.
  void AddRow(std::span<const Ref> refs, TimeMs t, std::span<const double> values, RowOrder order);

 private:
  Ref base_ref_;
  TimeMs base_t_;
  ByteWriter* out_;
};

}  // namespace watchfire::wal
