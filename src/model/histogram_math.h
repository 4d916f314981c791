#pragma once
// Arithmetic of native histograms: sums, differences, products, and what makes two of them
// comparable at all: the coarser of two schemas, the wider of two zero buckets, the common ones of
// two lists of custom bounds. Exponential and custom buckets never mix.
//
// Results may hold empty buckets until they are compacted; everything that leaves the query engine
// is. Histograms whose spans do not fit their counts (damaged data) are refused as incompatible.
// Source: Prometheus' native histogram specification. Pure functions.

#include "model/histogram.h"

namespace watchfire::model {

inline bool UsesCustomBuckets(const HistogramLayout& h) {
  return h.schema == kCustomBucketsSchema;
}

// What came of putting two histograms together.
struct Combination {
  bool compatible = true;          // if not, nothing was changed
  bool bounds_reconciled = false;  // custom bounds were different ones
  bool resets_conflict = false;    // one is after a counter reset, the other says it is not
};

// The hint of a sum. A gauge makes a gauge, an unknown makes an unknown.
CounterReset CombineHints(CounterReset a, CounterReset b, bool* conflict);

Combination Add(FloatHistogram& h, const FloatHistogram& other);
Combination Subtract(FloatHistogram& h, const FloatHistogram& other);
// By a negative number: the result is a gauge.
void Multiply(FloatHistogram& h, double factor);
// By zero: the buckets are gone, the zero bucket, count and sum become infinite or NaN.
void Divide(FloatHistogram& h, double divisor);

// Takes empty buckets away and joins spans without a gap.
void Compact(FloatHistogram& h);
// To a coarser schema of exponential buckets; a finer one changes nothing.
void ReduceResolution(FloatHistogram& h, int32_t schema);
// Widens the zero bucket to `threshold` at least; on to the end of a filled bucket that it would
// cut. Buckets inside are counted in it and go.
void GrowZeroBucket(FloatHistogram& h, double threshold);

// Whether the counter behind the two was reset between them; both have their hints. The sums do
// not matter: observations may be negative.
bool HasReset(const FloatHistogram& now, const FloatHistogram& before);

// Same layout, same filled buckets, same bits of count, sum and zero count. Hints do not matter.
bool SameHistogram(const FloatHistogram& a, const FloatHistogram& b);

// For how many samples it counts against the limits of a query: bytes in memory, by upstream's
// reckoning, in units of one float sample.
size_t SizeInSamples(const FloatHistogram& h);

// ---- custom bounds
// Those in both lists.
std::vector<double> CommonBounds(const std::vector<double>& a, const std::vector<double>& b);
// Counts of all buckets between `to`, which are some of `from`'s bounds.
std::vector<double> CountsBetween(const std::vector<Span>& spans, const std::vector<double>& counts,
                                  const std::vector<double>& from, const std::vector<double>& to);

// Whether spans and counts fit together on both sides.
bool IsWellFormed(const FloatHistogram& h);

}  // namespace watchfire::model
