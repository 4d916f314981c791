#include "model/histogram.h"

namespace watchfire::model {
namespace {

std::vector<double> Undelta(const std::vector<int64_t>& deltas) {
  std::vector<double> counts;
  counts.reserve(deltas.size());
  int64_t count = 0;
  for (int64_t delta : deltas) {
    count += delta;
    counts.push_back(static_cast<double>(count));
  }
  return counts;
}

}  // namespace

FloatHistogram Histogram::ToFloat() const {
  FloatHistogram out;
  static_cast<HistogramLayout&>(out) = *this;
  out.count = static_cast<double>(count);
  out.sum = sum;
  out.zero_count = static_cast<double>(zero_count);
  out.positive_buckets = Undelta(positive_deltas);
  out.negative_buckets = Undelta(negative_deltas);
  return out;
}

}  // namespace watchfire::model
