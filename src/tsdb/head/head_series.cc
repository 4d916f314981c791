#include "tsdb/head/head_series.h"

#include <algorithm>

namespace watchfire::head {

HeadSeries::HeadSeries(Head* head, const View& view)
    : head_(head), view_(view), reader_(&head->samples_, view.snapshot) {}

void HeadSeries::Point(SeriesId id) {
  id_ = id;
  has_labels_ = false;
  deleted_ = Deletions::Of(view_.deleted, id);
  has_late_ = std::any_of(view_.late.begin(), view_.late.end(), [&](const auto& store) {
    return !store->empty() && store->MayHaveSamples(id, view_.mint, view_.maxt);
  });
}

bool HeadSeries::Shows() {
  if (deleted_ != nullptr) {
    return !Read(view_.mint, view_.maxt).t.empty() ||
           !ReadHistograms(view_.mint, view_.maxt).empty();
  }
  if (has_late_ || reader_.HasSamples(id_, view_.mint, view_.maxt)) return true;
  return !head_->histograms_.empty() &&
         head_->histograms_.HasSamples(id_, view_.mint, view_.maxt, view_.snapshot->sequence());
}

const model::Labels& HeadSeries::labels() const {
  if (!has_labels_) labels_ = head_->index_.LabelsOf(id_);
  has_labels_ = true;
  return labels_;
}

storage::Columns HeadSeries::Read(TimeMs mint, TimeMs maxt) {
  mint = std::max(mint, view_.mint);
  maxt = std::min(maxt, view_.maxt);
  storage::Columns all = reader_.Read(id_, mint, maxt);
  if (has_late_) all = WithLate(all, mint, maxt);
  return deleted_ == nullptr ? all : WithoutDeleted(all);
}

bool HeadSeries::Latest(TimeMs mint, TimeMs maxt, model::Sample* out) {
  if (deleted_ != nullptr || has_late_) {
    storage::Columns columns = Read(mint, maxt);
    if (columns.t.empty()) return false;
    *out = {columns.t.back(), columns.v.back()};
    return true;
  }
  return reader_.Latest(id_, std::max(mint, view_.mint), std::min(maxt, view_.maxt), out);
}

std::vector<storage::HistogramSample> HeadSeries::ReadHistograms(TimeMs mint, TimeMs maxt) {
  mint = std::max(mint, view_.mint);
  maxt = std::min(maxt, view_.maxt);
  std::vector<chunk::HistogramPoint> points;
  if (!head_->histograms_.empty()) {
    head_->histograms_.Read(id_, mint, maxt, view_.snapshot->sequence(), &points);
  }
  if (has_late_) AddLatePoints(mint, maxt, &points);
  std::vector<storage::HistogramSample> all;
  all.reserve(points.size());
  for (const chunk::HistogramPoint& point : points) {
    if (!IsDeleted(point.t)) all.push_back(ToSample(point));
  }
  return all;
}

storage::Columns HeadSeries::WithoutDeleted(const storage::Columns& all) {
  std::vector<TimeMs> times;
  std::vector<double> values;
  for (size_t i = 0; i < all.t.size(); ++i) {
    if (IsDeleted(all.t[i])) continue;
    times.push_back(all.t[i]);
    values.push_back(all.v[i]);
  }
  return Own(std::move(times), std::move(values));
}

storage::Columns HeadSeries::Own(std::vector<TimeMs> times, std::vector<double> values) {
  kept_times_.push_back(std::make_unique<std::vector<TimeMs>>(std::move(times)));
  kept_values_ = std::move(values);
  return {*kept_times_.back(), kept_values_};
}

void HeadSeries::ReadLate(TimeMs mint, TimeMs maxt, std::span<const TimeMs> floats,
                          const std::vector<chunk::HistogramPoint>& points) {
  late_ = {};
  for (const auto& store : view_.late) {
    store->Read(id_, mint, maxt, view_.snapshot->sequence(), &late_part_);
    late_.times.insert(late_.times.end(), late_part_.times.begin(), late_part_.times.end());
    late_.values.insert(late_.values.end(), late_part_.values.begin(), late_part_.values.end());
    std::move(late_part_.points.begin(), late_part_.points.end(), std::back_inserter(late_.points));
  }
  SortByTime(&late_);
  auto in_order = [&](TimeMs t) {
    return std::binary_search(floats.begin(), floats.end(), t) ||
           std::any_of(points.begin(), points.end(), [&](const auto& one) { return one.t == t; });
  };
  size_t kept = 0;
  for (size_t i = 0; i < late_.times.size(); ++i) {
    if (in_order(late_.times[i])) continue;
    late_.times[kept] = late_.times[i];
    late_.values[kept++] = late_.values[i];
  }
  late_.times.resize(kept);
  late_.values.resize(kept);
  std::erase_if(late_.points, [&](const auto& one) { return in_order(one.t); });
}

storage::Columns HeadSeries::WithLate(const storage::Columns& all, TimeMs mint, TimeMs maxt) {
  std::vector<chunk::HistogramPoint> points;
  if (!head_->histograms_.empty()) {
    head_->histograms_.Read(id_, mint, maxt, view_.snapshot->sequence(), &points);
  }
  ReadLate(mint, maxt, all.t, points);
  if (late_.times.empty()) return all;
  std::vector<TimeMs> times;
  std::vector<double> values;
  times.reserve(all.t.size() + late_.times.size());
  values.reserve(times.capacity());
  size_t l = 0;
  auto take_late_before = [&](TimeMs t) {
    for (; l < late_.times.size() && late_.times[l] < t; ++l) {
      times.push_back(late_.times[l]);
      values.push_back(late_.values[l]);
    }
  };
  for (size_t i = 0; i < all.t.size(); ++i) {
    take_late_before(all.t[i]);
    times.push_back(all.t[i]);
    values.push_back(all.v[i]);
  }
  take_late_before(INT64_MAX);
  return Own(std::move(times), std::move(values));
}

void HeadSeries::AddLatePoints(TimeMs mint, TimeMs maxt,
                               std::vector<chunk::HistogramPoint>* points) {
  ReadLate(mint, maxt, {}, *points);
  if (late_.points.empty()) return;
  // A reader of its own: what the last Read returned must stay.
  SampleReader reader(&head_->samples_, view_.snapshot);
  std::span<const TimeMs> floats = reader.Read(id_, mint, maxt).t;
  std::erase_if(late_.points, [&](const chunk::HistogramPoint& one) {
    return std::binary_search(floats.begin(), floats.end(), one.t);
  });
  std::move(late_.points.begin(), late_.points.end(), std::back_inserter(*points));
  std::sort(points->begin(), points->end(), [](const auto& a, const auto& b) { return a.t < b.t; });
}

}  // namespace watchfire::head
