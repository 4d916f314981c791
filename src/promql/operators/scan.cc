#include "promql/operators/scan.h"

#include <algorithm>

namespace watchfire::promql {
namespace {

// Step times with the node's @ and offset applied.
std::vector<TimeMs> LookTimes(const PlanNode& node, const Grid& grid) {
  std::vector<TimeMs> times(grid.count);
  for (size_t i = 0; i < grid.count; ++i) times[i] = node.TimeOf(grid.at(i));
  return times;
}

// The newest sample at or before each step, within the lookback.
class SelectorStream final : public Stream {
 public:
  SelectorStream(QueryContext& context, const PlanNode& node, const Grid& grid,
                 bool values_are_times)
      : context_(context),
        set_(OpenSeries(context, node, grid, false)),
        times_(LookTimes(node, grid)),
        values_are_times_(values_are_times) {
    column_.Reset(grid.count);
  }

  bool Next() override {
    if (!set_->Next()) {
      if (Result<void> status = set_->status(); !status.ok()) ThrowStorageError(status.error());
      return false;
    }
    storage::Series& series = set_->At();
    if (times_.size() == 1) {
      ReadLatest(series);
    } else {
      ReadRange(series);
    }
    return true;
  }
  const model::Labels& labels() override { return set_->At().labels(); }
  Column& column() override { return column_; }

 private:
  void ReadLatest(storage::Series& series);
  void ReadRange(storage::Series& series);
  void AddHistograms(const std::vector<storage::HistogramSample>& histograms,
                     std::span<const TimeMs> float_t);

  QueryContext& context_;
  std::unique_ptr<storage::SeriesSet> set_;
  std::vector<TimeMs> times_;
  bool values_are_times_;
  Column column_;
  // picks_[i]: 1 + index of the sample of step i, 0 for none; valid for these times.
  const TimeMs* picked_t_ = nullptr;
  size_t picked_size_ = 0;
  std::vector<uint32_t> picks_;
};

bool IsStale(const storage::HistogramSample& sample) {
  return model::IsStaleNan(sample.histogram.sum);
}

void SelectorStream::ReadLatest(storage::Series& series) {
  context_.Tick(1);
  TimeMs t = times_[0];
  TimeMs mint = t - context_.lookback_ms + 1;
  model::Sample sample;
  column_.h.clear();
  double& out = column_.v[0];
  bool found = series.Latest(mint, t, &sample);
  out = found ? sample.v : kAbsent;
  if (found && !IsAbsent(out) && values_are_times_) out = ToSeconds(sample.t);
  std::vector<storage::HistogramSample> histograms =
      series.ReadHistograms(found ? sample.t + 1 : mint, t);
  if (!histograms.empty()) {
    storage::HistogramSample& last = histograms.back();
    out = kAbsent;
    if (!IsStale(last)) {
      if (values_are_times_) {
        out = ToSeconds(last.t);
      } else {
        column_.SetHistogram(
            0, std::make_shared<const model::FloatHistogram>(std::move(last.histogram)));
      }
    }
  }
  context_.stats.total_queryable_samples += column_.Has(0) ? 1 : 0;
  context_.stats.samples_read += column_.Has(0) ? 1 : 0;
}

void SelectorStream::ReadRange(storage::Series& series) {
  TimeMs mint = times_.front() - context_.lookback_ms + 1;
  storage::Columns data = series.Read(mint, times_.back());
  context_.Tick(data.t.size() + times_.size());
  context_.stats.samples_read += data.t.size();
  if (picks_.empty() || data.t.data() != picked_t_ || data.t.size() != picked_size_) {
    picks_.resize(times_.size());
    size_t next = 0;
    for (size_t i = 0; i < times_.size(); ++i) {
      while (next < data.t.size() && data.t[next] <= times_[i]) ++next;
      bool fresh = next > 0 && data.t[next - 1] > times_[i] - context_.lookback_ms;
      picks_[i] = fresh ? static_cast<uint32_t>(next) : 0;
    }
    picked_t_ = data.t.data();
    picked_size_ = data.t.size();
  }
  column_.h.clear();
  // A stale marker is what an absent step looks like, so it needs no test.
  for (size_t i = 0; i < picks_.size(); ++i) {
    column_.v[i] = picks_[i] == 0 ? kAbsent : data.v[picks_[i] - 1];
  }
  if (values_are_times_) {
    for (size_t i = 0; i < picks_.size(); ++i) {
      if (column_.HasFloat(i)) column_.v[i] = ToSeconds(data.t[picks_[i] - 1]);
    }
  }
  std::vector<storage::HistogramSample> histograms = series.ReadHistograms(mint, times_.back());
  if (!histograms.empty()) AddHistograms(histograms, data.t);
  size_t present = 0;
  for (size_t i = 0; i < picks_.size(); ++i) present += column_.HasFloat(i) ? 1 : 0;
  context_.stats.total_queryable_samples += present;
}

void SelectorStream::AddHistograms(const std::vector<storage::HistogramSample>& histograms,
                                   std::span<const TimeMs> float_t) {
  context_.stats.samples_read += histograms.size();
  std::vector<HistogramPtr> shared;
  for (const storage::HistogramSample& sample : histograms) {
    shared.push_back(IsStale(sample)
                         ? nullptr
                         : std::make_shared<const model::FloatHistogram>(sample.histogram));
  }
  size_t next = 0;
  for (size_t i = 0; i < times_.size(); ++i) {
    while (next < histograms.size() && histograms[next].t <= times_[i]) ++next;
    if (next == 0 || histograms[next - 1].t <= times_[i] - context_.lookback_ms) continue;
    TimeMs t = histograms[next - 1].t;
    if (picks_[i] > 0 && float_t[picks_[i] - 1] >= t) continue;
    column_.v[i] = kAbsent;
    if (!shared[next - 1]) continue;
    context_.stats.total_queryable_samples += 1;
    if (values_are_times_) {
      column_.v[i] = ToSeconds(t);
    } else {
      column_.SetHistogram(i, shared[next - 1]);
    }
  }
}

class SelectorRangeSource final : public RangeSource {
 public:
  SelectorRangeSource(QueryContext& context, const PlanNode& node, const Grid& grid)
      : context_(context), set_(OpenSeries(context, node, grid, false)), held_(context) {
    grid_ = MakeWindowGrid(node, grid);
  }
  bool Next() override {
    if (!set_->Next()) {
      if (Result<void> status = set_->status(); !status.ok()) ThrowStorageError(status.error());
      return false;
    }
    storage::Series& series = set_->At();
    TimeMs mint = grid_.ends.front() - grid_.range_ms + 1;
    TimeMs maxt = grid_.ends.back();
    storage::Columns floats = series.Read(mint, maxt);
    std::vector<storage::HistogramSample> histograms = series.ReadHistograms(mint, maxt);
    size_t samples = floats.t.size() + histograms.size();
    held_.Reset();
    held_.Add(samples);
    context_.Tick(samples + grid_.ends.size());
    context_.stats.samples_read += samples;
    SetSeries(floats, std::move(histograms), true);
    context_.stats.total_queryable_samples += windows().total;
    if (!this->histograms().empty()) {
      context_.stats.total_queryable_samples += histogram_windows().total;
    }
    return true;
  }
  const model::Labels& labels() override { return set_->At().labels(); }

 private:
  QueryContext& context_;
  std::unique_ptr<storage::SeriesSet> set_;
  HeldSamples held_;
};

}  // namespace

std::unique_ptr<storage::SeriesSet> OpenSeries(QueryContext& context, const PlanNode& node,
                                               const Grid& grid, bool sorted) {
  storage::SelectHints hints;
  int64_t back = node.kind == NodeKind::kRange ? node.range_ms : context.lookback_ms;
  hints.start = node.TimeOf(grid.start) - back + 1;
  hints.end = node.TimeOf(grid.end());
  hints.step_ms = grid.step_ms;
  hints.range_ms = node.range_ms;
  hints.function = node.function;
  hints.grouping = node.grouping;
  hints.by = node.by;
  return context.querier->Select(sorted, hints, node.selector().matchers);
}

WindowGrid MakeWindowGrid(const PlanNode& node, const Grid& grid) {
  return {LookTimes(node, grid), node.range_ms};
}

void RangeSource::SetSeries(storage::Columns floats,
                            std::vector<storage::HistogramSample> histograms, bool shared) {
  histograms_ = std::move(histograms);
  std::erase_if(histograms_, IsStale);
  if (!histograms_.empty()) {
    std::vector<TimeMs> times;
    for (const storage::HistogramSample& sample : histograms_) times.push_back(sample.t);
    ComputeWindows(times, grid_, &histogram_windows_);
  }
  bool stale = std::any_of(floats.v.begin(), floats.v.end(), model::IsStaleNan);
  if (!stale && shared) {
    floats_ = floats;
    if (floats.t.data() != shared_t_ || floats.t.size() != shared_size_ || shared_version_ == 0) {
      ComputeWindows(floats.t, grid_, &shared_windows_);
      shared_t_ = floats.t.data();
      shared_size_ = floats.t.size();
      shared_version_ = next_version_++;
    }
    windows_ = &shared_windows_;
    version_ = shared_version_;
    return;
  }
  if (stale) {
    own_t_.clear();
    own_v_.clear();
    for (size_t i = 0; i < floats.t.size(); ++i) {
      if (model::IsStaleNan(floats.v[i])) continue;
      own_t_.push_back(floats.t[i]);
      own_v_.push_back(floats.v[i]);
    }
    floats = {own_t_, own_v_};
  }
  floats_ = floats;
  ComputeWindows(floats.t, grid_, &own_windows_);
  windows_ = &own_windows_;
  version_ = next_version_++;
}

StreamPtr MakeSelector(QueryContext& context, const PlanNode& node, const Grid& grid) {
  return std::make_unique<SelectorStream>(context, node, grid, false);
}

StreamPtr MakeTimestampSelector(QueryContext& context, const PlanNode& node, const Grid& grid) {
  return std::make_unique<SelectorStream>(context, node, grid, true);
}

std::unique_ptr<RangeSource> MakeRangeSource(QueryContext& context, const PlanNode& node,
                                             const Grid& grid) {
  if (node.kind == NodeKind::kSubquery) return MakeSubquerySource(context, node, grid);
  return std::make_unique<SelectorRangeSource>(context, node, grid);
}

}  // namespace watchfire::promql
