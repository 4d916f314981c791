#include "promql/oracle/naive_functions.h"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <limits>
#include <map>
#include <numbers>

namespace watchfire::promql::naive {
namespace {

using model::kNormalNan;
using model::Sample;

constexpr double kInf = std::numeric_limits<double>::infinity();

// Neumaier's sum: what each addition lost is kept apart.
struct Compensated {
  double sum = 0;
  double lost = 0;
  void Add(double x) {
    double next = sum + x;
    if (std::isinf(next)) {
      lost = 0;
    } else if (std::fabs(sum) >= std::fabs(x)) {
      lost += (sum - next) + x;
    } else {
      lost += (x - next) + sum;
    }
    sum = next;
  }
};

std::vector<double> ValuesOf(const std::vector<Sample>& samples) {
  std::vector<double> values;
  for (const Sample& sample : samples) values.push_back(sample.v);
  return values;
}

// `first` beats a later one unless that is better; a number beats NaN.
template <typename Beats>
Sample Best(const std::vector<Sample>& samples, Beats beats) {
  Sample best = samples.front();
  for (const Sample& sample : samples) {
    if (beats(sample.v, best.v) || std::isnan(best.v)) best = sample;
  }
  return best;
}

double VarianceOverTime(const std::vector<double>& values) {
  Compensated mean;
  Compensated squares;
  double count = 0;
  for (double v : values) {
    ++count;
    double delta = v - (mean.sum + mean.lost);
    mean.Add(delta / count);
    squares.Add(delta * (v - (mean.sum + mean.lost)));
  }
  return (squares.sum + squares.lost) / count;
}

double MedianDeviation(std::vector<double> values) {
  for (double v : values) {
    if (std::isnan(v)) return kNormalNan;
  }
  double median = Quantile(0.5, values);
  for (double& v : values) v = std::fabs(v - median);
  return Quantile(0.5, values);
}

std::optional<double> Extrapolated(std::string_view function, const Window& w) {
  const std::vector<Sample>& s = w.samples;
  if (s.size() < 2) return std::nullopt;
  bool counter = function != "delta";
  double result = s.back().v - s.front().v;
  for (size_t i = 1; counter && i < s.size(); ++i) {
    if (s[i].v < s[i - 1].v) result += s[i - 1].v;
  }
  double interval = ToSeconds(s.back().t - s.front().t);
  double to_start = ToSeconds(s.front().t - w.from);
  double to_end = ToSeconds(w.to - s.back().t);
  double average = interval / static_cast<double>(s.size() - 1);
  double threshold = average * 1.1;
  if (to_start >= threshold) to_start = average / 2;
  if (counter && result > 0 && s.front().v >= 0) {
    double to_zero = interval * (s.front().v / result);
    if (to_zero < to_start) to_start = to_zero;
  }
  if (to_end >= threshold) to_end = average / 2;
  double factor = (interval + to_start + to_end) / interval;
  if (function == "rate") factor /= ToSeconds(w.to - w.from);
  return result * factor;
}

std::optional<double> LastTwo(std::string_view function, const std::vector<Sample>& s) {
  if (s.size() < 2) return std::nullopt;
  const Sample& before = s[s.size() - 2];
  const Sample& last = s.back();
  if (last.t == before.t) return std::nullopt;
  if (function == "idelta") return last.v - before.v;
  double grown = last.v < before.v ? last.v : last.v - before.v;
  return grown / ToSeconds(last.t - before.t);
}

// Slope, and the value at time `origin`.
std::pair<double, double> Line(const std::vector<Sample>& s, TimeMs origin) {
  bool constant = true;
  for (const Sample& sample : s) constant = constant && sample.v == s.front().v;
  if (constant && std::isinf(s.front().v)) return {kNormalNan, kNormalNan};
  if (constant) return {0, s.front().v};
  Compensated x;
  Compensated y;
  Compensated xy;
  Compensated xx;
  for (const Sample& sample : s) {
    double seconds = ToSeconds(sample.t - origin);
    x.Add(seconds);
    y.Add(sample.v);
    xy.Add(seconds * sample.v);
    xx.Add(seconds * seconds);
  }
  auto n = static_cast<double>(s.size());
  double x_sum = x.sum + x.lost;
  double y_sum = y.sum + y.lost;
  double covariance = (xy.sum + xy.lost) - x_sum * y_sum / n;
  double variance = (xx.sum + xx.lost) - x_sum * x_sum / n;
  double slope = covariance / variance;
  return {slope, y_sum / n - slope * x_sum / n};
}

double Smoothed(const std::vector<Sample>& s, double smoothing, double trend_factor) {
  double before = 0;
  double level = s[0].v;
  double trend = s[1].v - s[0].v;
  for (size_t i = 1; i < s.size(); ++i) {
    if (i > 1) trend = trend_factor * (level - before) + (1 - trend_factor) * trend;
    double next = smoothing * s[i].v + (1 - smoothing) * (level + trend);
    before = level;
    level = next;
  }
  return level;
}

double Changes(std::string_view function, const std::vector<Sample>& s) {
  double count = 0;
  for (size_t i = 1; i < s.size(); ++i) {
    double a = s[i - 1].v;
    double b = s[i].v;
    bool same = a == b || (std::isnan(a) && std::isnan(b));
    if (function == "changes" ? !same : b < a) ++count;
  }
  return count;
}

std::optional<double> OfLine(std::string_view function, const Window& w,
                             const std::vector<double>& scalars) {
  if (w.samples.size() < 2) return std::nullopt;
  if (function == "deriv") return Line(w.samples, w.samples.front().t).first;
  if (function == "predict_linear") {
    auto [slope, intercept] = Line(w.samples, w.at);
    return slope * scalars.at(0) + intercept;
  }
  return Smoothed(w.samples, scalars.at(0), scalars.at(1));
}

// By upper bound, equal bounds as one, never falling.
void Tidy(std::vector<Bucket>& buckets) {
  std::map<double, double> merged;
  for (const Bucket& bucket : buckets) merged[bucket.upper] += bucket.count;
  buckets.clear();
  for (const auto& [upper, count] : merged) buckets.push_back({upper, count});
}

void NeverFall(std::vector<Bucket>& buckets) {
  for (size_t i = 1; i < buckets.size(); ++i) {
    double before = buckets[i - 1].count;
    double& count = buckets[i].count;
    // Differences of rounding count as none. (No generated count is near the smallest number.)
    bool close = before != 0 && count != 0 &&
                 std::fabs(before - count) / (std::fabs(before) + std::fabs(count)) < 1e-12;
    if (close || count < before) count = before;
  }
}

double CountBelow(double v, const std::vector<Bucket>& buckets) {
  double lower = buckets.front().upper > 0 ? 0 : -kInf;
  double below = 0;
  for (const Bucket& bucket : buckets) {
    if (v <= lower) return below;
    if (v < bucket.upper) {
      if (lower == -kInf) return bucket.count;
      // The highest bucket has no width: nothing of it is below anything finite.
      double inside = (bucket.count - below) * (v - lower) / (bucket.upper - lower);
      return std::min(buckets.back().count, below + inside);
    }
    lower = bucket.upper;
    below = bucket.count;
  }
  return buckets.back().count;
}

}  // namespace

double Max(double a, double b) {
  if (a == kInf || b == kInf) return kInf;
  if (std::isnan(a) || std::isnan(b)) return kNormalNan;
  if (a == 0 && b == 0) return std::signbit(a) ? b : a;
  return a > b ? a : b;
}

double Min(double a, double b) {
  if (a == -kInf || b == -kInf) return -kInf;
  if (std::isnan(a) || std::isnan(b)) return kNormalNan;
  if (a == 0 && b == 0) return std::signbit(a) ? a : b;
  return a < b ? a : b;
}

double Sum(const std::vector<double>& values) {
  Compensated sum;
  for (double v : values) sum.Add(v);
  return sum.sum + sum.lost;
}

double Mean(const std::vector<double>& values) {
  Compensated sum;
  size_t n = 0;
  for (double v : values) {
    Compensated next = sum;
    next.Add(v);
    // The first value is taken even if it is infinite.
    if (n > 0 && std::isinf(next.sum)) break;
    sum = next;
    ++n;
  }
  if (n == values.size()) {
    auto count = static_cast<double>(n);
    return sum.sum / count + sum.lost / count;
  }
  // The sum would be infinite: go on with the mean of what there is.
  Compensated mean{sum.sum / static_cast<double>(n), sum.lost / static_cast<double>(n)};
  for (; n < values.size(); ++n) {
    auto count = static_cast<double>(n + 1);
    double weight = (count - 1) / count;
    mean.sum *= weight;
    mean.lost *= weight;
    mean.Add(values[n] / count);
  }
  return mean.sum + mean.lost;
}

double Quantile(double q, std::vector<double> values) {
  if (std::isnan(q)) return kNormalNan;
  if (q < 0) return -kInf;
  if (q > 1) return kInf;
  std::stable_sort(values.begin(), values.end(), [](double a, double b) {
    if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && !std::isnan(b);
    return a < b;
  });
  double rank = q * static_cast<double>(values.size() - 1);
  double whole = std::floor(rank);
  auto low = static_cast<size_t>(whole);
  size_t high = std::min(low + 1, values.size() - 1);
  return values[low] * (1 - (rank - whole)) + values[high] * (rank - whole);
}

double Variance(const std::vector<double>& values) {
  double mean = values.front();
  double squares = std::isfinite(mean) ? 0 : kNormalNan;
  for (size_t i = 1; i < values.size(); ++i) {
    double delta = values[i] - mean;
    mean += delta / static_cast<double>(i + 1);
    squares += delta * (values[i] - mean);
  }
  return squares / static_cast<double>(values.size());
}

std::optional<double> Math(std::string_view function, double v) {
  constexpr double kPi = std::numbers::pi;
  if (function == "sgn") return v > 0 ? 1 : v < 0 ? -1 : v;
  if (function == "deg") return v * 180 / kPi;
  if (function == "rad") return v * kPi / 180;
  using Function = double (*)(double);
  static const std::map<std::string_view, Function> kLibrary = {
      {"abs", std::fabs},    {"acos", std::acos},   {"acosh", std::acosh}, {"asin", std::asin},
      {"asinh", std::asinh}, {"atan", std::atan},   {"atanh", std::atanh}, {"ceil", std::ceil},
      {"cos", std::cos},     {"cosh", std::cosh},   {"exp", std::exp},     {"floor", std::floor},
      {"ln", std::log},      {"log10", std::log10}, {"log2", std::log2},   {"sin", std::sin},
      {"sinh", std::sinh},   {"sqrt", std::sqrt},   {"tan", std::tan},     {"tanh", std::tanh}};
  auto found = kLibrary.find(function);
  if (found == kLibrary.end()) return std::nullopt;
  return found->second(v);
}

std::optional<double> DatePart(std::string_view function, double v) {
  std::tm date = {};
  if (!(std::fabs(v) < 9223372036854775808.0)) {
    // The calendar repeats every 400 years: the same day of 2196.
    if (function == "year") return 292277026596;
    v = 7161147008;
  } else if (std::fabs(v) > 1e14) {
    return std::nullopt;
  }
  auto seconds = static_cast<std::time_t>(v);
  gmtime_r(&seconds, &date);
  if (function == "year") return date.tm_year + 1900;
  if (function == "month") return date.tm_mon + 1;
  if (function == "day_of_month") return date.tm_mday;
  if (function == "day_of_week") return date.tm_wday;
  if (function == "day_of_year") return date.tm_yday + 1;
  if (function == "hour") return date.tm_hour;
  if (function == "minute") return date.tm_min;
  if (function != "days_in_month") return std::nullopt;
  int64_t year = date.tm_year + int64_t{1900};
  bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return kDays[date.tm_mon] + (date.tm_mon == 1 && leap ? 1 : 0);
}

double Calculate(BinaryOp op, double a, double b) {
  switch (op) {
    case BinaryOp::kAdd:
      return a + b;
    case BinaryOp::kSub:
      return a - b;
    case BinaryOp::kMul:
      return a * b;
    case BinaryOp::kDiv:
      return a / b;
    case BinaryOp::kMod:
      return std::fmod(a, b);
    case BinaryOp::kPow:
      return std::pow(a, b);
    default:
      return std::atan2(a, b);
  }
}

bool Holds(BinaryOp op, double a, double b) {
  switch (op) {
    case BinaryOp::kEqual:
      return a == b;
    case BinaryOp::kNotEqual:
      return a != b;
    case BinaryOp::kLess:
      return a < b;
    case BinaryOp::kLessEqual:
      return a <= b;
    case BinaryOp::kGreater:
      return a > b;
    default:
      return a >= b;
  }
}

std::optional<double> OfWindow(std::string_view function, const Window& w,
                               const std::vector<double>& scalars) {
  const std::vector<Sample>& s = w.samples;
  std::vector<double> values = ValuesOf(s);
  auto above = [](double a, double b) { return a > b; };
  auto below = [](double a, double b) { return a < b; };
  auto not_below = [](double a, double b) { return a >= b; };
  auto not_above = [](double a, double b) { return a <= b; };
  if (function == "rate" || function == "increase" || function == "delta") {
    return Extrapolated(function, w);
  }
  if (function == "irate" || function == "idelta") return LastTwo(function, s);
  if (function == "changes" || function == "resets") return Changes(function, s);
  if (function == "sum_over_time") return Sum(values);
  if (function == "avg_over_time") return Mean(values);
  if (function == "min_over_time") return Best(s, below).v;
  if (function == "max_over_time") return Best(s, above).v;
  if (function == "ts_of_min_over_time") return ToSeconds(Best(s, not_above).t);
  if (function == "ts_of_max_over_time") return ToSeconds(Best(s, not_below).t);
  if (function == "ts_of_first_over_time") return ToSeconds(s.front().t);
  if (function == "ts_of_last_over_time") return ToSeconds(s.back().t);
  if (function == "first_over_time") return s.front().v;
  if (function == "last_over_time") return s.back().v;
  if (function == "count_over_time") return static_cast<double>(s.size());
  if (function == "present_over_time") return 1;
  if (function == "stdvar_over_time") return VarianceOverTime(values);
  if (function == "stddev_over_time") return std::sqrt(VarianceOverTime(values));
  if (function == "mad_over_time") return MedianDeviation(values);
  if (function == "quantile_over_time") return Quantile(scalars.at(0), values);
  return OfLine(function, w, scalars);
}

double BucketQuantile(double q, std::vector<Bucket> buckets) {
  if (std::isnan(q)) return kNormalNan;
  if (q < 0) return -kInf;
  if (q > 1) return kInf;
  Tidy(buckets);
  if (buckets.back().upper != kInf) return kNormalNan;
  NeverFall(buckets);
  double total = buckets.back().count;
  if (buckets.size() < 2 || total == 0) return kNormalNan;
  double rank = q * total;
  size_t b = 0;
  while (b < buckets.size() - 1 && !(buckets[b].count >= rank)) ++b;
  if (b == buckets.size() - 1) return buckets[b - 1].upper;
  if (b == 0 && buckets[0].upper <= 0) return buckets[0].upper;
  double lower = b == 0 ? 0 : buckets[b - 1].upper;
  double below = b == 0 ? 0 : buckets[b - 1].count;
  return lower + (buckets[b].upper - lower) * ((rank - below) / (buckets[b].count - below));
}

double BucketFraction(double lower, double upper, std::vector<Bucket> buckets) {
  Tidy(buckets);
  if (buckets.back().upper != kInf) return kNormalNan;
  double count = buckets.back().count;
  if (count == 0 || std::isnan(lower) || std::isnan(upper)) return kNormalNan;
  if (lower >= upper) return 0;
  return (CountBelow(upper, buckets) - CountBelow(lower, buckets)) / count;
}

}  // namespace watchfire::promql::naive
