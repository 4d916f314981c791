#pragma once
// Sums and means of many native histograms, as `sum`, `avg` and their _over_time functions need
// them. Counts and sums are added with Neumaier's compensation, each bucket with its own. The
// layout grows to hold all that was added, so that histograms of one kind are added run by run
// without moving anything.
//
// Both are values: one thread at a time. Partial sums of several threads are merged.

#include <optional>

#include "model/histogram_math.h"
#include "model/histogram_spans.h"

namespace watchfire::model {

class HistogramSum {
 public:
  bool empty() const { return !sum_; }
  // The first decides whether buckets are exponential or custom. If `histogram` does not fit,
  // nothing changes and the answer says so.
  Combination Add(const FloatHistogram& histogram);
  Combination Merge(const HistogramSum& other);
  void Multiply(double factor);
  void Divide(double divisor);
  // Any field has become infinite.
  bool HasOverflow() const;
  // Compensated and compact. Requires !empty().
  FloatHistogram Value() const;

 private:
  // What rounding lost, laid out like the sum.
  struct Lost {
    double zero_count = 0;
    double count = 0;
    double sum = 0;
    std::vector<double> positive;
    std::vector<double> negative;
  };
  // `lost`, if given, is what `histogram` lost itself.
  Combination AddWithLost(const FloatHistogram& histogram, const Lost* lost);
  void AddExponential(const FloatHistogram& histogram, const Lost* lost);
  void AddCustom(const FloatHistogram& histogram, const Lost* lost, Combination* result);
  void AddSide(bool negative, const FloatHistogram& histogram, const Lost* lost);
  void GrowZeroBucket(double threshold);
  void ReduceResolution(int32_t schema);
  template <typename Fn>
  void ForEachField(Fn fn);

  std::optional<FloatHistogram> sum_;
  Lost lost_;
  std::vector<BucketRun> runs_;
};

// A sum divided by how many were added, as long as that sum can be held; then an incremental mean.
class HistogramMean {
 public:
  bool empty() const { return sum_.empty(); }
  Combination Add(const FloatHistogram& histogram);
  Combination Merge(const HistogramMean& other);
  FloatHistogram Value() const;

 private:
  void MakeIncremental(double count);

  HistogramSum sum_;
  double count_ = 0;
  double peak_ = 0;  // no field of the sum is larger
  bool incremental_ = false;
};

}  // namespace watchfire::model
