#pragma once
// Quantiles, fractions and variances of one histogram, classic or native, as Prometheus estimates
// them. What the user should know besides is given back as a value. Pure functions.

#include <cstdint>
#include <limits>
#include <vector>

#include "model/histogram_buckets.h"

namespace watchfire::promql {

// ---- classic: buckets that count all below their upper bound
struct ClassicBucket {
  double upper = 0;
  double count = 0;  // cumulative
};

// Buckets that shrink were set to the one before.
struct MonotonicityFixes {
  bool forced = false;
  double min_bucket = std::numeric_limits<double>::infinity();
  double max_bucket = -std::numeric_limits<double>::infinity();
  double max_diff = 0;
};

// `buckets` sorted by bounds and not empty; they are used up.
double ClassicQuantile(double q, std::vector<ClassicBucket>& buckets, MonotonicityFixes* fixes);
double ClassicFraction(double lower, double upper, std::vector<ClassicBucket>& buckets);

// ---- native
// Observations that are not a number count, but lie in no bucket.
enum class NanEffect : uint8_t {
  kNone,
  kResultIsNan,
  kSkewed,    // a quantile comes out higher
  kExcluded,  // from all fractions
};
double NativeQuantile(double q, const model::FloatHistogram& histogram, NanEffect* effect);
// `scratch` saves allocations.
double NativeFraction(double lower, double upper, const model::FloatHistogram& histogram,
                      std::vector<model::HistogramBucket>* scratch, NanEffect* effect);
// Of all observations, each taken to be in the middle of its bucket.
double NativeVariance(const model::FloatHistogram& histogram,
                      std::vector<model::HistogramBucket>* scratch);

}  // namespace watchfire::promql
