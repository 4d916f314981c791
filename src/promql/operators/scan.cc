#include "promql/operators/scan.h"

#include <algorithm>

#include "model/histogram_math.h"
#include "promql/operators/extended_range.h"
#include "promql/operators/histogram_stats.h"
#include "storage/label_groups.h"

namespace watchfire::promql {
namespace {

// Step times with the node's @ and offset applied.
std::vector<TimeMs> LookTimes(const PlanNode& node, const Grid& grid) {
  std::vector<TimeMs> times(grid.count);
  for (size_t i = 0; i < grid.count; ++i) times[i] = node.TimeOf(grid.at(i));
  return times;
}

bool IsStale(const storage::HistogramSample& sample) {
  return model::IsStaleNan(sample.histogram.sum);
}

// Without a branch a sample, as nearly no series has one.
bool HasStale(std::span<const double> values) {
  uint64_t found = 0;
  for (double v : values) found |= static_cast<uint64_t>(model::IsStaleNan(v));
  return found != 0;
}

void CheckStatus(const storage::SeriesSet& set) {
  if (Result<void> status = set.status(); !status.ok()) ThrowStorageError(status.error());
}

// Group numbers for the series of a storage that does not tell them.
class UntoldGroups {
 public:
  explicit UntoldGroups(const PlanNode& node) : groups_(node.grouping, node.by) {}
  uint32_t Of(std::span<const uint32_t> told, size_t at, storage::SeriesSet& set) {
    return told.empty() ? groups_.Find(set.RunLabels(at)) : told[at];
  }
  const model::Labels& labels(uint32_t group, const storage::SeriesSet& set) const {
    return groups_.size() > 0 ? groups_.labels(group) : set.GroupLabels(group);
  }

 private:
  storage::LabelGroups groups_;
};

// The newest sample at or before a single step, within the lookback.
class LatestStream final : public Stream {
 public:
  LatestStream(QueryContext& context, const PlanNode& node, const Grid& grid, bool values_are_times)
      : context_(context),
        set_(OpenSeries(context, node, grid, false)),
        groups_(node),
        step_(grid.start),
        t_(node.TimeOf(grid.start)),
        values_are_times_(values_are_times) {
    column_.Reset(1);
  }

  bool Next() override {
    if (++at_ >= run_.count) {
      at_ = 0;
      if (!ReadRun()) return false;
    }
    column_.h.clear();
    column_.v[0] = run_.v[at_];
    if (run_.histogram != nullptr) {
      SetHistogram(*run_.histogram);
    } else if (values_are_times_ && !IsAbsent(column_.v[0])) {
      column_.v[0] = ToSeconds(run_.t[at_]);
    }
    return true;
  }
  Pull NextBatch(Batch* batch) override {
    bool amid_run = at_ + 1 < run_.count;
    if (!amid_run && !ReadRun()) return Pull::kEnd;
    if (amid_run || run_.histogram != nullptr || values_are_times_ || run_.groups.empty()) {
      if (!amid_run) at_ = SIZE_MAX;
      Next();
      return Pull::kSeries;
    }
    at_ = run_.count - 1;
    values_.assign(run_.v.begin(), run_.v.end());
    *batch = {values_, run_.groups};
    return Pull::kBatch;
  }
  const model::Labels& labels() override { return set_->RunLabels(at_); }
  Column& column() override { return column_; }
  uint32_t group() override { return groups_.Of(run_.groups, at_, *set_); }
  const model::Labels& group_labels(uint32_t group) override {
    return groups_.labels(group, *set_);
  }

 private:
  bool ReadRun() {
    if (!set_->NextLatest(t_ - context_.lookback_ms + 1, t_, &run_)) {
      CheckStatus(*set_);
      return false;
    }
    context_.Tick(run_.count);
    size_t present = run_.count;
    if (run_.histogram != nullptr) {
      bool stale = IsStale(*run_.histogram);
      present = stale ? 0 : model::SizeInSamples(run_.histogram->histogram);
    } else {
      for (double v : run_.v) present -= IsAbsent(v) ? 1 : 0;
    }
    context_.stats.total_queryable_samples += present;
    context_.stats.samples_read += present;
    if (context_.counts_steps()) context_.CountStep({step_, 1, 1}, 0, present, present);
    return true;
  }
  void SetHistogram(const storage::HistogramSample& sample) {
    column_.v[0] = kAbsent;
    if (IsStale(sample)) return;
    if (values_are_times_) {
      column_.v[0] = ToSeconds(sample.t);
    } else {
      column_.SetHistogram(0, std::make_shared<model::FloatHistogram>(sample.histogram));
    }
  }

  QueryContext& context_;
  std::unique_ptr<storage::SeriesSet> set_;
  UntoldGroups groups_;
  TimeMs step_;
  TimeMs t_;
  bool values_are_times_;
  storage::LatestRun run_;
  size_t at_ = SIZE_MAX;  // in the run
  std::vector<double> values_;
  Column column_;
};

// The newest sample at or before each of several steps, within the lookback.
class SelectorStream final : public Stream {
 public:
  SelectorStream(QueryContext& context, const PlanNode& node, const Grid& grid,
                 bool values_are_times)
      : context_(context),
        set_(OpenSeries(context, node, grid, false)),
        groups_(node),
        steps_(grid),
        times_(LookTimes(node, grid)),
        mint_(times_.front() - context.lookback_ms + 1),
        values_are_times_(values_are_times),
        stats_only_(node.histogram_stats) {
    column_.Reset(grid.count);
  }

  bool Next() override {
    if (++at_ >= run_.count) {
      at_ = 0;
      if (!set_->NextRun(mint_, times_.back(), &run_)) {
        CheckStatus(*set_);
        return false;
      }
      if (picks_.empty() || run_.t.data() != picked_t_ || run_.t.size() != picked_size_) Pick();
    }
    Read();
    return true;
  }
  const model::Labels& labels() override { return set_->RunLabels(at_); }
  Column& column() override { return column_; }
  uint32_t group() override { return groups_.Of(run_.groups, at_, *set_); }
  const model::Labels& group_labels(uint32_t group) override {
    return groups_.labels(group, *set_);
  }

 private:
  void Pick();
  void Read();
  void CountSteps();
  void AddHistograms(const std::vector<storage::HistogramSample>& histograms,
                     std::span<const TimeMs> float_t);

  QueryContext& context_;
  std::unique_ptr<storage::SeriesSet> set_;
  UntoldGroups groups_;
  Grid steps_;
  std::vector<TimeMs> times_;
  TimeMs mint_;
  bool values_are_times_;
  bool stats_only_;
  storage::SeriesRun run_;
  size_t at_ = SIZE_MAX;  // in the run
  Column column_;
  // picks_[i]: 1 + index of the sample of step i, 0 for none; valid for these times.
  const TimeMs* picked_t_ = nullptr;
  size_t picked_size_ = 0;
  std::vector<uint32_t> picks_;
};

void SelectorStream::Pick() {
  picks_.resize(times_.size());
  size_t next = 0;
  for (size_t i = 0; i < times_.size(); ++i) {
    while (next < run_.t.size() && run_.t[next] <= times_[i]) ++next;
    bool fresh = next > 0 && run_.t[next - 1] > times_[i] - context_.lookback_ms;
    picks_[i] = fresh ? static_cast<uint32_t>(next) : 0;
  }
  picked_t_ = run_.t.data();
  picked_size_ = run_.t.size();
}

void SelectorStream::Read() {
  const double* v = run_.v + at_ * run_.t.size();
  context_.Tick(run_.t.size() + times_.size());
  context_.stats.samples_read += run_.t.size();
  column_.h.clear();
  // A stale marker is what an absent step looks like, so it needs no test.
  for (size_t i = 0; i < picks_.size(); ++i) {
    column_.v[i] = picks_[i] == 0 ? kAbsent : v[picks_[i] - 1];
  }
  if (values_are_times_) {
    for (size_t i = 0; i < picks_.size(); ++i) {
      if (column_.HasFloat(i)) column_.v[i] = ToSeconds(run_.t[picks_[i] - 1]);
    }
  }
  if (run_.histograms != nullptr && stats_only_) {
    AddHistograms(HistogramStats(*run_.histograms), run_.t);
  } else if (run_.histograms != nullptr) {
    AddHistograms(*run_.histograms, run_.t);
  }
  size_t present = 0;
  for (size_t i = 0; i < picks_.size(); ++i) present += column_.HasFloat(i) ? 1 : 0;
  context_.stats.total_queryable_samples += present;
  if (context_.counts_steps()) CountSteps();
}

void SelectorStream::CountSteps() {
  for (size_t i = 0; i < picks_.size(); ++i) {
    if (!column_.Has(i)) continue;
    bool fresh = i == 0 || picks_[i] != picks_[i - 1];
    size_t samples = column_.HasHistogram(i) ? model::SizeInSamples(*column_.h[i]) : 1;
    context_.CountStep(steps_, i, samples, fresh ? samples : 0);
  }
}

void SelectorStream::AddHistograms(const std::vector<storage::HistogramSample>& histograms,
                                   std::span<const TimeMs> float_t) {
  context_.stats.samples_read += CountSamples(histograms);
  const storage::HistogramSample* shown = nullptr;  // by `shared`
  HistogramPtr shared;
  size_t next = 0;
  for (size_t i = 0; i < times_.size(); ++i) {
    while (next < histograms.size() && histograms[next].t <= times_[i]) ++next;
    if (next == 0 || histograms[next - 1].t <= times_[i] - context_.lookback_ms) continue;
    const storage::HistogramSample& sample = histograms[next - 1];
    if (picks_[i] > 0 && float_t[picks_[i] - 1] >= sample.t) continue;
    column_.v[i] = kAbsent;
    if (IsStale(sample)) continue;
    context_.stats.total_queryable_samples += model::SizeInSamples(sample.histogram);
    if (values_are_times_) {
      column_.v[i] = ToSeconds(sample.t);
      continue;
    }
    if (shown != &sample) shared = std::make_shared<model::FloatHistogram>(sample.histogram);
    shown = &sample;
    column_.SetHistogram(i, shared);
  }
}

class SelectorRangeSource final : public RangeSource {
 public:
  SelectorRangeSource(QueryContext& context, const PlanNode& node, const Grid& grid)
      : context_(context),
        set_(OpenSeries(context, node, grid, false)),
        groups_(node),
        steps_(grid),
        stats_only_(node.histogram_stats),
        held_(context) {
    grid_ = MakeWindowGrid(node, grid);
    mint_ = grid_.ends.front() - grid_.range_ms + 1;
  }
  bool Next() override {
    if (++at_ >= run_.count) {
      at_ = 0;
      if (!set_->NextRun(mint_, grid_.ends.back(), &run_)) {
        CheckStatus(*set_);
        return false;
      }
    }
    size_t size = run_.t.size();
    const std::vector<storage::HistogramSample>* histograms = run_.histograms;
    if (stats_only_ && histograms != nullptr) {
      stats_ = HistogramStats(*histograms);
      histograms = &stats_;
    }
    size_t samples = size + (histograms != nullptr ? CountSamples(*histograms) : 0);
    held_.Set(samples);
    context_.Tick(samples + grid_.ends.size());
    context_.stats.samples_read += samples;
    SetSeries({run_.t, {run_.v + at_ * size, size}, run_.st}, histograms, true);
    context_.stats.total_queryable_samples += windows().total;
    if (!this->histograms().empty()) CountHistograms();
    if (context_.counts_steps()) CountSteps(windows());
    return true;
  }
  const model::Labels& labels() override { return set_->RunLabels(at_); }
  uint32_t group() override { return groups_.Of(run_.groups, at_, *set_); }
  const model::Labels& group_labels(uint32_t group) override {
    return groups_.labels(group, *set_);
  }

 private:
  QueryContext& context_;
  std::unique_ptr<storage::SeriesSet> set_;
  // In how many windows each is.
  void CountHistograms() {
    std::vector<uint64_t> before = {0};
    for (const storage::HistogramSample& sample : histograms()) {
      before.push_back(before.back() + model::SizeInSamples(sample.histogram));
    }
    const Windows& windows = histogram_windows();
    for (size_t i = 0; i < windows.lo.size(); ++i) {
      uint64_t seen = before[windows.hi[i]] - before[windows.lo[i]];
      context_.stats.total_queryable_samples += seen;
      if (!context_.counts_steps()) continue;
      uint32_t from = i == 0 ? windows.lo[i] : std::max(windows.lo[i], windows.hi[i - 1]);
      context_.CountStep(steps_, i, seen, before[windows.hi[i]] - before[from]);
    }
  }
  void CountSteps(const Windows& windows) {
    for (size_t i = 0; i < windows.lo.size(); ++i) {
      uint32_t from = i == 0 ? windows.lo[i] : std::max(windows.lo[i], windows.hi[i - 1]);
      context_.CountStep(steps_, i, windows.hi[i] - windows.lo[i], windows.hi[i] - from);
    }
  }

  UntoldGroups groups_;
  Grid steps_;
  TimeMs mint_ = 0;
  storage::SeriesRun run_;
  size_t at_ = SIZE_MAX;  // in the run
  bool stats_only_;
  std::vector<storage::HistogramSample> stats_;
  HeldSamples held_;
};

// Measures what a source takes and yields.
class ProfiledSource final : public RangeSource {
 public:
  ProfiledSource(Profile* profile, NodeProfile* node, std::unique_ptr<RangeSource> source)
      : profile_(profile), node_(node), source_(std::move(source)) {}
  bool Next() override {
    ProfileScope scope(profile_, node_);
    if (!source_->Next()) return false;
    Mirror(*source_);
    size_t samples = floats().t.size() + histograms().size();
    node_->series += samples > 0 ? 1 : 0;
    node_->points += samples;
    return true;
  }
  const model::Labels& labels() override {
    ProfileScope scope(profile_, node_);
    return source_->labels();
  }
  bool drop_name() override { return source_->drop_name(); }
  uint32_t group() override { return source_->group(); }
  const model::Labels& group_labels(uint32_t group) override {
    return source_->group_labels(group);
  }

 private:
  Profile* profile_;
  NodeProfile* node_;
  std::unique_ptr<RangeSource> source_;
};

std::unique_ptr<RangeSource> BuildRangeSource(QueryContext& context, const PlanNode& node,
                                              const Grid& grid) {
  if (node.kind == NodeKind::kSubquery) return MakeSubquerySource(context, node, grid);
  if (IsExtended(node)) return MakeExtendedSource(context, node, grid);
  return std::make_unique<SelectorRangeSource>(context, node, grid);
}

}  // namespace

std::unique_ptr<storage::SeriesSet> OpenSeries(QueryContext& context, const PlanNode& node,
                                               const Grid& grid, bool sorted) {
  if (context.opened_leaf == &node && context.opened_set) return std::move(context.opened_set);
  storage::SelectHints hints;
  int64_t back = node.kind == NodeKind::kRange ? node.range_ms : context.lookback_ms;
  hints.start = node.TimeOf(grid.start) - back - node.before_ms + 1;
  hints.end = node.TimeOf(grid.end()) + node.after_ms;
  hints.step_ms = grid.step_ms;
  hints.range_ms = node.range_ms;
  hints.function = node.function;
  hints.grouping = node.grouping;
  hints.by = node.by;
  hints.groups = node.tells_groups;
  const model::Matchers& matchers = node.selector().matchers;
  if (node.pushed.empty()) return context.querier->Select(sorted, hints, matchers);
  model::Matchers all = matchers;
  all.insert(all.end(), node.pushed.begin(), node.pushed.end());
  return context.querier->Select(sorted, hints, all);
}

WindowGrid MakeWindowGrid(const PlanNode& node, const Grid& grid) {
  return {LookTimes(node, grid), node.range_ms};
}

const model::Labels& RangeSource::group_labels(uint32_t) {
  WF_CHECK(false && "no leaf that tells groups");
  return labels();
}

void RangeSource::Mirror(const RangeSource& other) {
  floats_ = other.floats_;
  windows_ = other.windows_;
  version_ = other.version_;
  histograms_ = other.histograms_;
  if (!histograms_.empty()) histogram_windows_ = other.histogram_windows_;
}

void RangeSource::SetHistograms(const std::vector<storage::HistogramSample>& histograms) {
  histograms_ = histograms;
  if (std::any_of(histograms.begin(), histograms.end(), IsStale)) {
    own_histograms_ = histograms;
    std::erase_if(own_histograms_, IsStale);
    histograms_ = own_histograms_;
  }
  std::vector<TimeMs> times;
  times.reserve(histograms_.size());
  for (const storage::HistogramSample& sample : histograms_) times.push_back(sample.t);
  ComputeWindows(times, grid_, &histogram_windows_);
}

void RangeSource::SetSeries(storage::Columns floats,
                            const std::vector<storage::HistogramSample>* histograms, bool shared) {
  histograms_ = {};
  if (histograms != nullptr && !histograms->empty()) SetHistograms(*histograms);
  bool stale = HasStale(floats.v);
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
    own_st_.clear();
    for (size_t i = 0; i < floats.t.size(); ++i) {
      if (model::IsStaleNan(floats.v[i])) continue;
      own_t_.push_back(floats.t[i]);
      own_v_.push_back(floats.v[i]);
      if (!floats.st.empty()) own_st_.push_back(floats.st[i]);
    }
    floats = {own_t_, own_v_, own_st_};
  }
  floats_ = floats;
  ComputeWindows(floats.t, grid_, &own_windows_);
  windows_ = &own_windows_;
  version_ = next_version_++;
}

StreamPtr MakeSelector(QueryContext& context, const PlanNode& node, const Grid& grid) {
  if (node.after_ms > 0) return MakeSmoothedSelector(context, node, grid);
  // To see a reset, one must see the sample before.
  if (grid.count == 1 && !node.histogram_stats) {
    return std::make_unique<LatestStream>(context, node, grid, false);
  }
  return std::make_unique<SelectorStream>(context, node, grid, false);
}

StreamPtr MakeTimestampSelector(QueryContext& context, const PlanNode& node, const Grid& grid) {
  if (grid.count == 1) return std::make_unique<LatestStream>(context, node, grid, true);
  return std::make_unique<SelectorStream>(context, node, grid, true);
}

std::unique_ptr<RangeSource> MakeRangeSource(QueryContext& context, const PlanNode& node,
                                             const Grid& grid) {
  Profile* profile = context.profile.get();
  if (profile == nullptr) return BuildRangeSource(context, node, grid);
  NodeProfile* measured = &profile->Of(&node);
  ProfileScope scope(profile, measured);
  return std::make_unique<ProfiledSource>(profile, measured, BuildRangeSource(context, node, grid));
}

}  // namespace watchfire::promql
