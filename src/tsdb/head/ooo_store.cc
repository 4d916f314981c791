#include "tsdb/head/ooo_store.h"

#include <algorithm>
#include <numeric>

namespace watchfire::head {
namespace {

// A piece that has fewer is merged with what comes next.
constexpr uint32_t kFullPiece = 120;

template <typename Entries>
bool AllSettled(const Entries& entries, uint64_t watermark) {
  return std::all_of(entries.begin(), entries.end(),
                     [&](const auto& entry) { return entry.sequence <= watermark; });
}

void Decode(const chunk::OwnedChunk& piece, TimeMs mint, TimeMs maxt, OooSamples* out) {
  Result<void> decoded =
      chunk::HoldsFloats(piece.encoding)
          ? chunk::DecodeFloats(piece.view(), mint, maxt, &out->times, &out->values)
          : chunk::DecodeHistograms(piece.view(), mint, maxt, &out->points);
  WF_CHECK(decoded.ok());  // we encoded it
}

TimeMs AlignedStart(TimeMs t, int64_t width_ms) {
  TimeMs rest = t % width_ms;
  return t - (rest < 0 ? rest + width_ms : rest);
}

}  // namespace

void SortByTime(OooSamples* samples) {
  std::vector<TimeMs>& times = samples->times;
  auto ascend = [](const auto& range, auto time_of) {
    for (size_t i = 1; i < range.size(); ++i) {
      if (time_of(range[i]) <= time_of(range[i - 1])) return false;
    }
    return true;
  };
  if (!ascend(times, [](TimeMs t) { return t; })) {
    std::vector<uint32_t> order(times.size());
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(),
                     [&](uint32_t a, uint32_t b) { return times[a] < times[b]; });
    OooSamples sorted;
    for (uint32_t i : order) {
      if (!sorted.times.empty() && sorted.times.back() == times[i]) continue;
      sorted.times.push_back(times[i]);
      sorted.values.push_back(samples->values[i]);
    }
    times = std::move(sorted.times);
    samples->values = std::move(sorted.values);
  }
  std::vector<chunk::HistogramPoint>& points = samples->points;
  if (points.empty()) return;
  if (!ascend(points, [](const chunk::HistogramPoint& p) { return p.t; })) {
    std::stable_sort(points.begin(), points.end(),
                     [](const auto& a, const auto& b) { return a.t < b.t; });
    auto end = std::unique(points.begin(), points.end(),
                           [](const auto& a, const auto& b) { return a.t == b.t; });
    points.erase(end, points.end());
  }
  std::erase_if(points, [&](const chunk::HistogramPoint& p) {
    return std::binary_search(times.begin(), times.end(), p.t);
  });
}

void OooStore::Saw(Series* series, TimeMs t) {
  series->newest = std::max(series->newest, t);
  mint_.store(std::min(mint(), t), std::memory_order_relaxed);
  maxt_.store(std::max(maxt(), t), std::memory_order_relaxed);
  any_.store(true, std::memory_order_release);
}

void OooStore::EncodeOpenFloats(Series* series) {
  OooSamples all;
  auto last = std::find_if(series->pieces.rbegin(), series->pieces.rend(),
                           [](const Chunk& one) { return chunk::HoldsFloats(one->encoding); });
  if (last != series->pieces.rend() && chunk::SampleCount((*last)->view()) < kFullPiece) {
    Decode(**last, kMinTime, kMaxTime, &all);
    series->pieces.erase(std::next(last).base());
  }
  for (const FloatEntry& entry : series->floats) {
    all.times.push_back(entry.t);
    all.values.push_back(entry.v);
  }
  series->floats = {};
  SortByTime(&all);
  std::vector<chunk::OwnedChunk> chunks;
  chunk::EncodeFloats(all.times, all.values, chunk::kFullLimits, chunk::Encoding::kXor, &chunks);
  for (chunk::OwnedChunk& one : chunks) {
    one.data.shrink_to_fit();
    series->pieces.push_back(std::make_shared<const chunk::OwnedChunk>(std::move(one)));
  }
}

void OooStore::EncodeOpenPoints(Series* series) {
  OooSamples all;
  auto last = std::find_if(series->pieces.rbegin(), series->pieces.rend(),
                           [](const Chunk& one) { return !chunk::HoldsFloats(one->encoding); });
  if (last != series->pieces.rend() && chunk::SampleCount((*last)->view()) < kFullPiece) {
    Decode(**last, kMinTime, kMaxTime, &all);
    series->pieces.erase(std::next(last).base());
  }
  for (PointEntry& entry : series->points) all.points.push_back(std::move(entry.point));
  series->points = {};
  SortByTime(&all);
  std::vector<chunk::OwnedChunk> chunks;
  chunk::EncodeHistograms(all.points, false, &chunks);
  for (chunk::OwnedChunk& one : chunks) {
    one.data.shrink_to_fit();
    series->pieces.push_back(std::make_shared<const chunk::OwnedChunk>(std::move(one)));
  }
}

bool OooStore::Append(SeriesId id, TimeMs t, double v, uint64_t sequence, uint64_t watermark) {
  MutexLock lock(mutex_);
  Series& series = series_[id];
  if (series.floats.size() >= kOpen && AllSettled(series.floats, watermark)) {
    EncodeOpenFloats(&series);
  }
  auto at = std::lower_bound(series.floats.begin(), series.floats.end(), t,
                             [](const FloatEntry& entry, TimeMs time) { return entry.t < time; });
  if (at != series.floats.end() && at->t == t) return false;
  series.floats.insert(at, {t, v, sequence});
  Saw(&series, t);
  return true;
}

bool OooStore::AppendHistogram(SeriesId id, chunk::HistogramPoint point, uint64_t sequence,
                               uint64_t watermark) {
  MutexLock lock(mutex_);
  Series& series = series_[id];
  if (series.points.size() >= kOpen && AllSettled(series.points, watermark)) {
    EncodeOpenPoints(&series);
  }
  TimeMs t = point.t;
  auto at =
      std::lower_bound(series.points.begin(), series.points.end(), t,
                       [](const PointEntry& entry, TimeMs time) { return entry.point.t < time; });
  if (at != series.points.end() && at->point.t == t) return false;
  series.points.insert(at, {std::move(point), sequence});
  Saw(&series, t);
  return true;
}

void OooStore::Read(SeriesId id, TimeMs mint, TimeMs maxt, uint64_t sequence,
                    OooSamples* out) const {
  out->times.clear();
  out->values.clear();
  out->points.clear();
  std::vector<Chunk> pieces;
  {
    MutexLock lock(mutex_);
    auto found = series_.find(id);
    if (found == series_.end()) return;
    const Series& series = found->second;
    for (const Chunk& one : series.pieces) {
      if (one->maxt >= mint && one->mint <= maxt) pieces.push_back(one);
    }
    auto shows = [&](TimeMs t, uint64_t of) { return t >= mint && t <= maxt && of <= sequence; };
    for (const FloatEntry& entry : series.floats) {
      if (!shows(entry.t, entry.sequence)) continue;
      out->times.push_back(entry.t);
      out->values.push_back(entry.v);
    }
    for (const PointEntry& entry : series.points) {
      if (shows(entry.point.t, entry.sequence)) out->points.push_back(entry.point);
    }
  }
  for (const Chunk& one : pieces) Decode(*one, mint, maxt, out);
  SortByTime(out);
}

bool OooStore::MayHaveSamples(SeriesId id, TimeMs mint, TimeMs maxt) const {
  MutexLock lock(mutex_);
  auto found = series_.find(id);
  if (found == series_.end()) return false;
  const Series& series = found->second;
  auto overlaps = [&](TimeMs first, TimeMs last) { return last >= mint && first <= maxt; };
  if (!series.floats.empty() && overlaps(series.floats.front().t, series.floats.back().t)) {
    return true;
  }
  if (!series.points.empty() &&
      overlaps(series.points.front().point.t, series.points.back().point.t)) {
    return true;
  }
  return std::any_of(series.pieces.begin(), series.pieces.end(),
                     [&](const Chunk& one) { return overlaps(one->mint, one->maxt); });
}

std::vector<SeriesId> OooStore::SeriesIn(TimeMs mint, TimeMs maxt) const {
  std::vector<SeriesId> ids;
  {
    MutexLock lock(mutex_);
    ids.reserve(series_.size());
    for (const auto& item : series_) ids.push_back(item.first);
  }
  std::erase_if(ids, [&](SeriesId id) { return !MayHaveSamples(id, mint, maxt); });
  std::sort(ids.begin(), ids.end());
  return ids;
}

bool OooStore::Has(SeriesId id) const {
  MutexLock lock(mutex_);
  return series_.contains(id);
}

TimeMs OooStore::NewestTime(SeriesId id) const {
  MutexLock lock(mutex_);
  auto found = series_.find(id);
  return found == series_.end() ? kMinTime : found->second.newest;
}

void OooStore::AddRangeStarts(int64_t width_ms, std::set<TimeMs>* starts) const {
  MutexLock lock(mutex_);
  for (const auto& [id, series] : series_) {
    for (const FloatEntry& entry : series.floats) starts->insert(AlignedStart(entry.t, width_ms));
    for (const PointEntry& entry : series.points) {
      starts->insert(AlignedStart(entry.point.t, width_ms));
    }
    for (const Chunk& one : series.pieces) {
      TimeMs first = AlignedStart(one->mint, width_ms);
      starts->insert(first);
      if (AlignedStart(one->maxt, width_ms) == first) continue;
      OooSamples samples;
      Decode(*one, kMinTime, kMaxTime, &samples);
      for (TimeMs t : samples.times) starts->insert(AlignedStart(t, width_ms));
      for (const auto& point : samples.points) starts->insert(AlignedStart(point.t, width_ms));
    }
  }
}

size_t OooStore::num_series() const {
  MutexLock lock(mutex_);
  return series_.size();
}

size_t OooStore::bytes() const {
  constexpr size_t kNode = 4 * sizeof(void*);
  MutexLock lock(mutex_);
  size_t bytes = series_.bucket_count() * sizeof(void*);
  for (const auto& [id, series] : series_) {
    bytes += kNode + sizeof(id) + sizeof(series) + series.pieces.capacity() * sizeof(Chunk) +
             series.floats.capacity() * sizeof(FloatEntry) +
             series.points.capacity() * sizeof(PointEntry);
    for (const Chunk& one : series.pieces) bytes += sizeof(*one) + kNode + one->data.capacity();
  }
  return bytes;
}

}  // namespace watchfire::head
