#include "api/query_json.h"

#include "base/numbers.h"
#include "model/histogram_buckets.h"

namespace watchfire::api {
namespace {

using promql::QueryValue;
using promql::ResultSeries;

// Texts of timestamps already printed. Series of a range query share their steps, so the cache is
// walked in step with them: a hit costs one comparison.
class TimestampTexts {
 public:
  void Append(std::string& out, size_t hint, TimeMs t) {
    if (hint < entries_.size() && entries_[hint].t == t) {
      out.append(text_, entries_[hint].start, entries_[hint].size);
      return;
    }
    size_t start = out.size();
    AppendTimestamp(out, t);
    if (hint == entries_.size()) {
      entries_.push_back({t, text_.size(), out.size() - start});
      text_.append(out, start);
    }
  }
  // Where `t` would be found, given that the last hit was at `hint`: series may begin late.
  size_t Locate(TimeMs t) const {
    size_t low = 0;
    size_t high = entries_.size();
    while (low < high) {
      size_t middle = (low + high) / 2;
      if (entries_[middle].t < t) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

 private:
  struct Entry {
    TimeMs t;
    size_t start;
    size_t size;
  };
  std::vector<Entry> entries_;
  std::string text_;
};

void AppendValues(std::string& out, const ResultSeries& series, TimestampTexts& times) {
  size_t hint = series.t.empty() ? 0 : times.Locate(series.t[0]);
  for (size_t i = 0; i < series.t.size(); ++i) {
    out += i == 0 ? "[" : ",[";
    times.Append(out, hint + i, series.t[i]);
    out += ",\"";
    AppendFloatJson(out, series.v[i]);
    out += "\"]";
  }
}

void WriteMatrix(codec::JsonWriter& json, const std::vector<ResultSeries>& all) {
  TimestampTexts times;
  json.BeginArray();
  for (const ResultSeries& series : all) {
    json.BeginObject().Key("metric");
    WriteLabels(json, series.labels);
    if (!series.t.empty() || series.histogram_t.empty()) {
      json.Key("values").BeginArray();
      AppendValues(json.out(), series, times);
      json.EndArray();
    }
    if (!series.histogram_t.empty()) {
      json.Key("histograms").BeginArray();
      for (size_t i = 0; i < series.histogram_t.size(); ++i) {
        json.BeforeValue();
        json.out() += '[';
        AppendTimestamp(json.out(), series.histogram_t[i]);
        json.out() += ',';
        AppendHistogram(json.out(), series.histograms[i]);
        json.out() += ']';
      }
      json.EndArray();
    }
    json.EndObject();
  }
  json.EndArray();
}

void WriteVector(codec::JsonWriter& json, const std::vector<ResultSeries>& all) {
  json.BeginArray();
  for (const ResultSeries& series : all) {
    json.BeginObject().Key("metric");
    WriteLabels(json, series.labels);
    bool histogram = series.t.empty();
    json.Key(histogram ? "histogram" : "value").BeginArray();
    json.BeforeValue();
    AppendTimestamp(json.out(), histogram ? series.histogram_t.at(0) : series.t[0]);
    json.BeforeValue();
    if (histogram) {
      AppendHistogram(json.out(), series.histograms.at(0));
    } else {
      json.out() += '"';
      AppendFloatJson(json.out(), series.v[0]);
      json.out() += '"';
    }
    json.EndArray().EndObject();
  }
  json.EndArray();
}

void WriteStats(codec::JsonWriter& json, const promql::QueryStats& stats) {
  json.Key("stats").BeginObject().Key("timings").BeginObject();
  json.Field("evalTotalTime", stats.eval_total_seconds)
      .Field("resultSortTime", stats.result_sort_seconds)
      .Field("queryPreparationTime", stats.preparation_seconds)
      .Field("innerEvalTime", stats.inner_eval_seconds)
      .Field("execQueueTime", stats.queue_seconds)
      .Field("execTotalTime", stats.exec_total_seconds)
      .EndObject();
  json.Key("samples").BeginObject();
  json.Field("totalQueryableSamples", stats.total_queryable_samples)
      .Field("samplesRead", stats.samples_read)
      .Field("peakSamples", stats.peak_samples)
      .EndObject();
  json.EndObject();
}

}  // namespace

void AppendTimestamp(std::string& out, TimeMs t) {
  if (t < 0) {
    out += '-';
    t = -t;
  }
  AppendInt(out, t / 1000);
  if (int64_t ms = t % 1000; ms != 0) {
    out += '.';
    out += static_cast<char>('0' + ms / 100);
    out += static_cast<char>('0' + ms / 10 % 10);
    out += static_cast<char>('0' + ms % 10);
  }
}

void AppendHistogram(std::string& out, const model::FloatHistogram& histogram) {
  out += "{\"count\":\"";
  AppendFloatJson(out, histogram.count);
  out += "\",\"sum\":\"";
  AppendFloatJson(out, histogram.sum);
  out += '"';
  bool any = false;
  for (const model::HistogramBucket& bucket : model::BucketsOf(histogram)) {
    if (bucket.count == 0) continue;
    out += any ? ",[" : ",\"buckets\":[[";
    any = true;
    // Which bounds belong to it: 0 = (lower, upper], 1 = [lower, upper), 3 = both.
    out += bucket.lower_inclusive ? (bucket.upper_inclusive ? '3' : '1') : '0';
    for (double v : {bucket.lower, bucket.upper, bucket.count}) {
      out += ",\"";
      AppendFloatJson(out, v);
      out += '"';
    }
    out += ']';
  }
  if (any) out += ']';
  out += '}';
}

void WriteLabels(codec::JsonWriter& json, const model::Labels& labels) {
  json.BeginObject();
  for (const model::LabelView& label : labels) json.Field(label.name, label.value);
  json.EndObject();
}

std::string QueryResultJson(const promql::QueryResult& result, bool stats) {
  const QueryValue& value = result.value;
  codec::JsonWriter json;
  json.BeginObject();
  switch (value.type) {
    case promql::ValueType::kMatrix:
      json.Field("resultType", "matrix").Key("result");
      WriteMatrix(json, value.series);
      break;
    case promql::ValueType::kScalar:
    case promql::ValueType::kString: {
      bool scalar = value.type == promql::ValueType::kScalar;
      json.Field("resultType", scalar ? "scalar" : "string").Key("result").BeginArray();
      json.BeforeValue();
      AppendTimestamp(json.out(), scalar ? value.scalar.t : value.string.t);
      json.String(scalar ? FormatFloatJson(value.scalar.v) : value.string.v).EndArray();
      break;
    }
    default:
      json.Field("resultType", "vector").Key("result");
      WriteVector(json, value.series);
  }
  if (stats) WriteStats(json, result.stats);
  json.EndObject();
  return json.Take();
}

}  // namespace watchfire::api
