#include "tsdb/head/series_chunks.h"

#include <algorithm>

namespace watchfire::head {

void SeriesChunks::Encode(storage::Columns floats, std::vector<chunk::HistogramPoint>* points,
                          const block::Intervals* deleted) {
  chunks_.clear();
  views_.clear();
  if (deleted != nullptr) {
    kept_times_.clear();
    kept_values_.clear();
    for (size_t i = 0; i < floats.t.size(); ++i) {
      if (block::IsCovered(floats.t[i], *deleted)) continue;
      kept_times_.push_back(floats.t[i]);
      kept_values_.push_back(floats.v[i]);
    }
    floats = {kept_times_, kept_values_};
    std::erase_if(*points, [&](const chunk::HistogramPoint& point) {
      return block::IsCovered(point.t, *deleted);
    });
  }
  if (points->empty()) {
    EncodeFloats(floats, 0, floats.t.size());
  } else {
    EncodeBoth(floats, *points);
  }
  for (const chunk::OwnedChunk& one : chunks_) views_.push_back(one.view());
}

void SeriesChunks::EncodeFloats(const storage::Columns& floats, size_t from, size_t to) {
  if (from == to) return;
  chunk::EncodeFloats(floats.t.subspan(from, to - from), floats.v.subspan(from, to - from),
                      chunk::kFullLimits, chunk::Encoding::kXor, &chunks_);
}

void SeriesChunks::EncodeBoth(const storage::Columns& floats,
                              const std::vector<chunk::HistogramPoint>& points) {
  size_t f = 0;
  size_t p = 0;
  while (f < floats.t.size() || p < points.size()) {
    size_t from = f;
    while (f < floats.t.size() && (p == points.size() || floats.t[f] <= points[p].t)) ++f;
    EncodeFloats(floats, from, f);
    from = p;
    while (p < points.size() && (f == floats.t.size() || points[p].t < floats.t[f])) ++p;
    if (p > from) {
      chunk::EncodeHistograms(std::span(points).subspan(from, p - from), false, &chunks_);
    }
  }
}

}  // namespace watchfire::head
