#pragma once
// The buckets of a native histogram as intervals with counts, and a histogram as Prometheus prints
// it. Source of the bounds: Prometheus' native histogram specification. Pure functions.

#include <string>
#include <vector>

#include "model/histogram.h"

namespace watchfire::model {

struct HistogramBucket {
  double lower = 0;
  double upper = 0;
  double count = 0;
  bool lower_inclusive = false;
  bool upper_inclusive = false;
};

// Upper and lower bound of bucket `index` on the positive side, exact.
double BucketBound(const FloatHistogram& histogram, int32_t index);
double LowerBucketBound(const FloatHistogram& histogram, int32_t index);

// In ascending order: negative side, zero bucket if it counts anything, positive side. Of a bucket
// that the zero bucket overlaps only the rest is shown.
std::vector<HistogramBucket> BucketsOf(const FloatHistogram& histogram);
// The same into a buffer that is cleared before.
void BucketsOf(const FloatHistogram& histogram, std::vector<HistogramBucket>* out);

// `{count:3, sum:1.5, [-0.001,0.001]:1, (0.5,1]:2}`; empty buckets are left out.
std::string ToString(const FloatHistogram& histogram);

}  // namespace watchfire::model
