#include "promql/operators/histogram_range.h"

#include <cmath>

#include "promql/operators/histogram_notes.h"

namespace watchfire::promql {

HistogramRangeFunction::Rule HistogramRangeFunction::RuleOf(std::string_view name) {
  if (name == "rate" || name == "increase" || name == "delta") return Rule::kRate;
  if (name == "irate" || name == "idelta") return Rule::kLastTwo;
  if (name == "sum_over_time") return Rule::kSum;
  if (name == "avg_over_time") return Rule::kMean;
  if (name == "resets") return Rule::kResets;
  if (name == "changes") return Rule::kChanges;
  if (name == "count_over_time") return Rule::kCount;
  if (name == "present_over_time") return Rule::kPresent;
  if (name == "last_over_time") return Rule::kLast;
  if (name == "first_over_time") return Rule::kFirst;
  if (name == "ts_of_last_over_time") return Rule::kTimeOfLast;
  if (name == "ts_of_first_over_time") return Rule::kTimeOfFirst;
  return Rule::kIgnore;
}

HistogramRangeFunction::HistogramRangeFunction(QueryContext& context, std::string_view function,
                                               PosRange range)
    : context_(context), pos_(range), rule_(RuleOf(function)), kind_(RateKind::kDelta) {
  if (function == "rate" || function == "irate") kind_ = RateKind::kRate;
  if (function == "increase") kind_ = RateKind::kIncrease;
}

void HistogramRangeFunction::Apply(RangeSource& source, const RangeInput& in, Column* column) {
  const Windows& windows = source.histogram_windows();
  series_.Begin();
  for (const storage::HistogramSample& sample : source.histograms()) {
    TimeMs st = context_.options.use_start_timestamps ? sample.st : 0;
    series_.Add({sample.t, st, &sample.histogram});
  }
  shared_.assign(series_.points().size(), nullptr);
  findings_ = 0;
  mixed_ = false;
  ignored_ = false;
  for (size_t i = 0; i < column->v.size(); ++i) {
    if (windows.hi[i] == windows.lo[i]) continue;
    TimeMs end = in.grid->ends[i];
    ApplyWindow({i,
                 {windows.lo[i], windows.hi[i], end - in.grid->range_ms, end},
                 in.windows->lo[i],
                 in.windows->hi[i]},
                in, column);
    context_.Tick(windows.hi[i] - windows.lo[i]);
  }
  if (findings_ == 0 && !mixed_ && !ignored_) return;
  std::string_view name = source.labels().metric_name();
  NoteFindings(context_.notes, findings_, name, pos_);
  if (mixed_) NoteMixedKinds(context_.notes, name, pos_);
  if (ignored_) {
    context_.notes.Info(
        "ignored histograms in a range containing both floats and histograms" + ForMetricName(name),
        pos_);
  }
}

void HistogramRangeFunction::ApplyWindow(const View& view, const RangeInput& in, Column* column) {
  double& out = column->v[view.step];
  const HistogramPoint& first = series_.points()[view.window.lo];
  const HistogramPoint& last = series_.points()[view.window.hi - 1];
  bool is_first = !view.mixed() || first.t < in.t[view.float_lo];
  bool is_last = !view.mixed() || last.t > in.t[view.float_hi - 1];
  switch (rule_) {
    case Rule::kIgnore:
      ignored_ = ignored_ || view.mixed();
      return;
    case Rule::kRate:
    case Rule::kSum:
    case Rule::kMean:
      if (view.mixed()) {
        mixed_ = true;
        out = kAbsent;
      } else if (HistogramPtr result = ShareHistogram(Compute(view))) {
        column->SetHistogram(view.step, std::move(result));
      }
      return;
    case Rule::kLastTwo:
      return ApplyLastTwo(view, in, column);
    case Rule::kResets:
    case Rule::kChanges:
      out = CountNeighbours(view, in);
      return;
    case Rule::kCount:
      out = static_cast<double>(view.histograms() + view.floats());
      return;
    case Rule::kPresent:
      out = 1;
      return;
    case Rule::kLast:
      if (is_last) column->SetHistogram(view.step, Shared(view.window.hi - 1));
      return;
    case Rule::kFirst:
      if (is_first) column->SetHistogram(view.step, Shared(view.window.lo));
      return;
    case Rule::kTimeOfLast:
      if (is_last) out = ToSeconds(last.t);
      return;
    case Rule::kTimeOfFirst:
      if (is_first) out = ToSeconds(first.t);
      return;
  }
}

MaybeHistogram HistogramRangeFunction::Compute(const View& view) {
  if (rule_ == Rule::kRate) return HistogramRate(series_, view.window, kind_, &findings_);
  auto window = series_.points().subspan(view.window.lo, view.histograms());
  return rule_ == Rule::kSum ? SumOfHistograms(window, &findings_)
                             : MeanOfHistograms(window, &findings_);
}

void HistogramRangeFunction::ApplyLastTwo(const View& view, const RangeInput& in, Column* column) {
  if (view.histograms() + view.floats() < 2) return;
  const HistogramPoint& last = series_.points()[view.window.hi - 1];
  bool newest_is_float = view.mixed() && in.t[view.float_hi - 1] > last.t;
  if (newest_is_float && view.floats() > 1 && in.t[view.float_hi - 2] > last.t) return;
  const HistogramPoint* before =
      view.histograms() > 1 ? &series_.points()[view.window.hi - 2] : nullptr;
  if (view.mixed() && (before == nullptr || in.t[view.float_hi - 1] > before->t)) {
    mixed_ = true;
    column->v[view.step] = kAbsent;
    return;
  }
  HistogramFindings findings = 0;
  HistogramPtr result = ShareHistogram(LastTwoHistograms(*before, last, kind_, &findings));
  findings_ |= findings;
  column->v[view.step] = kAbsent;
  if (result) column->SetHistogram(view.step, std::move(result));
}

// Resets or changes from one sample to the next, whatever kind they are.
double HistogramRangeFunction::CountNeighbours(const View& view, const RangeInput& in) {
  enum class Kind : uint8_t { kNone, kFloat, kHistogram } before = Kind::kNone;
  bool resets = rule_ == Rule::kResets;
  double count = 0;
  size_t f = view.float_lo;
  for (size_t h = view.window.lo; h < view.window.hi || f < view.float_hi;) {
    bool is_float = h == view.window.hi || (f < view.float_hi && in.t[f] < series_.points()[h].t);
    Kind kind = is_float ? Kind::kFloat : Kind::kHistogram;
    bool counts = false;
    if (kind != before) {
      counts = before != Kind::kNone;
    } else if (is_float) {
      double a = in.v[f - 1];
      double b = in.v[f];
      counts = resets ? b < a : a != b && !(std::isnan(a) && std::isnan(b));
    } else {
      counts = resets ? series_.IsReset(h) : series_.IsChanged(h);
    }
    count += counts ? 1 : 0;
    before = kind;
    ++(is_float ? f : h);
  }
  return count;
}

HistogramPtr HistogramRangeFunction::Shared(size_t i) {
  if (!shared_[i]) shared_[i] = std::make_shared<model::FloatHistogram>(series_.at(i));
  return shared_[i];
}

}  // namespace watchfire::promql
