// Queries and metadata of a running server, in promtool's forms.
#include "tool/query_commands.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/numbers.h"
#include "base/text.h"
#include "model/labels.h"
#include "tool/query_client.h"
#include "tool/tsdb_commands.h"

namespace watchfire::tool {
namespace {

using codec::Json;

Error NotAnAnswer() {
  return Error::Invalid("the answer is not of a form that is known");
}

std::string Seconds(int64_t ms) {
  return fmt::format("{:.3f}", ToSeconds(ms));
}

Result<std::string> StringOf(const Json* json) {
  if (json == nullptr || json->AsString() == nullptr) return NotAnAnswer();
  return *json->AsString();
}

Result<const Json::Array*> ArrayOf(const Json* json) {
  if (json == nullptr || json->AsArray() == nullptr) return NotAnAnswer();
  return json->AsArray();
}

// `a="1", b="2"`, sorted as text.
Result<std::string> LabelList(const Json::Object& labels, bool with_name) {
  std::vector<std::string> parts;
  for (const Json::Member& label : labels) {
    if (!with_name && label.name == model::kMetricName) continue;
    parts.push_back(label.name + "=" + GoQuote(TRY(StringOf(&label.value))));
  }
  std::ranges::sort(parts);
  return Join(parts, ", ");
}

Result<std::string> MetricText(const Json& series) {
  const Json* metric = series.Find("metric");
  if (metric == nullptr || metric->AsObject() == nullptr) return NotAnAnswer();
  std::string labels = TRY(LabelList(*metric->AsObject(), false));
  const Json* name = metric->Find(model::kMetricName);
  std::string out = name == nullptr ? "" : TRY(StringOf(name));
  return labels.empty() && !out.empty() ? out : out + "{" + labels + "}";
}

// A number that came as text, without an exponent.
Result<std::string> Plain(const Json& json) {
  std::optional<double> v = ParseFloat(TRY(StringOf(&json)));
  if (!v) return NotAnAnswer();
  return FormatFloatFixed(*v);
}

Result<std::string> HistogramText(const Json& histogram) {
  auto number = [&](std::string_view key) -> Result<double> {
    return ParseFloat(TRY(StringOf(histogram.Find(key)))).value_or(0);
  };
  std::vector<std::string> buckets;
  if (const Json* all = histogram.Find("buckets")) {
    for (const Json& bucket : *TRY(ArrayOf(all))) {
      const Json::Array& parts = *TRY(ArrayOf(&bucket));
      if (parts.size() != 4 || !parts[0].AsInt()) return NotAnAnswer();
      int64_t rule = *parts[0].AsInt();  // 0: (], 1: [), 2: (), 3: []
      std::string lower = FormatFloatGo(ParseFloat(TRY(StringOf(&parts[1]))).value_or(0));
      std::string upper = FormatFloatGo(ParseFloat(TRY(StringOf(&parts[2]))).value_or(0));
      buckets.push_back(fmt::format("{}{},{}{}:{}", rule == 1 || rule == 3 ? '[' : '(', lower,
                                    upper, rule == 0 || rule == 3 ? ']' : ')',
                                    TRY(Plain(parts[3]))));
    }
  }
  return fmt::format("Count: {:f}, Sum: {:f}, Buckets: [{}]", TRY(number("count")),
                     TRY(number("sum")), Join(buckets, " "));
}

// [time, "value"] or [time, histogram]: `value @[time]`.
Result<std::string> PointText(const Json& point) {
  const Json::Array& pair = *TRY(ArrayOf(&point));
  if (pair.size() != 2 || !pair[0].AsDouble()) return NotAnAnswer();
  std::string value =
      pair[1].AsObject() != nullptr ? TRY(HistogramText(pair[1])) : TRY(Plain(pair[1]));
  return value + " @[" + FormatFloatFixed(*pair[0].AsDouble()) + "]";
}

Result<std::string> SeriesText(const Json& series) {
  std::string out = TRY(MetricText(series)) + " =>";
  for (const char* key : {"value", "histogram"}) {
    if (const Json* point = series.Find(key)) return out + " " + TRY(PointText(*point));
  }
  for (const char* key : {"values", "histograms"}) {
    const Json* points = series.Find(key);
    if (points == nullptr) continue;
    for (const Json& point : *TRY(ArrayOf(points))) out += "\n" + TRY(PointText(point));
  }
  return out;
}

// As promtool encodes JSON: the result alone, on one line.
Result<void> PrintResult(const Json& data, QueryFormat format, std::FILE* out) {
  if (format == QueryFormat::kPromql) {
    Print(out, TRY(ResultText(data)) + "\n");
    return {};
  }
  const Json* result = data.Find("result");
  if (result == nullptr) return NotAnAnswer();
  Print(out, result->ToString() + "\n");
  return {};
}

QueryClient::Form SeriesForm(const SeriesOptions& options) {
  QueryClient::Form form = {{"start", Seconds(options.start)}, {"end", Seconds(options.end)}};
  for (const std::string& match : options.matches) form.emplace_back("match[]", match);
  return form;
}

}  // namespace

int64_t DefaultStep(TimeMs start, TimeMs end) {
  return std::max<int64_t>((end - start) / 250'000, 1) * 1000;
}

Result<std::string> ResultText(const Json& data) {
  std::string type = TRY(StringOf(data.Find("resultType")));
  const Json* result = data.Find("result");
  const Json::Array& all = *TRY(ArrayOf(result));
  if (type == "scalar") return "scalar: " + TRY(PointText(*result));
  if (type == "string") return all.size() == 2 ? StringOf(&all[1]) : NotAnAnswer();
  std::vector<std::string> lines;
  for (const Json& series : all) lines.push_back(TRY(SeriesText(series)));
  return Join(lines, "\n");
}

Result<void> QueryInstant(const InstantOptions& options, std::FILE* out) {
  auto client = TRY(QueryClient::Make(options.server, options.headers));
  Json data =
      TRY(client->Post("/query", {{"query", options.expr}, {"time", Seconds(options.time)}}));
  return PrintResult(data, options.format, out);
}

Result<void> QueryRange(const RangeOptions& options, std::FILE* out) {
  if (options.end < options.start) return Error::Invalid("start time is not before end time");
  int64_t step_ms = options.step_ms > 0 ? options.step_ms : DefaultStep(options.start, options.end);
  auto client = TRY(QueryClient::Make(options.server, options.headers));
  Json data = TRY(client->Post("/query_range", {{"query", options.expr},
                                                {"start", Seconds(options.start)},
                                                {"end", Seconds(options.end)},
                                                {"step", Seconds(step_ms)}}));
  return PrintResult(data, options.format, out);
}

Result<void> QuerySeries(const SeriesOptions& options, std::FILE* out) {
  auto client = TRY(QueryClient::Make(options.server, options.headers));
  Json data = TRY(client->Get("/series", SeriesForm(options)));
  const Json::Array& all = *TRY(ArrayOf(&data));
  if (options.format == QueryFormat::kJson) {
    Print(out, data.ToString() + "\n");
    return {};
  }
  for (const Json& labels : all) {
    if (labels.AsObject() == nullptr) return NotAnAnswer();
    Print(out, "{" + TRY(LabelList(*labels.AsObject(), true)) + "}\n");
  }
  return {};
}

Result<void> QueryLabels(const LabelsOptions& options, std::FILE* out) {
  auto client = TRY(QueryClient::Make(options.server, options.headers));
  Json data = TRY(
      client->Get("/label/" + net::PercentEncode(options.name) + "/values", SeriesForm(options)));
  const Json::Array& all = *TRY(ArrayOf(&data));
  if (options.format == QueryFormat::kJson) {
    Print(out, data.ToString() + "\n");
    return {};
  }
  for (const Json& value : all) Print(out, TRY(StringOf(&value)) + "\n");
  return {};
}

}  // namespace watchfire::tool
