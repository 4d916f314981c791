#pragma once
// Points of chunks as one line of text each, for tests: what two chunks mean is compared, and what
// a chunk means is written down in tests/chunks. Only tests include it.

#include <cmath>
#include <string>

#include "tsdb/chunk/chunk_codec.h"

namespace watchfire::chunk {

// Shortest digits that are the number; NaNs by their bits.
inline std::string NumberText(double v) {
  if (std::isnan(v)) return fmt::format("nan:{:x}", std::bit_cast<uint64_t>(v));
  return fmt::format("{}", v);
}

// "t=5 st=0 int schema=3 zero=1@0.5 count=9 sum=2 3=8 |-1=4": buckets as index=count, negative
// ones behind the bar; what spans they lie in does not matter, empty buckets do.
inline std::string PointText(const HistogramPoint& point) {
  model::FloatHistogram h = point.is_float ? point.floating : point.integer.ToFloat();
  std::string out =
      fmt::format("t={} st={} {} schema={} zero={}@{} count={} sum={}", point.t, point.st,
                  point.is_float ? "float" : "int", h.schema, NumberText(h.zero_count),
                  NumberText(h.zero_threshold), NumberText(h.count), NumberText(h.sum));
  for (bool negative : {false, true}) {
    if (negative) out += " |";
    int32_t index = 0;
    size_t next = 0;
    for (const model::Span& span : negative ? h.negative_spans : h.positive_spans) {
      index += span.offset;
      for (uint32_t i = 0; i < span.length; ++i) {
        double count = (negative ? h.negative_buckets : h.positive_buckets).at(next++);
        out += fmt::format(" {}={}", index++, NumberText(count));
      }
    }
    WF_CHECK(next == (negative ? h.negative_buckets : h.positive_buckets).size());
  }
  for (double bound : h.custom_values) out += " le=" + NumberText(bound);
  return out;
}

}  // namespace watchfire::chunk
