#include "tsdb/head/histogram_store.h"

#include <algorithm>

namespace watchfire::head {
namespace {

Result<void> CheckSide(std::string_view side, const std::vector<model::Span>& spans,
                       size_t buckets) {
  uint64_t total = 0;
  for (size_t i = 0; i < spans.size(); ++i) {
    if (i > 0 && spans[i].offset < 0) {
      return Error::Invalid(
          "{} side: span number {} with offset {}: histogram has a span whose "
          "offset is negative",
          side, i + 1, spans[i].offset);
    }
    total += spans[i].length;
  }
  if (total != buckets) {
    return Error::Invalid(
        "{} side: spans need {} buckets, have {} buckets: histogram spans "
        "specify different number of buckets than provided",
        side, total, buckets);
  }
  return {};
}

bool SameLayout(const model::HistogramLayout& a, const model::HistogramLayout& b) {
  return a.schema == b.schema && a.positive_spans == b.positive_spans &&
         a.negative_spans == b.negative_spans && a.custom_values == b.custom_values &&
         model::SameBits(a.zero_threshold, b.zero_threshold);
}
bool Same(const model::Histogram& a, const model::Histogram& b) {
  return SameLayout(a, b) && a.count == b.count && a.zero_count == b.zero_count &&
         model::SameBits(a.sum, b.sum) && a.positive_deltas == b.positive_deltas &&
         a.negative_deltas == b.negative_deltas;
}
bool Same(const model::FloatHistogram& a, const model::FloatHistogram& b) {
  return SameLayout(a, b) && model::SameBits(a.count, b.count) &&
         model::SameBits(a.zero_count, b.zero_count) && model::SameBits(a.sum, b.sum) &&
         std::equal(a.positive_buckets.begin(), a.positive_buckets.end(),
                    b.positive_buckets.begin(), b.positive_buckets.end(), model::SameBits) &&
         std::equal(a.negative_buckets.begin(), a.negative_buckets.end(),
                    b.negative_buckets.begin(), b.negative_buckets.end(), model::SameBits);
}

// Upstream's chunks of histograms have no more.
constexpr uint32_t kSamplesPerChunk = 120;

void AppendDecoded(const chunk::OwnedChunk& one, TimeMs mint, TimeMs maxt,
                   std::vector<chunk::HistogramPoint>* out) {
  Result<void> decoded = chunk::DecodeHistograms(one.view(), mint, maxt, out);
  WF_CHECK(decoded.ok());  // we encoded it
}

}  // namespace

Result<void> ValidateHistogram(const model::Histogram& h) {
  TRY(CheckSide("negative", h.negative_spans, h.negative_deltas.size()));
  return CheckSide("positive", h.positive_spans, h.positive_deltas.size());
}

Result<void> ValidateHistogram(const model::FloatHistogram& h) {
  TRY(CheckSide("negative", h.negative_spans, h.negative_buckets.size()));
  return CheckSide("positive", h.positive_spans, h.positive_buckets.size());
}

storage::HistogramSample ToSample(const chunk::HistogramPoint& point) {
  if (point.is_float) return {point.t, point.floating, false};
  return {point.t, point.integer.ToFloat(), true};
}

// The oldest `count` open histograms become chunks, with the last chunk if that has room.
void HistogramStore::Encode(Series* series, size_t count) {
  std::vector<chunk::HistogramPoint> points;
  if (!series->chunks.empty() &&
      chunk::SampleCount(series->chunks.back()->view()) < kSamplesPerChunk) {
    AppendDecoded(*series->chunks.back(), kMinTime, kMaxTime, &points);
    series->chunks.pop_back();
  }
  for (size_t i = 0; i < count; ++i) points.push_back(std::move(series->open[i].point));
  series->open.erase(series->open.begin(), series->open.begin() + static_cast<ptrdiff_t>(count));
  std::vector<chunk::OwnedChunk> chunks;
  chunk::EncodeHistograms(points, false, &chunks);
  for (chunk::OwnedChunk& one : chunks) {
    one.data.shrink_to_fit();
    series->chunks.push_back(std::make_shared<const chunk::OwnedChunk>(std::move(one)));
  }
}

bool HistogramStore::Append(SeriesId id, chunk::HistogramPoint point, uint64_t sequence,
                            uint64_t watermark) {
  MutexLock lock(mutex_);
  if (!cuts_.empty()) Purge(watermark);
  Series& series = series_[id];
  std::vector<Entry>& open = series.open;
  TimeMs newest = !open.empty()           ? open.back().point.t
                  : series.chunks.empty() ? kMinTime
                                          : series.chunks.back()->maxt;
  bool first = open.empty() && series.chunks.empty();
  if (!first && point.t <= newest) return false;
  if (open.size() >= kOpen) {
    size_t settled = 0;
    while (settled < open.size() && open[settled].sequence <= watermark) ++settled;
    // All or nothing keeps the number of encodings down while a query holds some back.
    if (settled >= kOpen) Encode(&series, settled);
  }
  open.push_back({std::move(point), sequence});
  any_.store(true, std::memory_order_release);
  return true;
}

void HistogramStore::Read(SeriesId id, TimeMs mint, TimeMs maxt, uint64_t sequence,
                          std::vector<chunk::HistogramPoint>* out) const {
  std::vector<Chunk> chunks;
  std::vector<chunk::HistogramPoint> newest;
  {
    MutexLock lock(mutex_);
    mint = OldestShown(mint, sequence);
    auto found = series_.find(id);
    if (found == series_.end()) return;
    for (const Chunk& one : found->second.chunks) {
      if (one->maxt >= mint && one->mint <= maxt) chunks.push_back(one);
    }
    for (const Entry& entry : found->second.open) {
      bool inside = entry.point.t >= mint && entry.point.t <= maxt;
      if (inside && entry.sequence <= sequence) newest.push_back(entry.point);
    }
  }
  for (const Chunk& one : chunks) AppendDecoded(*one, mint, maxt, out);
  std::move(newest.begin(), newest.end(), std::back_inserter(*out));
}

bool HistogramStore::HasSamples(SeriesId id, TimeMs mint, TimeMs maxt, uint64_t sequence) const {
  MutexLock lock(mutex_);
  mint = OldestShown(mint, sequence);
  auto found = series_.find(id);
  if (found == series_.end()) return false;
  const Series& series = found->second;
  return std::any_of(series.chunks.begin(), series.chunks.end(),
                     [&](const Chunk& one) { return one->maxt >= mint && one->mint <= maxt; }) ||
         std::any_of(series.open.begin(), series.open.end(), [&](const Entry& entry) {
           return entry.point.t >= mint && entry.point.t <= maxt && entry.sequence <= sequence;
         });
}

void HistogramStore::AddSeries(std::vector<SeriesId>* ids) const {
  MutexLock lock(mutex_);
  for (const auto& [id, series] : series_) ids->push_back(id);
}

std::optional<HistogramStore::Newest> HistogramStore::NewestOf(SeriesId id) const {
  MutexLock lock(mutex_);
  auto found = series_.find(id);
  if (found == series_.end()) return std::nullopt;
  const Series& series = found->second;
  if (!series.open.empty()) {
    const chunk::HistogramPoint& point = series.open.back().point;
    return Newest{point.t, point.is_float};
  }
  const chunk::OwnedChunk& last = *series.chunks.back();
  return Newest{last.maxt, last.encoding == chunk::Encoding::kFloatHistogram};
}

bool HistogramStore::EndsWith(SeriesId id, const chunk::HistogramPoint& point) const {
  std::vector<chunk::HistogramPoint> newest;
  Read(id, point.t, kMaxTime, UINT64_MAX, &newest);
  if (newest.size() != 1 || newest[0].t != point.t) return false;
  if (newest[0].is_float != point.is_float) return false;
  return point.is_float ? Same(newest[0].floating, point.floating)
                        : Same(newest[0].integer, point.integer);
}

std::optional<TimeMs> HistogramStore::OldestTime(SeriesId id) const {
  MutexLock lock(mutex_);
  auto found = series_.find(id);
  if (found == series_.end()) return std::nullopt;
  const Series& series = found->second;
  return series.chunks.empty() ? series.open.front().point.t : series.chunks.front()->mint;
}

void HistogramStore::DropBefore(TimeMs t, uint64_t sequence, uint64_t watermark) {
  MutexLock lock(mutex_);
  if (series_.empty()) return;
  cuts_.push_back({t, sequence});
  Purge(watermark);
}

TimeMs HistogramStore::OldestShown(TimeMs mint, uint64_t sequence) const {
  for (const Cut& cut : cuts_) {
    if (sequence > cut.sequence) mint = std::max(mint, cut.t);
  }
  return mint;
}

void HistogramStore::Purge(uint64_t watermark) {
  TimeMs before = kMinTime;
  std::erase_if(cuts_, [&](const Cut& cut) {
    if (cut.sequence >= watermark) return false;
    before = std::max(before, cut.t);
    return true;
  });
  if (before != kMinTime) Erase(before);
}

void HistogramStore::Erase(TimeMs t) {
  for (auto& [id, series] : series_) {
    std::erase_if(series.chunks, [&](const Chunk& one) { return one->maxt < t; });
    std::erase_if(series.open, [&](const Entry& entry) { return entry.point.t < t; });
    if (series.chunks.empty() || series.chunks.front()->mint >= t) continue;
    // The cut goes through a chunk.
    std::vector<chunk::HistogramPoint> points;
    AppendDecoded(*series.chunks.front(), t, kMaxTime, &points);
    std::vector<chunk::OwnedChunk> rest;
    chunk::EncodeHistograms(points, false, &rest);
    series.chunks.erase(series.chunks.begin());
    for (size_t i = 0; i < rest.size(); ++i) {
      series.chunks.insert(series.chunks.begin() + static_cast<ptrdiff_t>(i),
                           std::make_shared<const chunk::OwnedChunk>(std::move(rest[i])));
    }
  }
  std::erase_if(series_, [](const auto& item) {
    return item.second.chunks.empty() && item.second.open.empty();
  });
}

size_t HistogramStore::num_series() const {
  MutexLock lock(mutex_);
  return series_.size();
}

size_t HistogramStore::bytes() const {
  auto buckets = [](const auto& h, const auto& positive, const auto& negative) {
    return (h.positive_spans.capacity() + h.negative_spans.capacity()) * sizeof(model::Span) +
           (h.custom_values.capacity() + positive.capacity() + negative.capacity()) * 8;
  };
  size_t bytes = 0;
  MutexLock lock(mutex_);
  for (const auto& [id, series] : series_) {
    bytes += sizeof(id) + sizeof(series) + series.open.capacity() * sizeof(Entry);
    for (const Chunk& one : series.chunks) bytes += sizeof(*one) + one->data.capacity();
    for (const Entry& entry : series.open) {
      const model::Histogram& i = entry.point.integer;
      const model::FloatHistogram& f = entry.point.floating;
      bytes += buckets(i, i.positive_deltas, i.negative_deltas) +
               buckets(f, f.positive_buckets, f.negative_buckets);
    }
  }
  return bytes;
}

}  // namespace watchfire::head
