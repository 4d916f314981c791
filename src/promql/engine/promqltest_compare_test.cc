// Answers against what a promqltest command expects.

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include <fmt/core.h>

#include "model/histogram_buckets.h"
#include "model/regex.h"
#include "promql/engine/promqltest_test.h"

namespace watchfire::promql {
namespace {

using model::FloatHistogram;

std::map<int32_t, double> FilledBuckets(const std::vector<model::Span>& spans,
                                        const std::vector<double>& counts) {
  std::map<int32_t, double> filled;
  int32_t index = 0;
  size_t at = 0;
  for (const model::Span& span : spans) {
    index += span.offset;
    for (uint32_t k = 0; k < span.length; ++k, ++index, ++at) {
      if (counts[at] != 0) filled[index] = counts[at];
    }
  }
  return filled;
}

bool SameBuckets(const std::map<int32_t, double>& a, const std::map<int32_t, double>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.first == y.first && AlmostEqualFloats(x.second, y.second);
  });
}

bool SameHistogram(const FloatHistogram& a, const FloatHistogram& b) {
  return a.schema == b.schema && a.zero_threshold == b.zero_threshold &&
         AlmostEqualFloats(a.zero_count, b.zero_count) && AlmostEqualFloats(a.count, b.count) &&
         AlmostEqualFloats(a.sum, b.sum) && a.custom_values == b.custom_values &&
         SameBuckets(FilledBuckets(a.positive_spans, a.positive_buckets),
                     FilledBuckets(b.positive_spans, b.positive_buckets)) &&
         SameBuckets(FilledBuckets(a.negative_spans, a.negative_buckets),
                     FilledBuckets(b.negative_spans, b.negative_buckets));
}

// Points by time; a histogram has no number.
struct Point {
  double v = 0;
  const FloatHistogram* histogram = nullptr;
  bool compare_hint = false;
};
std::map<TimeMs, Point> PointsOf(const ResultSeries& series) {
  std::map<TimeMs, Point> points;
  for (size_t i = 0; i < series.t.size(); ++i) points[series.t[i]] = {series.v[i]};
  for (size_t i = 0; i < series.histogram_t.size(); ++i) {
    points[series.histogram_t[i]] = {0, &series.histograms[i], false};
  }
  return points;
}

std::string Show(const std::map<TimeMs, Point>& points) {
  std::string text;
  for (const auto& [t, point] : points) {
    text += point.histogram
                ? fmt::format(" [{} histogram {} hint={}]", t, model::ToString(*point.histogram),
                              static_cast<int>(point.histogram->reset_hint))
                : fmt::format(" [{} {}]", t, point.v);
  }
  return text;
}

std::string CompareSeries(const TestSeriesLine& want, const ResultSeries& got, TimeMs start,
                          int64_t step_ms) {
  std::map<TimeMs, Point> points = PointsOf(got);
  std::map<TimeMs, Point> expected;
  for (size_t i = 0; i < want.values.size(); ++i) {
    const TestValue& value = want.values[i];
    if (!value.present) continue;
    expected[start + static_cast<int64_t>(i) * step_ms] = {
        value.v, value.histogram ? &*value.histogram : nullptr, value.counter_reset_hint_given};
  }
  bool same = std::equal(points.begin(), points.end(), expected.begin(), expected.end(),
                         [](const auto& a, const auto& b) {
                           if (a.first != b.first) return false;
                           const FloatHistogram* x = a.second.histogram;
                           const FloatHistogram* y = b.second.histogram;
                           if (!x || !y)
                             return !x && !y && AlmostEqualFloats(a.second.v, b.second.v);
                           bool hints = a.second.compare_hint || b.second.compare_hint;
                           if (hints && x->reset_hint != y->reset_hint) return false;
                           return SameHistogram(*x, *y);
                         });
  if (same) return {};
  return fmt::format("{}: expected{}, got{}", want.labels.ToMetricString(), Show(expected),
                     Show(points));
}

std::string CompareSeriesSets(const EvalCommand& command, const QueryValue& value) {
  std::map<model::Labels, const ResultSeries*> got;
  for (const ResultSeries& series : value.series) {
    if (!got.emplace(series.labels, &series).second) {
      return "two series with labels " + series.labels.ToMetricString();
    }
  }
  TimeMs start = command.range_vector ? command.vector_start : command.start;
  int64_t step = command.range_vector ? command.vector_step_ms : command.step_ms;
  for (size_t i = 0; i < command.series.size(); ++i) {
    const TestSeriesLine& want = command.series[i];
    bool any = std::any_of(want.values.begin(), want.values.end(),
                           [](const TestValue& v) { return v.present; });
    auto found = got.find(want.labels);
    if (found == got.end()) {
      if (!any) continue;
      return "no series " + want.labels.ToMetricString();
    }
    if (command.ordered && found->second != &value.series[i]) {
      return "wrong place of " + want.labels.ToMetricString();
    }
    std::string difference = CompareSeries(want, *found->second, start, step);
    if (!difference.empty()) return difference;
    got.erase(found);
  }
  if (!got.empty()) {
    return fmt::format("unexpected series {}:{}", got.begin()->first.ToMetricString(),
                       Show(PointsOf(*got.begin()->second)));
  }
  if (command.range && !std::is_sorted(value.series.begin(), value.series.end(),
                                       [](const ResultSeries& a, const ResultSeries& b) {
                                         return a.labels < b.labels;
                                       })) {
    return "series are not sorted by labels";
  }
  return {};
}

std::string CompareValue(const EvalCommand& command, const QueryValue& value) {
  if (command.string) {
    if (value.type != ValueType::kString) return "not a string";
    return value.string.v == *command.string ? "" : "got string " + value.string.v;
  }
  if (value.type == ValueType::kScalar) {
    if (!command.scalar) return fmt::format("unexpected scalar {}", value.scalar.v);
    return AlmostEqualFloats(*command.scalar, value.scalar.v)
               ? ""
               : fmt::format("expected {}, got {}", *command.scalar, value.scalar.v);
  }
  if (command.scalar) return fmt::format("expected scalar {}, got a vector", *command.scalar);
  return CompareSeriesSets(command, value);
}

// Without ` (1:5)` at the end.
std::string WithoutPosition(const std::string& text) {
  size_t open = text.rfind(" (");
  bool position = open != std::string::npos && text.ends_with(')') &&
                  text.find_first_not_of("0123456789:)", open + 2) == std::string::npos;
  return position ? text.substr(0, open) : text;
}

bool Contains(const std::string& text, const std::string& pattern) {
  Result<model::Regex> regex = model::Regex::Compile(".*(?:" + pattern + ").*");
  return regex.ok() && regex->Matches(text);
}

bool Matches(const Expectation& expectation, const std::string& text, bool exact_positions) {
  if (!expectation.regex.empty()) {
    if (!exact_positions && expectation.regex.find(':') != std::string::npos) return true;
    return Contains(text, expectation.regex);
  }
  if (expectation.text.empty()) return true;
  if (exact_positions) return expectation.text == text;
  return WithoutPosition(expectation.text) == WithoutPosition(text);
}

std::string CompareNotes(const EvalCommand& command, ExpectKind some, ExpectKind none,
                         const std::vector<std::string>& notes, bool exact_positions) {
  if (command.Expects(none) && !notes.empty()) return "unexpected annotation: " + notes[0];
  if (!command.Expects(some)) return {};
  if (notes.empty()) return "an annotation is missing";
  for (const std::string& note : notes) {
    bool known = std::any_of(
        command.expectations.begin(), command.expectations.end(),
        [&](const Expectation& e) { return e.kind == some && Matches(e, note, exact_positions); });
    if (!known) return "unexpected annotation: " + note;
  }
  for (const Expectation& e : command.expectations) {
    if (e.kind != some) continue;
    bool seen = std::any_of(notes.begin(), notes.end(), [&](const std::string& note) {
      return Matches(e, note, exact_positions);
    });
    if (!seen) return "an annotation is missing: " + e.text + e.regex;
  }
  return {};
}

std::string CompareFailure(const EvalCommand& command, const QueryFailure& failure) {
  for (const Expectation& e : command.expectations) {
    if (e.kind != ExpectKind::kFail) continue;
    if (!e.text.empty() && e.text != failure.message) {
      return fmt::format("expected error {}, got {}", e.text, failure.message);
    }
    if (!e.regex.empty() && !Contains(failure.message, e.regex)) {
      return fmt::format("expected error like {}, got {}", e.regex, failure.message);
    }
    return {};
  }
  return "error: " + failure.message;
}

}  // namespace

bool AlmostEqualFloats(double a, double b) {
  constexpr double kEpsilon = 1e-6;
  if (model::IsStaleNan(a) || model::IsStaleNan(b)) {
    return model::IsStaleNan(a) && model::IsStaleNan(b);
  }
  if (std::isnan(a) && std::isnan(b)) return true;
  if (a == b) return true;
  double sum = std::fabs(a) + std::fabs(b);
  double diff = std::fabs(a - b);
  if (a == 0 || b == 0 || sum < std::numeric_limits<double>::min()) {
    return diff < kEpsilon * std::numeric_limits<double>::min();
  }
  return diff / std::min(sum, std::numeric_limits<double>::max()) < kEpsilon;
}

std::string CompareOutcome(const EvalCommand& command,
                           const std::variant<QueryResult, QueryFailure>& outcome,
                           bool exact_positions) {
  if (const auto* failure = std::get_if<QueryFailure>(&outcome)) {
    return CompareFailure(command, *failure);
  }
  if (command.Expects(ExpectKind::kFail)) return "an error was expected";
  const auto& result = std::get<QueryResult>(outcome);
  std::string difference = CompareNotes(command, ExpectKind::kWarn, ExpectKind::kNoWarn,
                                        result.warnings, exact_positions);
  if (difference.empty()) {
    difference = CompareNotes(command, ExpectKind::kInfo, ExpectKind::kNoInfo, result.infos,
                              exact_positions);
  }
  return difference.empty() ? CompareValue(command, result.value) : difference;
}

}  // namespace watchfire::promql
