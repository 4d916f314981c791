// The operator that runs a kernel over the series of a range selector or subquery.

#include "promql/kernels/range_kernel.h"
#include "promql/kernels/start_times.h"
#include "promql/operators/counter_name.h"
#include "promql/operators/histogram_range.h"
#include "promql/operators/scan.h"

#include <cmath>

#include <fmt/core.h>

#include "base/numbers.h"
#include "base/text.h"

namespace watchfire::promql {
namespace {

RangeKernelPtr MakeKernel(std::string_view name) {
  if (RangeKernelPtr kernel = MakeRateKernel(name)) return kernel;
  if (RangeKernelPtr kernel = MakeOverTimeKernel(name)) return kernel;
  return MakeTrendKernel(name);
}

void CheckFactor(std::string_view name, std::string_view symbol, double v) {
  if (!(v <= 0 || v >= 1)) return;  // NaN: the result will show it
  throw QueryError(
      fmt::format("invalid {} factor. Expected: 0 < {} < 1, got: {:f}", name, symbol, v));
}

// The factors of double_exponential_smoothing; a wrong one matters where there is a sample only.
void CheckFactors(const RangeSource& source, const std::vector<ScalarColumn>& scalars) {
  auto check = [&](const Windows& windows) {
    for (size_t i = 0; i < windows.lo.size(); ++i) {
      if (windows.lo[i] == windows.hi[i]) continue;
      CheckFactor("smoothing", "sf", scalars[0][i]);
      CheckFactor("trend", "tf", scalars[1][i]);
    }
  };
  check(source.windows());
  if (!source.histograms().empty()) check(source.histogram_windows());
}

bool IsOddQuantile(double q) {
  return !(q >= 0 && q <= 1);
}

class ContextPace final : public Pace {
 public:
  explicit ContextPace(QueryContext& context) : context_(context) {}
  void Spend(size_t samples) override { context_.Tick(samples); }

 private:
  QueryContext& context_;
};

class RangeFunctionStream final : public Stream {
 public:
  RangeFunctionStream(QueryContext& context, const PlanNode& call, const Grid& grid);

  bool Next() override {
    if (!source_->Next()) return false;
    size_t steps = grid_.count;
    column_.v.resize(steps);
    column_.h.clear();
    in_.t = source_->floats().t.data();
    in_.v = source_->floats().v.data();
    in_.st = source_->floats().st.empty() ? nullptr : source_->floats().st.data();
    in_.size = source_->floats().t.size();
    in_.windows = &source_->windows();
    in_.version = source_->version();
    if (smooths_) CheckFactors(*source_, scalars_);
    if (in_.size == 0) {
      column_.v.assign(steps, kAbsent);
    } else {
      kernel_->Run(in_, column_.v.data());
      if (kernel_->start_times_overlap()) NoteOverlap();
      if (odd_quantiles_) NoteQuantiles();
    }
    if (!source_->histograms().empty()) histograms_->Apply(*source_, in_, &column_);
    if (counter_name_ && counter_name_->active()) counter_name_->Check(source_->labels(), column_);
    return true;
  }
  const model::Labels& labels() override { return source_->labels(); }
  bool drop_name() override { return source_->drop_name(); }
  Column& column() override { return column_; }
  uint32_t group() override { return source_->group(); }
  const model::Labels& group_labels(uint32_t group) override {
    return source_->group_labels(group);
  }

 private:
  void NoteOverlap();
  void CheckQuantiles();
  void NoteQuantiles();

  QueryContext& context_;
  const PlanNode& call_;
  Grid grid_;
  PosRange range_pos_;
  std::optional<HistogramRangeFunction> histograms_;
  RangeKernelPtr kernel_;
  std::unique_ptr<RangeSource> source_;
  std::vector<ScalarColumn> scalars_;
  bool odd_quantiles_ = false;  // at some step
  WindowGrid window_grid_;
  ContextPace pace_;
  RangeInput in_;
  bool smooths_ = false;
  Column column_;
  std::optional<CounterNameCheck> counter_name_;  // of rate and increase
};

RangeFunctionStream::RangeFunctionStream(QueryContext& context, const PlanNode& call,
                                         const Grid& grid)
    : context_(context),
      call_(call),
      grid_(grid),
      kernel_(MakeKernel(call.function)),
      pace_(context) {
  if (!kernel_) ThrowUnsupported(fmt::format("function \"{}\"", call.function));
  if (context.options.use_start_timestamps) {
    kernel_ = WithStartTimes(call.function, std::move(kernel_));
  }
  for (const PlanPtr& arg : call.children) {
    if (arg->type == ValueType::kMatrix) {
      source_ = MakeRangeSource(context, *arg, grid);
      window_grid_ = MakeWindowGrid(*arg, grid);
      range_pos_ = arg->expr->pos;
      histograms_.emplace(context, call.function, range_pos_);
      if (call.function == "rate" || call.function == "increase") {
        counter_name_.emplace(context, *arg);
      }
    } else {
      scalars_.push_back(EvalScalar(context, *arg, grid));
    }
  }
  WF_CHECK(source_ != nullptr);
  in_.grid = &window_grid_;
  in_.pace = &pace_;
  in_.steps = &grid_;
  in_.scalars = &scalars_;
  if (call.function == "quantile_over_time") CheckQuantiles();
  smooths_ = call.function == "double_exponential_smoothing";
}

void RangeFunctionStream::CheckQuantiles() {
  odd_quantiles_ = std::any_of(scalars_[0].begin(), scalars_[0].end(), IsOddQuantile);
}

// Only what is used is worth a word.
void RangeFunctionStream::NoteQuantiles() {
  for (size_t i = 0; i < grid_.count; ++i) {
    double q = scalars_[0][i];
    if (!IsOddQuantile(q) || in_.windows->hi[i] == in_.windows->lo[i]) continue;
    context_.notes.Warn(
        fmt::format("quantile value should be between 0 and 1, got {}", FormatFloatGo(q)),
        call_.children[0]->expr->pos);
  }
}

void RangeFunctionStream::NoteOverlap() {
  std::string text = "sample has start time that overlaps with previous sample timestamp";
  std::string_view name = source_->labels().metric_name();
  if (!name.empty()) text += " for metric " + GoQuote(name);
  context_.notes.Warn(std::move(text), range_pos_);
}

}  // namespace

StreamPtr MakeRangeFunction(QueryContext& context, const PlanNode& call, const Grid& grid) {
  StreamPtr stream = std::make_unique<RangeFunctionStream>(context, call, grid);
  if (call.function == "last_over_time" || call.function == "first_over_time") return stream;
  return MakeNameDrop(context, std::move(stream), call);
}

}  // namespace watchfire::promql
