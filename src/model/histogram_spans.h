#pragma once
// Where buckets lie: spans as sets of bucket indexes. All that compares, joins or coarsens the
// layouts of native histograms is here, on whole runs of buckets and never bucket by bucket where a
// run will do; counts are moved by whoever owns them. Spans that came from outside must have passed
// FitsCounts before. Pure functions.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/histogram.h"

namespace watchfire::model {

using Spans = std::vector<Span>;

// Buckets that lie side by side in two layouts: positions in their lists of counts.
struct BucketRun {
  size_t whole = 0;
  size_t part = 0;
  size_t length = 0;
};

// Whether spans go upwards and have as many buckets as there are counts.
bool FitsCounts(const Spans& spans, const std::vector<double>& counts);

// How many buckets there are.
size_t CountBuckets(const Spans& spans);

// The buckets of either, with as few spans as can be.
Spans UnionOfSpans(const Spans& a, const Spans& b);

// Where the buckets of `part` lie in `whole`. False if one of them is not there.
bool MapRuns(const Spans& whole, const Spans& part, std::vector<BucketRun>* runs);

// Exponential buckets at a resolution that is `by` schemas coarser. `positions` tells for each
// bucket where in the result it goes.
Spans CoarseSpans(const Spans& spans, int32_t by, std::vector<size_t>* positions);

// `counts` laid out as `from`, which is part of `to`; the others are 0.
std::vector<double> SpreadCounts(const Spans& from, const std::vector<double>& counts,
                                 const Spans& to);

// Goes through the buckets in order of their indexes.
class BucketCursor {
 public:
  explicit BucketCursor(const Spans& spans) : spans_(&spans) {}
  bool Next() {
    ++position_;
    ++index_;
    while (left_ == 0) {
      if (span_ == spans_->size()) return false;
      index_ += (*spans_)[span_].offset;
      left_ = (*spans_)[span_].length;
      ++span_;
    }
    --left_;
    return true;
  }
  int32_t index() const { return static_cast<int32_t>(index_); }
  // In the list of counts.
  size_t position() const { return position_; }

 private:
  const Spans* spans_;
  size_t span_ = 0;
  uint32_t left_ = 0;
  int64_t index_ = -1;
  size_t position_ = SIZE_MAX;
};

}  // namespace watchfire::model
