#include "model/histogram.h"

namespace watchfire::model {
namespace {

std::vector<double> Undelta(const std::vector<int64_t>& deltas) {
  std::vector<double> counts;
  counts.reserve(deltas.size());
  uint64_t count = 0;  // deltas from a damaged chunk may wrap
  for (int64_t delta : deltas) {
    count += static_cast<uint64_t>(delta);
    counts.push_back(static_cast<double>(static_cast<int64_t>(count)));
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
