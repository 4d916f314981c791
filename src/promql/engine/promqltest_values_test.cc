// Series lines of the promqltest language.

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>
#include <set>

#include "base/numbers.h"
#include "base/text.h"
#include "model/duration.h"
#include "model/histogram_math.h"
#include "promql/engine/promqltest_test.h"
#include "promql/parser/parser.h"

namespace watchfire::promql {
namespace {

using model::FloatHistogram;

std::optional<double> ScanNumber(std::string_view& text) {
  size_t i = 0;
  auto digit = [&](size_t k) { return k < text.size() && std::isdigit(text[k]); };
  if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
  if (i < text.size() && std::isalpha(text[i]) && text[i] != 'x') {
    while (i < text.size() && std::isalpha(text[i]) && text[i] != 'x') ++i;
  } else {
    while (digit(i) || (i < text.size() && text[i] == '.')) ++i;
    if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
      size_t k = i + 1;
      if (k < text.size() && (text[k] == '+' || text[k] == '-')) ++k;
      if (digit(k)) {
        while (digit(k)) ++k;
        i = k;
      }
    }
  }
  std::optional<double> v = ParseFloat(text.substr(0, i));
  if (v) text.remove_prefix(i);
  return v;
}

// `x12` at the front; nothing if it is not there.
std::optional<int> ScanTimes(std::string_view& text) {
  if (text.empty() || text[0] != 'x') return std::nullopt;
  size_t i = 1;
  while (i < text.size() && std::isdigit(text[i])) ++i;
  auto n = ParseInt(text.substr(1, i - 1));
  if (!n) return std::nullopt;
  text.remove_prefix(i);
  return static_cast<int>(*n);
}

std::vector<double> ParseList(std::string_view text) {
  std::vector<double> values;
  for (std::string_view part : Split(text, ' ')) {
    if (auto v = ParseFloat(TrimSpace(part))) values.push_back(*v);
  }
  return values;
}

// The inside of `{{…}}`.
Result<TestValue> ParseHistogram(std::string_view body) {
  TestValue value;
  value.present = true;
  FloatHistogram& h = value.histogram.emplace();
  int32_t offset = 0;
  int32_t n_offset = 0;
  while (!(body = TrimSpace(body)).empty()) {
    size_t colon = body.find(':');
    if (colon == std::string_view::npos) return Error::Invalid("bad histogram {}", body);
    std::string_view key = body.substr(0, colon);
    body.remove_prefix(colon + 1);
    size_t end = body[0] == '[' ? body.find(']') : body.find(' ');
    std::string_view text = body.substr(0, std::min(end, body.size()));
    body.remove_prefix(std::min(end == std::string_view::npos ? end : end + 1, body.size()));
    double number = ParseFloat(text).value_or(0);
    std::vector<double> list;
    if (text.starts_with('[')) list = ParseList(text.substr(1));
    if (key == "schema")
      h.schema = static_cast<int32_t>(number);
    else if (key == "sum")
      h.sum = number;
    else if (key == "count")
      h.count = number;
    else if (key == "z_bucket")
      h.zero_count = number;
    else if (key == "z_bucket_w")
      h.zero_threshold = number;
    else if (key == "offset")
      offset = static_cast<int32_t>(number);
    else if (key == "n_offset")
      n_offset = static_cast<int32_t>(number);
    else if (key == "buckets")
      h.positive_buckets = list;
    else if (key == "n_buckets")
      h.negative_buckets = list;
    else if (key == "custom_values")
      h.custom_values = list;
    else if (key == "counter_reset_hint") {
      value.counter_reset_hint_given = true;
      if (text == "gauge") h.reset_hint = model::CounterReset::kGauge;
      if (text == "reset") h.reset_hint = model::CounterReset::kYes;
      if (text == "not_reset") h.reset_hint = model::CounterReset::kNo;
    } else {
      return Error::Invalid("bad histogram key {}", key);
    }
  }
  auto span = [](int32_t first, size_t n) {
    return n == 0 ? std::vector<model::Span>{}
                  : std::vector<model::Span>{{first, static_cast<uint32_t>(n)}};
  };
  h.positive_spans = span(offset, h.positive_buckets.size());
  h.negative_spans = span(n_offset, h.negative_buckets.size());
  return value;
}

Result<TestValue> ScanValue(std::string_view& text) {
  TestValue value;
  value.present = true;
  if (text.starts_with("{{")) {
    size_t end = text.find("}}");
    if (end == std::string_view::npos) return Error::Invalid("unclosed histogram");
    value = TRY(ParseHistogram(text.substr(2, end - 2)));
    text.remove_prefix(end + 2);
    return value;
  }
  std::optional<double> v = ScanNumber(text);
  if (!v) return Error::Invalid("bad value {}", text);
  value.v = *v;
  return value;
}

Result<void> ScanItem(std::string_view& text, std::vector<TestValue>* out) {
  if (text.starts_with("_")) {
    text.remove_prefix(1);
    int times = ScanTimes(text).value_or(1);
    out->resize(out->size() + static_cast<size_t>(times));
    return {};
  }
  if (text.starts_with("stale")) {
    text.remove_prefix(5);
    TestValue stale;
    stale.present = true;
    stale.v = model::kStaleNan;
    out->push_back(stale);
    return {};
  }
  TestValue value = TRY(ScanValue(text));
  out->push_back(value);
  if (std::optional<int> times = ScanTimes(text)) {
    for (int i = 0; i < *times; ++i) out->push_back(value);
    return {};
  }
  if (text.empty() || (text[0] != '+' && text[0] != '-')) return {};
  double sign = text[0] == '-' ? -1 : 1;
  text.remove_prefix(1);
  TestValue step = TRY(ScanValue(text));
  std::optional<int> times = ScanTimes(text);
  if (!times) return Error::Invalid("bad sequence {}", text);
  for (int i = 0; i < *times; ++i) {
    if (value.histogram) {
      if (sign > 0) {
        model::Add(*value.histogram, *step.histogram);
      } else {
        model::Subtract(*value.histogram, *step.histogram);
      }
    } else {
      value.v += sign * step.v;
    }
    out->push_back(value);
  }
  return {};
}

// `-1m`, `+1m`, `0`; an offset in milliseconds.
Result<int64_t> ScanOffset(std::string_view& text) {
  int64_t sign = text.starts_with('-') ? -1 : 1;
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  size_t end = std::min(text.find_first_of("+-x \t"), text.size());
  std::string_view word = text.substr(0, end);
  text.remove_prefix(end);
  if (word == "0") return 0;
  return sign * TRY(model::ParseDurationMs(word));
}

// An offset, or a row of them: `-1mx2`, `-30s-1mx2`.
Result<void> ScanOffsets(std::string_view& text, std::vector<TestValue>* out) {
  int64_t offset = TRY(ScanOffset(text));
  int64_t step = 0;
  bool row = !text.empty() && (text[0] == '+' || text[0] == '-');
  if (row) step = TRY(ScanOffset(text));
  std::optional<int> times = ScanTimes(text);
  if (row && !times) return Error::Invalid("bad sequence {}", text);
  for (int i = 0; i <= times.value_or(0); ++i) {
    TestValue value;
    value.present = true;
    value.v = static_cast<double>(offset + i * step);
    out->push_back(value);
  }
  return {};
}

// Where the labels end and the values begin.
size_t MetricEnd(std::string_view line) {
  char quote = 0;
  bool braces = false;
  for (size_t i = 0; i < line.size(); ++i) {
    char c = line[i];
    if (quote) {
      if (c == '\\' && quote != '`')
        ++i;
      else if (c == quote)
        quote = 0;
    } else if (c == '"' || c == '\'' || c == '`') {
      quote = c;
    } else if (c == '@' && !braces) {
      return i;
    } else if (c == '{') {
      if (i + 1 < line.size() && line[i + 1] == '{' && !braces) return i;
      braces = true;
    } else if (c == '}') {
      return i + 1;
    } else if (!braces && (c == ' ' || c == '\t')) {
      size_t next = line.find_first_not_of(" \t", i);
      bool opens = next != std::string_view::npos && line[next] == '{' &&
                   !line.substr(next).starts_with("{{");
      if (!opens) return i;
    }
  }
  return line.size();
}

}  // namespace

Result<TestSeriesLine> ParseSeriesLine(std::string_view line) {
  TestSeriesLine series;
  size_t end = MetricEnd(line);
  series.labels = TRY(ParseMetric(TrimSpace(line.substr(0, end))));
  std::string_view rest = line.substr(end);
  if (rest.starts_with("@st")) {
    series.start_times = true;
    rest.remove_prefix(3);
  }
  while (!(rest = TrimSpace(rest)).empty()) {
    if (series.start_times && rest[0] != '_') {
      TRY(ScanOffsets(rest, &series.values));
    } else {
      TRY(ScanItem(rest, &series.values));
    }
    if (!rest.empty() && rest[0] != ' ' && rest[0] != '\t') {
      return Error::Invalid("bad series line: {}", line);
    }
  }
  return series;
}

void TellResets(std::vector<TestValue>* values) {
  const FloatHistogram* before = nullptr;  // in the same chunk
  for (TestValue& value : *values) {
    if (!value.present) continue;
    if (!value.histogram) {
      before = nullptr;
      continue;
    }
    FloatHistogram& histogram = *value.histogram;
    bool known = histogram.reset_hint != model::CounterReset::kUnknown;
    bool gauge_before = before && before->reset_hint == model::CounterReset::kGauge;
    if (!known && before && !gauge_before && !model::HasReset(histogram, *before)) {
      histogram.reset_hint = model::CounterReset::kNo;
    }
    before = &histogram;
  }
}

void AddNhcbSeries(std::vector<TestSeriesLine>* series) {
  struct Source {
    std::map<double, const TestSeriesLine*> buckets;
    const TestSeriesLine* sum = nullptr;
    const TestSeriesLine* count = nullptr;
  };
  std::map<model::Labels, Source> sources;
  for (const TestSeriesLine& line : *series) {
    std::string name(line.labels.metric_name());
    model::LabelsBuilder builder(line.labels);
    auto base = [&](std::string_view suffix) -> Source& {
      builder.Set("__name__", name.substr(0, name.size() - suffix.size()));
      builder.Delete("le");
      return sources[builder.Build()];
    };
    if (name.ends_with("_bucket")) {
      if (auto le = ParseFloat(line.labels.Get("le"))) base("_bucket").buckets[*le] = &line;
    } else if (name.ends_with("_sum")) {
      base("_sum").sum = &line;
    } else if (name.ends_with("_count")) {
      base("_count").count = &line;
    }
  }
  std::vector<TestSeriesLine> made;
  for (const auto& [labels, source] : sources) {
    if (source.buckets.empty()) continue;
    TestSeriesLine line;
    line.labels = labels;
    for (size_t i = 0; i < source.buckets.begin()->second->values.size(); ++i) {
      TestValue value;
      FloatHistogram& h = value.histogram.emplace();
      h.schema = model::kCustomBucketsSchema;
      double before = 0;
      for (const auto& [le, bucket] : source.buckets) {
        if (i >= bucket->values.size() || !bucket->values[i].present) continue;
        value.present = true;
        if (!std::isinf(le)) h.custom_values.push_back(le);
        h.positive_buckets.push_back(bucket->values[i].v - before);
        before = bucket->values[i].v;
      }
      h.count = before;
      if (source.sum && i < source.sum->values.size()) h.sum = source.sum->values[i].v;
      h.positive_spans = {{0, static_cast<uint32_t>(h.positive_buckets.size())}};
      line.values.push_back(std::move(value));
    }
    made.push_back(std::move(line));
  }
  for (TestSeriesLine& line : made) series->push_back(std::move(line));
}

}  // namespace watchfire::promql
