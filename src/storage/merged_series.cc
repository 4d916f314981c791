#include "storage/merged_series.h"

#include <algorithm>

namespace watchfire::storage {

std::unique_ptr<std::vector<TimeMs>>& JoinedTimes::At(const Key& key) {
  if (newest_ == nullptr || newest_->first != key) newest_ = &*joined_.try_emplace(key).first;
  return newest_->second;
}

void MergedSeries::SetKey() {
  key_.clear();
  for (const Columns& piece : pieces_) key_.emplace_back(piece.t.data(), piece.t.size());
}

Columns MergedSeries::Read(TimeMs mint, TimeMs maxt) {
  pieces_.clear();
  for (Series* part : parts_) {
    Columns columns = part->Read(mint, maxt);
    if (!columns.t.empty()) pieces_.push_back(columns);
  }
  if (pieces_.empty()) return {};
  if (pieces_.size() == 1) return pieces_[0];
  bool in_order = true;
  for (size_t i = 1; i < pieces_.size(); ++i) {
    in_order &= pieces_[i - 1].t.back() < pieces_[i].t.front();
  }
  if (!in_order && !SortPieces()) return Interleave();
  values_.clear();
  for (const Columns& piece : pieces_) {
    values_.insert(values_.end(), piece.v.begin(), piece.v.end());
  }
  return {JoinTimes(), values_};
}

bool MergedSeries::Latest(TimeMs mint, TimeMs maxt, model::Sample* out) {
  bool found = false;
  for (Series* part : parts_) {
    model::Sample sample;
    if (!part->Latest(mint, maxt, &sample)) continue;
    if (!found || sample.t >= out->t) *out = sample;
    found = true;
  }
  return found;
}

std::vector<HistogramSample> MergedSeries::ReadHistograms(TimeMs mint, TimeMs maxt) {
  std::vector<HistogramSample> all;
  for (Series* part : parts_) {
    std::vector<HistogramSample> some = part->ReadHistograms(mint, maxt);
    if (all.empty()) {
      all = std::move(some);
      continue;
    }
    // Stable: of equal times the later part's sample comes last, and stays.
    size_t middle = all.size();
    std::move(some.begin(), some.end(), std::back_inserter(all));
    auto by_time = [](const HistogramSample& a, const HistogramSample& b) { return a.t < b.t; };
    std::inplace_merge(all.begin(), all.begin() + static_cast<ptrdiff_t>(middle), all.end(),
                       by_time);
    size_t kept = 0;
    for (size_t i = 0; i < all.size(); ++i) {
      if (i + 1 < all.size() && all[i + 1].t == all[i].t) continue;
      if (kept != i) all[kept] = std::move(all[i]);
      ++kept;
    }
    all.resize(kept);
  }
  return all;
}

bool MergedSeries::SortPieces() {
  sorted_ = pieces_;
  std::sort(sorted_.begin(), sorted_.end(),
            [](const Columns& a, const Columns& b) { return a.t.front() < b.t.front(); });
  for (size_t i = 1; i < sorted_.size(); ++i) {
    if (sorted_[i - 1].t.back() >= sorted_[i].t.front()) return false;
  }
  pieces_.swap(sorted_);
  return true;
}

std::span<const TimeMs> MergedSeries::JoinTimes() {
  SetKey();
  std::unique_ptr<std::vector<TimeMs>>& joined = joined_->At(key_);
  if (joined == nullptr) {
    joined = std::make_unique<std::vector<TimeMs>>();
    joined->reserve(values_.size());
    for (const Columns& piece : pieces_) {
      joined->insert(joined->end(), piece.t.begin(), piece.t.end());
    }
  }
  return *joined;
}

Columns MergedSeries::Interleave() {
  SetKey();
  std::unique_ptr<std::vector<TimeMs>>& joined = joined_->At(key_);
  bool keep_times = joined == nullptr;
  if (keep_times) joined = std::make_unique<std::vector<TimeMs>>();
  values_.clear();
  std::vector<size_t> next(pieces_.size());
  while (true) {
    TimeMs t = kMaxTime;
    double value = 0;
    bool any = false;
    for (size_t i = 0; i < pieces_.size(); ++i) {
      if (next[i] == pieces_[i].t.size() || (any && pieces_[i].t[next[i]] > t)) continue;
      any = true;
      t = pieces_[i].t[next[i]];
      value = pieces_[i].v[next[i]];
    }
    if (!any) break;
    for (size_t i = 0; i < pieces_.size(); ++i) {
      if (next[i] < pieces_[i].t.size() && pieces_[i].t[next[i]] == t) ++next[i];
    }
    if (keep_times) joined->push_back(t);
    values_.push_back(value);
  }
  return {*joined, values_};
}

}  // namespace watchfire::storage
