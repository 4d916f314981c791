#include "grafana/expressions/reduce.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "grafana/expressions/model_fields.h"
#include "model/duration.h"

namespace watchfire::grafana {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr size_t kMaxResampledPoints = 1'000'000;  // of all series together

using Value = std::optional<double>;

constexpr std::array<std::pair<std::string_view, Reducer>, 7> kReducers = {{
    {"last", Reducer::kLast},
    {"min", Reducer::kMin},
    {"max", Reducer::kMax},
    {"mean", Reducer::kMean},
    {"median", Reducer::kMedian},
    {"sum", Reducer::kSum},
    {"count", Reducer::kCount},
}};

bool IsNumber(const Value& value) {
  return value && std::isfinite(*value);
}

double Median(std::vector<double> values) {
  size_t middle = values.size() / 2;
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(middle),
                   values.end());
  double upper = values[middle];
  if (values.size() % 2 == 1) return upper;
  double lower =
      *std::max_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(middle));
  return lower + (upper - lower) / 2;
}

// How values that are no numbers are taken.
class Mode {
 public:
  static Result<Mode> Of(const codec::Json& model) {
    Mode mode;
    const codec::Json* settings = model.Find("settings");
    if (settings == nullptr) return mode;
    std::string_view name = TextOf(*settings, "mode");
    if (name.empty() || name == "strict") return mode;
    if (name == "dropNN") {
      mode.drop_ = true;
      return mode;
    }
    if (name != "replaceNN") {
      return Error::Invalid("expected the mode strict, dropNN or replaceNN, got \"{}\"", name);
    }
    std::optional<double> with = NumberOf(*settings, "replaceWithValue");
    if (!with) return Error::Invalid("the mode replaceNN needs the number replaceWithValue");
    mode.replace_ = true;
    mode.with_ = *with;
    return mode;
  }

  // False: the value is left out.
  bool In(Value* value) const {
    if ((!drop_ && !replace_) || IsNumber(*value)) return true;
    if (drop_) return false;
    *value = with_;
    return true;
  }
  Value Out(Value value) const {
    if (!value || !std::isnan(*value)) return value;
    if (drop_) return std::nullopt;
    return replace_ ? Value(with_) : value;
  }

 private:
  bool drop_ = false;
  bool replace_ = false;
  double with_ = 0;
};

// The grid of a resampled series.
struct Window {
  TimeMs from = 0, to = 0;
  int64_t every_ms = 0;
  Reducer down = Reducer::kLast;
  enum class Up : uint8_t { kPad, kBackfill, kNull } up = Up::kNull;
  size_t points() const { return static_cast<size_t>((to - from) / every_ms) + 1; }
};

TimeSeries Resampled(const TimeSeries& series, const Window& window) {
  TimeSeries out;
  out.labels = series.labels;
  out.t.reserve(window.points());
  out.v.reserve(window.points());
  size_t next = 0;
  Value last_seen;
  for (TimeMs t = window.from; t <= window.to; t += window.every_ms) {
    size_t begin = next;
    while (next < series.t.size() && series.t[next] <= t) ++next;
    Value value;
    if (next > begin) {
      last_seen = series.v[next - 1];
      value = ReduceStrictly(window.down, std::span(series.v).subspan(begin, next - begin));
    } else if (window.up == Window::Up::kPad) {
      value = last_seen;
    } else if (window.up == Window::Up::kBackfill && next < series.t.size()) {
      value = series.v[next];
    }
    out.t.push_back(t);
    out.v.push_back(value);
  }
  return out;
}

Result<Window> WindowOf(const codec::Json& model, const ExpressionContext& context,
                        const std::vector<TimeSeries>& all) {
  Window window;
  auto every = model::ParseDurationMs(TextOf(model, "window"));
  if (!every.ok()) return every.error().With("window");
  if (*every <= 0) return Error::Invalid("the window must be longer than 0s");
  window.every_ms = *every;
  if (std::string_view down = TextOf(model, "downsampler"); !down.empty()) {
    window.down = TRY(ParseReducer(down));
  }
  std::string_view up = TextOf(model, "upsampler");
  if (up == "pad") {
    window.up = Window::Up::kPad;
  } else if (up == "backfilling") {
    window.up = Window::Up::kBackfill;
  } else if (up != "fillna" && !up.empty()) {
    return Error::Invalid("expected the upsampler pad, backfilling or fillna, got \"{}\"", up);
  }
  window.from = context.from;
  window.to = context.to;
  if (window.from == 0 && window.to == 0) {
    window.from = kMaxTime;
    for (const TimeSeries& series : all) {
      if (series.t.empty()) continue;
      window.from = std::min(window.from, series.t.front());
      window.to = std::max(window.to, series.t.back());
    }
  }
  return window;
}

}  // namespace

Result<Reducer> ParseReducer(std::string_view name) {
  for (const auto& [known, reducer] : kReducers) {
    if (known == name || (name == "avg" && reducer == Reducer::kMean)) return reducer;
  }
  return Error::Invalid(
      "unknown reducer \"{}\"; there are last, min, max, mean, median, sum, count", name);
}

std::optional<double> ReduceStrictly(Reducer reducer,
                                     std::span<const std::optional<double>> values) {
  if (reducer == Reducer::kCount) return static_cast<double>(values.size());
  if (reducer == Reducer::kLast) return values.empty() ? Value(kNan) : values.back();
  if (values.empty()) return reducer == Reducer::kSum ? 0.0 : kNan;
  double sum = 0;
  double smallest = std::numeric_limits<double>::infinity();
  double largest = -smallest;
  std::vector<double> plain;
  if (reducer == Reducer::kMedian) plain.reserve(values.size());
  for (const Value& value : values) {
    if (!value || std::isnan(*value)) return kNan;
    sum += *value;
    smallest = std::min(smallest, *value);
    largest = std::max(largest, *value);
    if (reducer == Reducer::kMedian) plain.push_back(*value);
  }
  switch (reducer) {
    case Reducer::kMin:
      return smallest;
    case Reducer::kMax:
      return largest;
    case Reducer::kMean:
      return sum / static_cast<double>(values.size());
    case Reducer::kMedian:
      return Median(std::move(plain));
    default:
      return sum;
  }
}

Result<NodeValue> EvaluateReduce(const codec::Json& model, const ExpressionContext& context) {
  const NodeValue& input = *TRY(InputOf(model, context));
  Reducer reducer = TRY(ParseReducer(TextOf(model, "reducer")));
  Mode mode = TRY(Mode::Of(model));
  std::vector<Number> out;
  if (const auto* series = std::get_if<std::vector<TimeSeries>>(&input.data)) {
    std::vector<Value> kept;
    for (const TimeSeries& one : *series) {
      kept.clear();
      for (Value value : one.v) {
        if (mode.In(&value)) kept.push_back(value);
      }
      out.push_back({one.labels, mode.Out(ReduceStrictly(reducer, kept))});
    }
  } else if (const auto* numbers = std::get_if<std::vector<Number>>(&input.data)) {
    // Of an instant query: they are reduced already.
    for (const Number& one : *numbers) {
      Number kept = one;
      if (mode.In(&kept.value)) out.push_back(std::move(kept));
    }
  }
  return OrNoData(std::move(out));
}

Result<NodeValue> EvaluateResample(const codec::Json& model, const ExpressionContext& context) {
  const NodeValue& input = *TRY(InputOf(model, context));
  if (std::holds_alternative<NoData>(input.data)) return NodeValue{};
  const auto* all = std::get_if<std::vector<TimeSeries>>(&input.data);
  if (all == nullptr) return Error::Invalid("resample needs series, not numbers");
  Window window = TRY(WindowOf(model, context, *all));
  if (window.to < window.from) return NodeValue{};
  if (window.to - window.from < window.every_ms) {
    return Error::Invalid(
        "the series cannot be sampled further; the time range is shorter than the interval");
  }
  if (window.points() > kMaxResampledPoints / std::max<size_t>(all->size(), 1)) {
    return Error::Make(ErrorCode::kLimit,
                       "resampling gives more than {} points; take a longer window",
                       kMaxResampledPoints);
  }
  std::vector<TimeSeries> out;
  for (const TimeSeries& series : *all) out.push_back(Resampled(series, window));
  return OrNoData(std::move(out));
}

}  // namespace watchfire::grafana
