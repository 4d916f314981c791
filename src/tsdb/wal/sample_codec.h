#pragma once
// Samples records (types 2 and 11), the bulk of every log, from and to columns.
//
// A record may have its samples in any order, and for how small it becomes the order matters much:
// samples of similar values are put side by side, and all numbers of a record are written with the
// same length, so that a compressor finds the same bytes at the same distance. Whoever reads a
// record sorts it by number again. Scratch memory is kept per thread; thread-safe.

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

// The samples of a record in columns: numbers and values in the record's order, and the times as
// stretches, since whole records have one.
struct SampleColumns {
  struct Stretch {
    TimeMs t = 0;
    size_t end = 0;  // behind its last sample
  };
  std::vector<Ref> refs;
  std::vector<double> values;
  std::vector<Stretch> stretches;
};
// Replaces the content of `out`; kCorrupt for a broken record. Also of version 2 (type 11), whose
// start times are let go.
Result<void> DecodeSampleColumns(std::string_view record, SampleColumns* out);

}  // namespace watchfire::wal
