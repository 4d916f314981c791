#include <algorithm>
#include <numeric>
#include <optional>

#include "tsdb/head/head.h"
#include "tsdb/samples/sample_reader.h"

namespace watchfire::head {
namespace {

// What one querier shows; all of one moment.
struct View {
  TimeMs mint = kMinTime;
  TimeMs maxt = kMaxTime;
  const Snapshot* snapshot = nullptr;
  OooStores late;
  Deletions::Snapshot deleted;
};

}  // namespace

class HeadQuerier final : public storage::Querier {
 public:
  HeadQuerier(Head* head, TimeMs mint, TimeMs maxt)
      : head_(head),
        snapshot_(&head->samples_),
        view_{mint, maxt, &snapshot_, head->out_of_order_.stores(), head->deletions_.Get()} {}

  std::unique_ptr<storage::SeriesSet> Select(bool sorted, const storage::SelectHints& hints,
                                             const model::Matchers& matchers) override;
  Result<std::vector<std::string>> LabelNames(const model::Matchers& matchers,
                                              uint64_t limit) override;
  Result<std::vector<std::string>> LabelValues(const std::string& name,
                                               const model::Matchers& matchers,
                                               uint64_t limit) override;

 private:
  class Set;
  class OneSeries;

  bool Overlaps() const {
    return (view_.mint <= head_->max_time_.load(std::memory_order_relaxed) &&
            view_.maxt >= head_->min_time_.load(std::memory_order_relaxed)) ||
           std::any_of(view_.late.begin(), view_.late.end(), [&](const auto& store) {
             return view_.mint <= store->maxt() && view_.maxt >= store->mint();
           });
  }
  // What the lists are restricted to; nullopt: nothing.
  std::optional<std::vector<SeriesId>> Among(const model::Matchers& matchers) const {
    if (matchers.empty()) return std::nullopt;
    return head_->index_.Select(matchers);
  }

  Head* head_;
  Snapshot snapshot_;
  View view_;
};

class HeadQuerier::OneSeries final : public storage::Series {
 public:
  OneSeries(Head* head, const View& view)
      : head_(head), view_(view), reader_(&head->samples_, view.snapshot) {}

  // Whether the series shows anything.
  bool Reset(SeriesId id) {
    id_ = id;
    has_labels_ = false;
    deleted_ = Deletions::Of(view_.deleted, id);
    has_late_ = std::any_of(view_.late.begin(), view_.late.end(), [&](const auto& store) {
      return store->MayHaveSamples(id, view_.mint, view_.maxt);
    });
    if (deleted_ != nullptr) {
      return !Read(view_.mint, view_.maxt).t.empty() ||
             !ReadHistograms(view_.mint, view_.maxt).empty();
    }
    if (has_late_ || reader_.HasSamples(id, view_.mint, view_.maxt)) return true;
    return !head_->histograms_.empty() &&
           head_->histograms_.HasSamples(id, view_.mint, view_.maxt, view_.snapshot->sequence());
  }

  const model::Labels& labels() const override {
    if (!has_labels_) labels_ = head_->index_.LabelsOf(id_);
    has_labels_ = true;
    return labels_;
  }

  storage::Columns Read(TimeMs mint, TimeMs maxt) override {
    mint = std::max(mint, view_.mint);
    maxt = std::min(maxt, view_.maxt);
    storage::Columns all = reader_.Read(id_, mint, maxt);
    if (has_late_) all = WithLate(all, mint, maxt);
    return deleted_ == nullptr ? all : WithoutDeleted(all);
  }

  bool Latest(TimeMs mint, TimeMs maxt, model::Sample* out) override {
    if (deleted_ != nullptr || has_late_) {
      storage::Columns columns = Read(mint, maxt);
      if (columns.t.empty()) return false;
      *out = {columns.t.back(), columns.v.back()};
      return true;
    }
    return reader_.Latest(id_, std::max(mint, view_.mint), std::min(maxt, view_.maxt), out);
  }

  std::vector<storage::HistogramSample> ReadHistograms(TimeMs mint, TimeMs maxt) override {
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

 private:
  bool IsDeleted(TimeMs t) const { return deleted_ != nullptr && block::IsCovered(t, *deleted_); }

  storage::Columns WithoutDeleted(const storage::Columns& all) {
    std::vector<TimeMs> times;
    std::vector<double> values;
    for (size_t i = 0; i < all.t.size(); ++i) {
      if (IsDeleted(all.t[i])) continue;
      times.push_back(all.t[i]);
      values.push_back(all.v[i]);
    }
    return Own(std::move(times), std::move(values));
  }

  // Arrays of its own: times live as long as the set, values until the next Read.
  storage::Columns Own(std::vector<TimeMs> times, std::vector<double> values) {
    kept_times_.push_back(std::make_unique<std::vector<TimeMs>>(std::move(times)));
    kept_values_ = std::move(values);
    return {*kept_times_.back(), kept_values_};
  }

  // What came late in the range and is not there in order.
  void ReadLate(TimeMs mint, TimeMs maxt, std::span<const TimeMs> floats,
                const std::vector<chunk::HistogramPoint>& points) {
    late_ = {};
    for (const auto& store : view_.late) {
      store->Read(id_, mint, maxt, view_.snapshot->sequence(), &late_part_);
      late_.times.insert(late_.times.end(), late_part_.times.begin(), late_part_.times.end());
      late_.values.insert(late_.values.end(), late_part_.values.begin(), late_part_.values.end());
      std::move(late_part_.points.begin(), late_part_.points.end(),
                std::back_inserter(late_.points));
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

  storage::Columns WithLate(const storage::Columns& all, TimeMs mint, TimeMs maxt) {
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

  void AddLatePoints(TimeMs mint, TimeMs maxt, std::vector<chunk::HistogramPoint>* points) {
    ReadLate(mint, maxt, {}, *points);
    if (late_.points.empty()) return;
    // A reader of its own: what the last Read returned must stay.
    SampleReader reader(&head_->samples_, view_.snapshot);
    std::span<const TimeMs> floats = reader.Read(id_, mint, maxt).t;
    std::erase_if(late_.points, [&](const chunk::HistogramPoint& one) {
      return std::binary_search(floats.begin(), floats.end(), one.t);
    });
    std::move(late_.points.begin(), late_.points.end(), std::back_inserter(*points));
    std::sort(points->begin(), points->end(),
              [](const auto& a, const auto& b) { return a.t < b.t; });
  }

  Head* head_;
  const View& view_;
  SampleReader reader_;
  SeriesId id_ = 0;
  const block::Intervals* deleted_ = nullptr;
  bool has_late_ = false;
  mutable model::Labels labels_;
  mutable bool has_labels_ = false;
  std::vector<std::unique_ptr<std::vector<TimeMs>>> kept_times_;
  std::vector<double> kept_values_;
  OooSamples late_;
  OooSamples late_part_;
};

class HeadQuerier::Set final : public storage::SeriesSet {
 public:
  Set(Head* head, const View& view, std::vector<SeriesId> ids, bool sorted, uint64_t limit)
      : ids_(std::move(ids)), left_(limit == 0 ? UINT64_MAX : limit), series_(head, view) {
    if (sorted) head->index_.SortByLabels(&ids_);
  }

  bool Next() override {
    while (next_ < ids_.size() && left_ > 0) {
      size_t at = next_++;
      if (!series_.Reset(ids_[at])) continue;
      --left_;
      return true;
    }
    return false;
  }
  storage::Series& At() override { return series_; }
  Result<void> status() const override { return {}; }

 private:
  std::vector<SeriesId> ids_;
  size_t next_ = 0;
  uint64_t left_;
  OneSeries series_;
};

std::unique_ptr<storage::SeriesSet> HeadQuerier::Select(bool sorted,
                                                        const storage::SelectHints& hints,
                                                        const model::Matchers& matchers) {
  std::vector<SeriesId> ids;
  if (Overlaps()) ids = head_->index_.Select(matchers);
  return std::make_unique<Set>(head_, view_, std::move(ids), sorted, hints.limit);
}

namespace {

std::vector<std::string> Limited(std::vector<std::string> all, uint64_t limit) {
  if (limit > 0 && all.size() > limit) all.resize(static_cast<size_t>(limit));
  return all;
}

}  // namespace

Result<std::vector<std::string>> HeadQuerier::LabelNames(const model::Matchers& matchers,
                                                         uint64_t limit) {
  if (!Overlaps()) return std::vector<std::string>();
  auto among = Among(matchers);
  return Limited(head_->index_.LabelNames(among ? &*among : nullptr), limit);
}

Result<std::vector<std::string>> HeadQuerier::LabelValues(const std::string& name,
                                                          const model::Matchers& matchers,
                                                          uint64_t limit) {
  if (!Overlaps()) return std::vector<std::string>();
  auto among = Among(matchers);
  return Limited(head_->index_.LabelValues(name, among ? &*among : nullptr), limit);
}

Result<std::unique_ptr<storage::Querier>> Head::NewQuerier(TimeMs mint, TimeMs maxt) {
  return std::unique_ptr<storage::Querier>(std::make_unique<HeadQuerier>(this, mint, maxt));
}

}  // namespace watchfire::head
