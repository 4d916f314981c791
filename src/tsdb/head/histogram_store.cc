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

}  // namespace

Result<void> ValidateHistogram(const model::Histogram& h) {
  TRY(CheckSide("negative", h.negative_spans, h.negative_deltas.size()));
  return CheckSide("positive", h.positive_spans, h.positive_deltas.size());
}

Result<void> ValidateHistogram(const model::FloatHistogram& h) {
  TRY(CheckSide("negative", h.negative_spans, h.negative_buckets.size()));
  return CheckSide("positive", h.positive_spans, h.positive_buckets.size());
}

bool HistogramStore::Append(SeriesId id, storage::HistogramSample sample, uint64_t sequence) {
  MutexLock lock(mutex_);
  std::vector<Entry>& entries = series_[id];
  if (!entries.empty() && sample.t <= entries.back().sample.t) return false;
  entries.push_back({std::move(sample), sequence});
  any_.store(true, std::memory_order_release);
  return true;
}

std::vector<storage::HistogramSample> HistogramStore::Read(SeriesId id, TimeMs mint, TimeMs maxt,
                                                           uint64_t sequence) const {
  std::vector<storage::HistogramSample> out;
  MutexLock lock(mutex_);
  auto found = series_.find(id);
  if (found == series_.end()) return out;
  for (const Entry& entry : found->second) {
    bool inside = entry.sample.t >= mint && entry.sample.t <= maxt;
    if (inside && entry.sequence <= sequence) out.push_back(entry.sample);
  }
  return out;
}

bool HistogramStore::HasSamples(SeriesId id, TimeMs mint, TimeMs maxt, uint64_t sequence) const {
  MutexLock lock(mutex_);
  auto found = series_.find(id);
  if (found == series_.end()) return false;
  return std::any_of(found->second.begin(), found->second.end(), [&](const Entry& entry) {
    return entry.sample.t >= mint && entry.sample.t <= maxt && entry.sequence <= sequence;
  });
}

std::optional<TimeMs> HistogramStore::NewestTime(SeriesId id) const {
  MutexLock lock(mutex_);
  auto found = series_.find(id);
  if (found == series_.end() || found->second.empty()) return std::nullopt;
  return found->second.back().sample.t;
}

void HistogramStore::DropBefore(TimeMs t) {
  MutexLock lock(mutex_);
  for (auto& [id, entries] : series_) {
    auto keep = std::find_if(entries.begin(), entries.end(),
                             [&](const Entry& entry) { return entry.sample.t >= t; });
    entries.erase(entries.begin(), keep);
  }
  std::erase_if(series_, [](const auto& item) { return item.second.empty(); });
}

size_t HistogramStore::num_series() const {
  MutexLock lock(mutex_);
  return series_.size();
}

}  // namespace watchfire::head
