#include "api/query_json.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "base/float_text.h"
#include "base/numbers.h"
#include "model/histogram_buckets.h"

namespace watchfire::api {
namespace {

using promql::QueryValue;
using promql::ResultSeries;

// What a point may take: a timestamp, a number, their punctuation, and what is scribbled beyond.
constexpr size_t kPointRoom = 64 + kNumberTextRoom;

char* WriteText(char* out, std::string_view text) {
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

// At most 21 bytes.
char* WriteTimestamp(char* out, TimeMs t) {
  uint64_t ms = t < 0 ? 0 - static_cast<uint64_t>(t) : static_cast<uint64_t>(t);
  if (t < 0) *out++ = '-';
  out = WriteUint(out, ms / 1000);
  if (uint64_t rest = ms % 1000; rest != 0) {
    *out++ = '.';
    *out++ = static_cast<char>('0' + rest / 100);
    *out++ = static_cast<char>('0' + rest / 10 % 10);
    *out++ = static_cast<char>('0' + rest % 10);
  }
  return out;
}

// The steps of a range query with the text that opens their points, `[1700000000.500,"`. Series
// share their steps, so the list is walked along with a series.
class Timeline {
 public:
  struct Step {
    TimeMs t;
    uint32_t size;
    std::array<char, 28> text;
  };

  // The longest series has most of the steps, mostly all.
  explicit Timeline(const std::vector<ResultSeries>& all) {
    const std::vector<TimeMs>* longest = nullptr;
    for (const ResultSeries& series : all) {
      if (longest == nullptr || series.t.size() > longest->size()) longest = &series.t;
    }
    // A list for one series would save nothing.
    if (longest == nullptr || all.size() < 2) return;
    steps_.reserve(longest->size());
    for (TimeMs t : *longest) {
      char text[kPointRoom];
      char* end = Open(text, t);
      Step& step = steps_.emplace_back();
      step.t = t;
      step.size = static_cast<uint32_t>(end - text);
      std::memcpy(step.text.data(), text, step.text.size());
    }
  }

  static char* Open(char* out, TimeMs t) {
    *out++ = '[';
    return WriteText(WriteTimestamp(out, t), ",\"");
  }

  // The step at `t` or the first after it.
  const Step* From(TimeMs t) const {
    return std::lower_bound(begin(), end(), t,
                            [](const Step& step, TimeMs time) { return step.t < time; });
  }
  const Step* begin() const { return steps_.data(); }
  const Step* end() const { return steps_.data() + steps_.size(); }

 private:
  std::vector<Step> steps_;
};

// Some points of one series, where there is room for all of them: `[1,"2"],[2,"3"]`.
char* WritePoints(char* out, const TimeMs* t, const double* v, size_t count,
                  const Timeline& timeline, FloatTexts& texts) {
  const Timeline::Step* step = count == 0 ? timeline.end() : timeline.From(t[0]);
  uint64_t last_bits = 0;
  const char* last = nullptr;  // text of the value before, with `"],`
  size_t last_size = 0;
  for (size_t i = 0; i < count; ++i) {
    if (step != timeline.end() && step->t != t[i]) step = timeline.From(t[i]);
    if (step != timeline.end() && step->t == t[i]) {
      std::memcpy(out, step->text.data(), step->text.size());
      out += step->size;
      ++step;
    } else {
      out = Timeline::Open(out, t[i]);
      step = timeline.end();  // has times of its own
    }
    auto bits = std::bit_cast<uint64_t>(v[i]);
    if (bits == last_bits && last != nullptr) {
      std::array<char, 32> text;  // the longest number has 25
      std::memcpy(text.data(), last, text.size());
      std::memcpy(out, text.data(), text.size());
      last = out;
      out += last_size;
      continue;
    }
    last = out;
    last_bits = bits;
    out = WriteText(texts.Write(out, v[i]), "\"],");
    last_size = static_cast<size_t>(out - last);
  }
  return count == 0 ? out : out - 1;
}

void WriteValues(TextPieces& out, const ResultSeries& series, const Timeline& timeline) {
  constexpr size_t kBatch = 128;
  FloatTexts texts;
  out.Append("\"values\":[");
  for (size_t i = 0; i < series.t.size(); i += kBatch) {
    size_t count = std::min(kBatch, series.t.size() - i);
    char* at = out.Room(1 + count * kPointRoom);
    if (i > 0) *at++ = ',';
    out.Took(WritePoints(at, &series.t[i], &series.v[i], count, timeline, texts));
  }
  out.Append("]");
}

// `[1,{…}]`
void WriteHistogramPoint(TextPieces& out, TimeMs t, const model::FloatHistogram& histogram) {
  std::string text = "[";
  AppendTimestamp(text, t);
  text += ',';
  AppendHistogram(text, histogram);
  text += ']';
  out.Append(text);
}

void WriteMatrix(TextPieces& out, std::vector<ResultSeries> all) {
  Timeline timeline(all);
  out.Append("[");
  bool first = true;
  for (ResultSeries& next : all) {
    ResultSeries series = std::move(next);  // freed here, while the next is written
    out.Append(first ? "{\"metric\":" : ",{\"metric\":");
    first = false;
    WriteLabels(out, series.labels);
    out.Append(",");
    bool floats = !series.t.empty() || series.histogram_t.empty();
    if (floats) WriteValues(out, series, timeline);
    if (!series.histogram_t.empty()) {
      out.Append(floats ? ",\"histograms\":[" : "\"histograms\":[");
      for (size_t i = 0; i < series.histogram_t.size(); ++i) {
        if (i > 0) out.Append(",");
        WriteHistogramPoint(out, series.histogram_t[i], series.histograms[i]);
      }
      out.Append("]");
    }
    out.Append("}");
  }
  out.Append("]");
}

void WriteVector(TextPieces& out, std::vector<ResultSeries> all) {
  // All points of a vector have one time, but for those of a few functions of old samples.
  TimeMs opened_t = 0;
  std::string opened;
  FloatTexts texts;
  out.Append("[");
  bool first = true;
  for (ResultSeries& next : all) {
    ResultSeries series = std::move(next);
    out.Append(first ? "{\"metric\":" : ",{\"metric\":");
    first = false;
    WriteLabels(out, series.labels);
    if (series.t.empty()) {
      out.Append(",\"histogram\":");
      WriteHistogramPoint(out, series.histogram_t.at(0), series.histograms.at(0));
      out.Append("}");
      continue;
    }
    char* at = out.Room(2 * kPointRoom);
    if (opened.empty() || opened_t != series.t[0]) {
      opened_t = series.t[0];
      opened.assign(at, Timeline::Open(WriteText(at, ",\"value\":"), opened_t));
    }
    at = texts.Write(WriteText(at, opened), series.v[0]);
    out.Took(WriteText(at, "\"]}"));
  }
  out.Append("]");
}

// `[1,"text"]`
void WritePair(TextPieces& out, TimeMs t, std::string_view text) {
  std::string pair = "[";
  AppendTimestamp(pair, t);
  pair += ',';
  codec::AppendJsonString(pair, text);
  pair += ']';
  out.Append(pair);
}

}  // namespace

void AppendTimestamp(std::string& out, TimeMs t) {
  char text[kPointRoom];
  out.append(text, WriteTimestamp(text, t));
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

void WriteLabels(TextPieces& out, const model::Labels& labels) {
  out.Append("{");
  bool first = true;
  for (const model::LabelView& label : labels) {
    char* at = out.Room(codec::JsonStringRoom(label.name.size()) +
                        codec::JsonStringRoom(label.value.size()) + 2);
    if (!first) *at++ = ',';
    first = false;
    at = codec::WriteJsonString(at, label.name);
    *at++ = ':';
    out.Took(codec::WriteJsonString(at, label.value));
  }
  out.Append("}");
}

void WriteQueryResult(TextPieces& out, QueryValue value, std::string_view stats) {
  switch (value.type) {
    case promql::ValueType::kMatrix:
      out.Append("{\"resultType\":\"matrix\",\"result\":");
      WriteMatrix(out, std::move(value.series));
      break;
    case promql::ValueType::kScalar:
      out.Append("{\"resultType\":\"scalar\",\"result\":");
      WritePair(out, value.scalar.t, FormatFloatJson(value.scalar.v));
      break;
    case promql::ValueType::kString:
      out.Append("{\"resultType\":\"string\",\"result\":");
      WritePair(out, value.string.t, value.string.v);
      break;
    default:
      out.Append("{\"resultType\":\"vector\",\"result\":");
      WriteVector(out, std::move(value.series));
  }
  if (!stats.empty()) {
    out.Append(",\"stats\":");
    out.Append(stats);
  }
  out.Append("}");
}

}  // namespace watchfire::api
