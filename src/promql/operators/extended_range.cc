#include "promql/operators/extended_range.h"

#include <algorithm>
#include <cmath>

#include "promql/kernels/extended_rate.h"
#include "promql/operators/counter_name.h"
#include "promql/operators/extended_histograms.h"

namespace watchfire::promql {
namespace {

using storage::HistogramSample;

// Reads series with the samples around their windows, without stale markers.
class WideReader {
 public:
  WideReader(QueryContext& context, const PlanNode& node, const Grid& grid)
      : context_(context),
        node_(node),
        grid_(grid),
        set_(OpenSeries(context, node, grid, false)),
        held_(context) {
    int64_t back = node.kind == NodeKind::kRange ? node.range_ms : context.lookback_ms;
    mint_ = node.TimeOf(grid.start) - back - node.before_ms + 1;
    maxt_ = node.TimeOf(grid.end()) + node.after_ms;
  }

  bool Next();
  const model::Labels& labels() { return set_->RunLabels(at_); }
  // The samples of the current series in (start, end].
  struct Window {
    std::span<const TimeMs> t;
    const double* v = nullptr;
    std::span<const TimeMs> histogram_t;
    const HistogramSample* histograms = nullptr;
    bool empty() const { return t.empty() && histogram_t.empty(); }
    bool mixed() const { return !t.empty() && !histogram_t.empty(); }
  };
  // Must be called for windows that move forwards.
  Window Find(TimeMs start, TimeMs end);

 private:
  void Copy();

  QueryContext& context_;
  const PlanNode& node_;
  Grid grid_;
  std::unique_ptr<storage::SeriesSet> set_;
  HeldSamples held_;
  TimeMs mint_ = 0;
  TimeMs maxt_ = 0;
  storage::SeriesRun run_;
  size_t at_ = SIZE_MAX;  // in the run
  std::vector<TimeMs> t_;
  std::vector<double> v_;
  std::vector<TimeMs> histogram_t_;
  std::vector<HistogramSample> histograms_;
};

bool WideReader::Next() {
  if (++at_ >= run_.count) {
    at_ = 0;
    if (!set_->NextRun(mint_, maxt_, &run_)) {
      if (Result<void> status = set_->status(); !status.ok()) ThrowStorageError(status.error());
      return false;
    }
  }
  Copy();
  size_t samples = t_.size() + histograms_.size();
  held_.Reset();
  held_.Add(samples);
  context_.Tick(samples + grid_.count);
  context_.stats.samples_read += samples;
  return true;
}

void WideReader::Copy() {
  t_.clear();
  v_.clear();
  histogram_t_.clear();
  histograms_.clear();
  const double* v = run_.v + at_ * run_.t.size();
  for (size_t i = 0; i < run_.t.size(); ++i) {
    if (model::IsStaleNan(v[i])) continue;
    t_.push_back(run_.t[i]);
    v_.push_back(v[i]);
  }
  if (run_.histograms == nullptr) return;
  for (const HistogramSample& sample : *run_.histograms) {
    if (model::IsStaleNan(sample.histogram.sum)) continue;
    histogram_t_.push_back(sample.t);
    histograms_.push_back(sample);
  }
}

WideReader::Window WideReader::Find(TimeMs start, TimeMs end) {
  auto cut = [&](const std::vector<TimeMs>& times) {
    auto lo = std::upper_bound(times.begin(), times.end(), start);
    auto hi = std::upper_bound(lo, times.end(), end);
    return std::pair(static_cast<size_t>(lo - times.begin()), static_cast<size_t>(hi - lo));
  };
  auto [at, count] = cut(t_);
  auto [histogram_at, histogram_count] = cut(histogram_t_);
  context_.stats.total_queryable_samples += count + histogram_count;
  return {{t_.data() + at, count},
          v_.data() + at,
          {histogram_t_.data() + histogram_at, histogram_count},
          histograms_.data() + histogram_at};
}

// ---- functions of ranges

class ExtendedRangeStream : public Stream {
 public:
  ExtendedRangeStream(QueryContext& context, const PlanNode& call, const Grid& grid)
      : context_(context), range_(*call.children[0]), grid_(grid), reader_(context, range_, grid) {
    if (call.function == "rate" || call.function == "increase") {
      counter_name_.emplace(context, range_);
    }
  }

  bool Next() override {
    if (!reader_.Next()) return false;
    column_.Reset(grid_.count);
    for (size_t i = 0; i < grid_.count; ++i) {
      TimeMs end = range_.TimeOf(grid_.at(i));
      ExtendedRange range{end - range_.range_ms, end, range_.selector().smoothed};
      auto window = reader_.Find(range.start - range_.before_ms, end + range_.after_ms);
      if (!window.empty()) Apply(i, window, range);
    }
    if (counter_name_ && counter_name_->active()) counter_name_->Check(reader_.labels(), column_);
    return true;
  }
  const model::Labels& labels() override { return reader_.labels(); }
  Column& column() override { return column_; }

 protected:
  using Window = WideReader::Window;
  virtual void Apply(size_t step, const Window& window, const ExtendedRange& range) = 0;

  HistogramNotes Notes() {
    return {context_.notes, std::string(reader_.labels().metric_name()), range_.expr->pos};
  }

  QueryContext& context_;
  const PlanNode& range_;
  Grid grid_;
  WideReader reader_;
  std::optional<CounterNameCheck> counter_name_;
  Column column_;
};

class ExtendedRateStream final : public ExtendedRangeStream {
 public:
  ExtendedRateStream(QueryContext& context, const PlanNode& call, const Grid& grid)
      : ExtendedRangeStream(context, call, grid) {
    if (call.function == "rate") kind_ = RateKind::kRate;
    if (call.function == "increase") kind_ = RateKind::kIncrease;
  }

 private:
  void Apply(size_t step, const Window& window, const ExtendedRange& range) override {
    if (window.mixed()) {
      context_.notes.Warn("encountered a mix of histograms and floats" +
                              ForMetricName(reader_.labels().metric_name()),
                          range_.expr->pos);
    } else if (!window.t.empty()) {
      column_.v[step] = ExtendedRate(window.t, window.v, range, kind_);
    } else if (auto result = ExtendedHistogramRate({window.histogram_t, window.histograms}, range,
                                                   kind_, Notes())) {
      column_.SetHistogram(step, std::move(result));
    }
  }
  RateKind kind_ = RateKind::kDelta;
};

// changes and resets of anchored ranges: the anchor is the newest sample at or before the start,
// of either kind.
class AnchoredCountStream final : public ExtendedRangeStream {
 public:
  AnchoredCountStream(QueryContext& context, const PlanNode& call, const Grid& grid)
      : ExtendedRangeStream(context, call, grid), resets_(call.function == "resets") {}

 private:
  struct Point {
    double v = 0;
    const model::FloatHistogram* histogram = nullptr;
  };

  void Apply(size_t step, const Window& window, const ExtendedRange& range) override {
    auto after_start = [&range](std::span<const TimeMs> t) {
      auto found = std::upper_bound(t.begin(), t.end(), range.start);
      return static_cast<size_t>(found - t.begin());
    };
    size_t f = after_start(window.t);
    size_t h = after_start(window.histogram_t);
    if (f == window.t.size() && h == window.histogram_t.size()) return;
    if (f > 0 && (h == 0 || window.t[f - 1] >= window.histogram_t[h - 1])) {
      --f;
    } else if (h > 0) {
      --h;
    }
    double count = 0;
    std::optional<Point> before;
    while (f < window.t.size() || h < window.histogram_t.size()) {
      bool is_float = h == window.histogram_t.size() ||
                      (f < window.t.size() && window.t[f] <= window.histogram_t[h]);
      Point point;
      if (is_float) {
        point.v = window.v[f++];
      } else {
        point.histogram = &window.histograms[h++].histogram;
      }
      if (before && Counts(*before, point)) ++count;
      before = point;
    }
    column_.v[step] = count;
  }

  bool Counts(const Point& before, const Point& point) const {
    if ((before.histogram == nullptr) != (point.histogram == nullptr)) return true;
    if (point.histogram != nullptr) {
      return resets_ ? model::HasReset(*point.histogram, *before.histogram)
                     : !model::SameHistogram(*before.histogram, *point.histogram);
    }
    if (resets_) return point.v < before.v;
    return point.v != before.v && !(std::isnan(point.v) && std::isnan(before.v));
  }

  bool resets_;
};

// ---- smoothed instant selectors

class SmoothedSelectorStream final : public Stream {
 public:
  SmoothedSelectorStream(QueryContext& context, const PlanNode& node, const Grid& grid)
      : context_(context), node_(node), grid_(grid), reader_(context, node, grid) {}

  bool Next() override {
    if (!reader_.Next()) return false;
    column_.Reset(grid_.count);
    for (size_t i = 0; i < grid_.count; ++i) Smooth(i);
    return true;
  }
  const model::Labels& labels() override { return reader_.labels(); }
  Column& column() override { return column_; }

 private:
  void Smooth(size_t step) {
    TimeMs t = node_.TimeOf(grid_.at(step));
    auto window = reader_.Find(t - context_.lookback_ms, t + node_.after_ms);
    if (window.mixed()) {
      context_.notes.Warn("encountered a mix of histograms and floats" +
                              ForMetricName(reader_.labels().metric_name()),
                          node_.expr->pos);
      return;
    }
    std::span<const TimeMs> times = window.t.empty() ? window.histogram_t : window.t;
    auto at = std::lower_bound(times.begin(), times.end(), t);
    auto next = static_cast<size_t>(at - times.begin());
    bool exact = at != times.end() && *at == t;
    // Without a sample before there is no line, and without one after it, it goes on as it was.
    if (!exact && next == 0) return;
    bool between = !exact && at != times.end();
    size_t last = exact ? next : next - 1;
    if (!window.t.empty()) {
      column_.v[step] =
          between ? Interpolate(times[last], window.v[last], *at, window.v[next], t, false)
                  : window.v[last];
      return;
    }
    const HistogramSample* h = window.histograms + last;
    HistogramPtr result;
    if (between) {
      HistogramNotes notes{context_.notes, std::string(labels().metric_name()), node_.expr->pos};
      bool counter = h->histogram.reset_hint != model::CounterReset::kGauge;
      result = InterpolateHistograms(h[0], h[1], t, counter, notes);
    } else {
      result = std::make_shared<const model::FloatHistogram>(h->histogram);
    }
    if (result) column_.SetHistogram(step, std::move(result));
  }

  QueryContext& context_;
  const PlanNode& node_;
  Grid grid_;
  WideReader reader_;
  Column column_;
};

// ---- the range itself

class ExtendedSource final : public RangeSource {
 public:
  ExtendedSource(QueryContext& context, const PlanNode& node, const Grid& grid)
      : node_(node), reader_(context, node, grid) {
    grid_ = MakeWindowGrid(node, {grid.start, 1, 1});
    // The first sample is at the start of the range, which a window does not include.
    grid_.range_ms += 1;
  }

  bool Next() override {
    if (!reader_.Next()) return false;
    TimeMs end = grid_.ends.front();
    ExtendedRange range{end - node_.range_ms, end, node_.selector().smoothed};
    auto window = reader_.Find(range.start - node_.before_ms, end + node_.after_ms);
    t_.clear();
    v_.clear();
    histograms_.clear();
    if (!window.t.empty()) Extend(window, range);
    for (size_t i = 0; i < window.histogram_t.size(); ++i) {
      if (window.histogram_t[i] > range.start && window.histogram_t[i] <= range.end) {
        histograms_.push_back(window.histograms[i]);
      }
    }
    SetSeries({t_, v_}, &histograms_, false);
    return true;
  }
  const model::Labels& labels() override { return reader_.labels(); }

 private:
  void Extend(const WideReader::Window& window, const ExtendedRange& range) {
    std::optional<ExtendedEdges> edges = FindEdges(window.t, range);
    if (!edges) return;
    const std::span<const TimeMs> t = window.t;
    const double* v = window.v;
    size_t first = edges->first;
    size_t last = edges->last;
    auto add = [this](TimeMs at, double value) {
      t_.push_back(at);
      v_.push_back(value);
    };
    bool left_between = range.smoothed && t[first] < range.start;
    bool right_between = range.smoothed && last > 0 && t[last] > range.end;
    add(range.start, left_between ? Interpolate(t[first], v[first], t[first + 1], v[first + 1],
                                                range.start, false)
                                  : v[first]);
    for (size_t i = first; i <= last; ++i) {
      if (t[i] > range.start && t[i] < range.end) add(t[i], v[i]);
    }
    add(range.end, right_between
                       ? Interpolate(t[last - 1], v[last - 1], t[last], v[last], range.end, false)
                       : v[last]);
  }

  const PlanNode& node_;
  WideReader reader_;
  std::vector<TimeMs> t_;
  std::vector<double> v_;
  std::vector<HistogramSample> histograms_;
};

}  // namespace

bool IsExtended(const PlanNode& node) {
  return node.kind == NodeKind::kRange && (node.selector().anchored || node.selector().smoothed);
}

StreamPtr MakeExtendedRange(QueryContext& context, const PlanNode& call, const Grid& grid) {
  StreamPtr stream;
  if (call.function == "resets" || call.function == "changes") {
    stream = std::make_unique<AnchoredCountStream>(context, call, grid);
  } else {
    stream = std::make_unique<ExtendedRateStream>(context, call, grid);
  }
  return MakeNameDrop(context, std::move(stream), call);
}

StreamPtr MakeSmoothedSelector(QueryContext& context, const PlanNode& node, const Grid& grid) {
  return std::make_unique<SmoothedSelectorStream>(context, node, grid);
}

std::unique_ptr<RangeSource> MakeExtendedSource(QueryContext& context, const PlanNode& node,
                                                const Grid& grid) {
  return std::make_unique<ExtendedSource>(context, node, grid);
}

}  // namespace watchfire::promql
