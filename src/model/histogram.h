#pragma once
// Native histograms as values. Buckets lie in spans: the first span's offset is the absolute index
// of its first bucket, later offsets are gaps. Exponential schemas are -4…8 (bucket i covers
// (base^(i-1), base^i], base = 2^(2^-schema)); schema -53 means custom bounds, listed in
// custom_values. Integer histograms keep counts as differences to the bucket before, float ones as
// absolute numbers. A stale marker is a histogram whose sum is the stale NaN.
// Source: Prometheus' native histogram specification. Plain values, no behaviour that needs a lock.

#include <cstdint>
#include <vector>

#include "model/sample.h"

namespace watchfire::model {

enum class CounterReset : uint8_t { kUnknown, kYes, kNo, kGauge };

struct Span {
  int32_t offset = 0;
  uint32_t length = 0;
  bool operator==(const Span&) const = default;
};

inline constexpr int32_t kCustomBucketsSchema = -53;

// What integer and float histograms share.
struct HistogramLayout {
  int32_t schema = 0;
  CounterReset reset_hint = CounterReset::kUnknown;
  double zero_threshold = 0;
  std::vector<Span> positive_spans;
  std::vector<Span> negative_spans;
  std::vector<double> custom_values;
};

struct FloatHistogram : HistogramLayout {
  double count = 0;
  double sum = 0;
  double zero_count = 0;
  std::vector<double> positive_buckets;
  std::vector<double> negative_buckets;
};

struct Histogram : HistogramLayout {
  uint64_t count = 0;
  double sum = 0;
  uint64_t zero_count = 0;
  std::vector<int64_t> positive_deltas;
  std::vector<int64_t> negative_deltas;

  FloatHistogram ToFloat() const;
};

}  // namespace watchfire::model
