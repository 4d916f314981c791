// The operator that runs a kernel over the series of a range selector or subquery, and the rules
// for windows that hold native histograms.

#include "promql/kernels/range_kernel.h"
#include "promql/kernels/start_times.h"
#include "promql/operators/counter_name.h"
#include "promql/operators/scan.h"

#include <cmath>

#include <fmt/core.h>

#include "base/numbers.h"
#include "base/text.h"

namespace watchfire::promql {
namespace {

// What a function does in a window with histograms.
enum class HistogramRule : uint8_t {
  kIgnore,       // floats only; an info when there are both
  kUnsupported,  // would compute with histograms: not built yet
  kSameKind,     // as above, but a mix of both gives nothing and a warning
  kLastTwo,      // as above, for the last two samples
  kCount,
  kPresent,
  kLast,
  kFirst,
  kTimeOfLast,
  kTimeOfFirst,
};

HistogramRule RuleOf(std::string_view name) {
  if (name == "rate" || name == "increase" || name == "delta" || name == "sum_over_time" ||
      name == "avg_over_time") {
    return HistogramRule::kSameKind;
  }
  if (name == "irate" || name == "idelta") return HistogramRule::kLastTwo;
  if (name == "changes" || name == "resets") return HistogramRule::kUnsupported;
  if (name == "count_over_time") return HistogramRule::kCount;
  if (name == "present_over_time") return HistogramRule::kPresent;
  if (name == "last_over_time") return HistogramRule::kLast;
  if (name == "first_over_time") return HistogramRule::kFirst;
  if (name == "ts_of_last_over_time") return HistogramRule::kTimeOfLast;
  if (name == "ts_of_first_over_time") return HistogramRule::kTimeOfFirst;
  return HistogramRule::kIgnore;
}

RangeKernelPtr MakeKernel(std::string_view name) {
  if (RangeKernelPtr kernel = MakeRateKernel(name)) return kernel;
  if (RangeKernelPtr kernel = MakeOverTimeKernel(name)) return kernel;
  return MakeTrendKernel(name);
}

// Only windows with samples would use them, but a wrong factor is wrong anywhere.
void CheckFactors(std::string_view name, std::string_view symbol, const ScalarColumn& factors) {
  for (double v : factors) {
    if (v > 0 && v < 1) continue;
    throw QueryError(
        fmt::format("invalid {} factor. Expected: 0 < {} < 1, got: {:f}", name, symbol, v));
  }
}

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
    if (in_.size == 0) {
      column_.v.assign(steps, kAbsent);
    } else {
      kernel_->Run(in_, column_.v.data());
      if (kernel_->start_times_overlap()) NoteOverlap();
    }
    if (!source_->histograms().empty()) ApplyHistograms();
    if (counter_name_) counter_name_->Check(source_->labels(), column_);
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
  void ApplyHistograms();
  void ApplyHistogram(size_t i);
  void NoteOverlap();
  void NoteQuantile();

  QueryContext& context_;
  const PlanNode& call_;
  Grid grid_;
  PosRange range_pos_;
  HistogramRule rule_;
  RangeKernelPtr kernel_;
  std::unique_ptr<RangeSource> source_;
  std::vector<ScalarColumn> scalars_;
  WindowGrid window_grid_;
  RangeInput in_;
  Column column_;
  std::optional<CounterNameCheck> counter_name_;  // of rate and increase
};

RangeFunctionStream::RangeFunctionStream(QueryContext& context, const PlanNode& call,
                                         const Grid& grid)
    : context_(context),
      call_(call),
      grid_(grid),
      rule_(RuleOf(call.function)),
      kernel_(MakeKernel(call.function)) {
  if (!kernel_) ThrowUnsupported(fmt::format("function \"{}\"", call.function));
  if (context.options.use_start_timestamps) {
    kernel_ = WithStartTimes(call.function, std::move(kernel_));
  }
  for (const PlanPtr& arg : call.children) {
    if (arg->type == ValueType::kMatrix) {
      source_ = MakeRangeSource(context, *arg, grid);
      window_grid_ = MakeWindowGrid(*arg, grid);
      range_pos_ = arg->expr->pos;
      if (call.function == "rate" || call.function == "increase") {
        counter_name_.emplace(context, *arg);
      }
    } else {
      scalars_.push_back(EvalScalar(context, *arg, grid));
    }
  }
  WF_CHECK(source_ != nullptr);
  in_.grid = &window_grid_;
  in_.steps = &grid_;
  in_.scalars = &scalars_;
  if (call.function == "quantile_over_time") NoteQuantile();
  if (call.function == "double_exponential_smoothing") {
    CheckFactors("smoothing", "sf", scalars_[0]);
    CheckFactors("trend", "tf", scalars_[1]);
  }
}

void RangeFunctionStream::NoteQuantile() {
  for (double q : scalars_[0]) {
    if (q >= 0 && q <= 1) continue;
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

void RangeFunctionStream::ApplyHistograms() {
  const Windows& windows = source_->histogram_windows();
  for (size_t i = 0; i < grid_.count; ++i) {
    if (windows.hi[i] > windows.lo[i]) ApplyHistogram(i);
  }
}

void RangeFunctionStream::ApplyHistogram(size_t i) {
  const Windows& windows = source_->histogram_windows();
  std::span<const storage::HistogramSample> all = source_->histograms();
  size_t count = windows.hi[i] - windows.lo[i];
  size_t floats = in_.windows->hi[i] - in_.windows->lo[i];
  const storage::HistogramSample& first = all[windows.lo[i]];
  const storage::HistogramSample& last = all[windows.hi[i] - 1];
  bool histogram_first = floats == 0 || first.t < in_.t[in_.windows->lo[i]];
  bool histogram_last = floats == 0 || last.t > in_.t[in_.windows->hi[i] - 1];
  std::string name = ForMetricName(source_->labels().metric_name());
  double& out = column_.v[i];
  switch (rule_) {
    case HistogramRule::kIgnore:
      if (floats > 0) {
        context_.notes.Info(
            "ignored histograms in a range containing both floats and histograms" + name,
            range_pos_);
      }
      return;
    case HistogramRule::kSameKind:
      if (floats > 0) {
        out = kAbsent;
        context_.notes.Warn("encountered a mix of histograms and floats" + name, range_pos_);
        return;
      }
      if (count < 2 && first.st == 0 && !call_.function.ends_with("_over_time")) return;
      ThrowUnsupportedHistograms(call_.function);
    case HistogramRule::kLastTwo:
      if (count + floats < 2) return;
      if (floats == 0 || (count > 1 && all[windows.hi[i] - 2].t > in_.t[in_.windows->hi[i] - 1])) {
        ThrowUnsupportedHistograms(call_.function);
      }
      if (floats > 1 && last.t < in_.t[in_.windows->hi[i] - 2]) return;
      out = kAbsent;
      context_.notes.Warn("encountered a mix of histograms and floats" + name, range_pos_);
      return;
    case HistogramRule::kUnsupported:
      ThrowUnsupportedHistograms(call_.function);
    case HistogramRule::kCount:
      out = static_cast<double>(count + floats);
      return;
    case HistogramRule::kPresent:
      out = 1;
      return;
    case HistogramRule::kLast:
    case HistogramRule::kFirst: {
      bool newest = rule_ == HistogramRule::kLast;
      if (newest ? !histogram_last : !histogram_first) return;
      const storage::HistogramSample& sample = newest ? last : first;
      column_.SetHistogram(i, std::make_shared<const model::FloatHistogram>(sample.histogram));
      return;
    }
    case HistogramRule::kTimeOfLast:
      if (histogram_last) out = ToSeconds(last.t);
      return;
    case HistogramRule::kTimeOfFirst:
      if (histogram_first) out = ToSeconds(first.t);
      return;
  }
}

}  // namespace

StreamPtr MakeRangeFunction(QueryContext& context, const PlanNode& call, const Grid& grid) {
  StreamPtr stream = std::make_unique<RangeFunctionStream>(context, call, grid);
  if (call.function == "last_over_time" || call.function == "first_over_time") return stream;
  return MakeNameDrop(context, std::move(stream), call);
}

}  // namespace watchfire::promql
