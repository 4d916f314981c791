#pragma once
// The layout of a histogram chunk: schema, zero threshold, and which buckets there are. It stands
// once in front of the samples; samples then list counts for those buckets and no others. Here are
// its bytes, and what happens when a sample has other buckets than the chunk. Used by the histogram
// codecs of this room only. Drawing: docs/format/chunks.md.

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "base/result.h"
#include "model/histogram.h"
#include "tsdb/chunk/varbit.h"

namespace watchfire::chunk {

inline constexpr size_t kHistogramHeaderBytes = 3;

// The two top bits of the flag byte: what is known of a counter reset before the first sample.
inline constexpr uint8_t kResetUnknown = 0x00;
inline constexpr uint8_t kResetNone = 0x40;
inline constexpr uint8_t kResetSeen = 0x80;
inline constexpr uint8_t kResetGauge = 0xc0;

// Schemas that chunks may have: exponential ones, of which queries know up to 8 (finer ones are
// reduced to it), and custom bounds.
inline constexpr int32_t kMinSchema = -9;
inline constexpr int32_t kMaxSchema = 52;
inline constexpr int32_t kMaxQuerySchema = 8;

// More than the layout may take.
size_t LayoutBytes(const model::HistogramLayout& layout);
void PutLayout(BitCursor& out, const model::HistogramLayout& layout);
// Fails on layouts that no histogram has, or whose buckets cannot all be in what is left to read.
// `bucket_bits`: what the count of a bucket in the first sample takes at least.
Result<void> GetLayout(BitReader& in, unsigned bucket_bits, model::HistogramLayout* layout);

// Indexes of the buckets of spans, ascending; at most `max` of them.
std::vector<int64_t> BucketIndexes(std::span<const model::Span> spans, size_t max);
// The fewest spans with these buckets.
std::vector<model::Span> SpansOf(std::span<const int64_t> indexes);
size_t BucketCount(std::span<const model::Span> spans);

// Absolute counts of buckets on one side of zero.
template <typename Count>
struct BucketCounts {
  std::vector<int64_t> indexes;
  std::vector<Count> counts;
};

bool Ascends(std::span<const int64_t> indexes);

// Puts buckets in order; the last of equal ones stays.
template <typename Count>
void Sort(BucketCounts<Count>* side) {
  std::map<int64_t, Count> sorted;
  for (size_t i = 0; i < side->indexes.size(); ++i) sorted[side->indexes[i]] = side->counts[i];
  *side = {};
  for (const auto& [index, count] : sorted) {
    side->indexes.push_back(index);
    side->counts.push_back(count);
  }
}

// How a sample's buckets lie to those of the chunk before it.
struct BucketDifference {
  bool added = false;    // the sample has some that the chunk lacks
  bool missing = false;  // the chunk has some that the sample lacks
  bool reset = false;    // a count became less, or vanished
};

template <typename Count>
BucketDifference Compare(const BucketCounts<Count>& chunk, const BucketCounts<Count>& sample) {
  BucketDifference difference;
  size_t i = 0;
  size_t k = 0;
  while (i < chunk.indexes.size() || k < sample.indexes.size()) {
    bool chunk_first = k == sample.indexes.size() ||
                       (i < chunk.indexes.size() && chunk.indexes[i] < sample.indexes[k]);
    if (chunk_first) {
      difference.missing = true;
      if (chunk.counts[i++] != 0) difference.reset = true;
    } else if (i == chunk.indexes.size() || sample.indexes[k] < chunk.indexes[i]) {
      difference.added = true;
      ++k;
    } else if (chunk.counts[i++] > sample.counts[k++]) {
      difference.reset = true;
    }
  }
  return difference;
}

std::vector<int64_t> Union(std::span<const int64_t> a, std::span<const int64_t> b);

// The sample's counts for the buckets `indexes`, which are all of its own and maybe others.
template <typename Count>
std::vector<Count> Widen(const BucketCounts<Count>& sample, std::span<const int64_t> indexes) {
  std::vector<Count> out(indexes.size());
  size_t k = 0;
  for (size_t i = 0; i < indexes.size() && k < sample.indexes.size(); ++i) {
    if (indexes[i] == sample.indexes[k]) out[i] = sample.counts[k++];
  }
  return out;
}

// Integers wrap: nobody has checked that they are counts.
inline double Sum(double a, double b) {
  return a + b;
}
inline int64_t Sum(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}

// The same counts in buckets that are 2^shift times as wide, in logarithms.
template <typename Count>
void ReduceResolution(unsigned shift, BucketCounts<Count>* side) {
  size_t out = 0;
  for (size_t i = 0; i < side->indexes.size(); ++i) {
    int64_t index = ((side->indexes[i] - 1) >> shift) + 1;
    if (out > 0 && side->indexes[out - 1] == index) {
      side->counts[out - 1] = Sum(side->counts[out - 1], side->counts[i]);
    } else {
      side->indexes[out] = index;
      side->counts[out++] = side->counts[i];
    }
  }
  side->indexes.resize(out);
  side->counts.resize(out);
}

}  // namespace watchfire::chunk
