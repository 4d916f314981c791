#include "grafana/queries/frames.h"

#include <array>
#include <cmath>

#include "base/float_text.h"
#include "base/text.h"

namespace watchfire::grafana {
namespace {

// Numbers on their way to the text; as many as fit in a page.
constexpr size_t kBatch = 64;

std::string_view ResultType(AnswerKind kind) {
  switch (kind) {
    case AnswerKind::kMatrix:
      return "matrix";
    case AnswerKind::kScalar:
      return "scalar";
    case AnswerKind::kString:
      return "string";
    default:
      return "vector";
  }
}

// "[1,2,3]": `write` puts the i-th number.
template <typename F>
void AppendNumbers(std::string& out, size_t count, F&& write) {
  std::array<char, kBatch*(kNumberTextRoom + 1)> buffer;
  out += '[';
  for (size_t i = 0; i < count;) {
    char* at = buffer.data();
    for (size_t end = std::min(count, i + kBatch); i < end; ++i) {
      if (i > 0) *at++ = ',';
      at = write(at, i);
    }
    out.append(buffer.data(), at);
  }
  out += ']';
}

char* WriteNull(char* out) {
  for (char c : std::string_view("null")) *out++ = c;
  return out;
}

}  // namespace

std::string LegendOf(const QueryPlan& plan, const model::Labels& labels) {
  if (plan.legend == "__auto" && !labels.empty()) return {};
  if (plan.legend.empty() || plan.legend == "__auto") {
    std::string name = labels.ToMetricString();
    return name == "{}" ? plan.expr : name;
  }
  std::string name;
  std::string_view rest = plan.legend;
  while (true) {
    size_t open = rest.find("{{");
    size_t close = open == std::string_view::npos ? open : rest.find("}}", open);
    name.append(rest.substr(0, close == std::string_view::npos ? close : open));
    if (close == std::string_view::npos) break;
    name.append(labels.Get(TrimSpace(rest.substr(open + 2, close - open - 2))));
    rest.remove_prefix(close + 2);
  }
  return name == "{}" ? plan.expr : name;
}

FramesWriter::FramesWriter(const QueryPlan& plan) : plan_(plan) {
  json_.BeginArray();
}

void FramesWriter::Add(Answer answer) {
  warnings_ = std::move(answer.warnings);
  infos_ = std::move(answer.infos);
  first_ = true;
  std::string_view result_type = ResultType(answer.kind);
  if (answer.kind == AnswerKind::kString) return WriteText(answer);
  size_t points = 0;
  for (const AnswerSeries& series : answer.series) points += series.v.size();
  json_.out().reserve(json_.out().size() + answer.series.size() * 400 + points * 16);
  bool any = false;
  for (AnswerSeries& next : answer.series) {
    AnswerSeries series = std::move(next);  // freed here
    any = true;
    if (!series.cells.empty()) WriteCells(series, result_type);
    if (series.cells.empty() || !series.t.empty()) {
      WriteSeries(std::move(series), result_type,
                  answer.kind == AnswerKind::kMatrix ? "timeseries-multi" : "numeric-multi");
    }
  }
  if (!any) WriteEmpty(result_type);
}

std::shared_ptr<const std::string> FramesWriter::Take() {
  json_.EndArray();
  std::string text = json_.Take();
  // Kept for a second and by those who wait: without the room for what did not come.
  if (text.capacity() > text.size() + text.size() / 4 + 4096) text.shrink_to_fit();
  return std::make_shared<const std::string>(std::move(text));
}

void FramesWriter::BeginFrame(std::string_view name, std::string_view frame_type,
                              std::string_view result_type) {
  json_.BeginObject().Key("schema").BeginObject();
  if (!name.empty()) json_.Field("name", name);
  json_.Field("refId", plan_.ref_id).Key("meta").BeginObject();
  if (!frame_type.empty()) json_.Field("type", frame_type);
  json_.Key("typeVersion").BeginArray().Int(0).Int(frame_type.empty() ? 0 : 1).EndArray();
  json_.Key("custom").BeginObject().Field("resultType", result_type).EndObject();
  if (first_) {
    json_.Field("executedQueryString",
                "Expr: " + plan_.expr + "\nStep: " + IntervalText(plan_.step_ms));
    if (!warnings_.empty() || !infos_.empty()) {
      json_.Key("notices").BeginArray();
      for (const auto& [texts, severity] : {std::pair(&warnings_, "warning"), {&infos_, "info"}}) {
        for (const std::string& text : *texts) {
          json_.BeginObject().Field("severity", severity).Field("text", text).EndObject();
        }
      }
      json_.EndArray();
    }
  }
  first_ = false;
  json_.EndObject().Key("fields").BeginArray();
}

void FramesWriter::WriteLabels(const model::Labels& labels) {
  json_.Key("labels").BeginObject();
  for (const model::LabelView& label : labels) json_.Field(label.name, label.value);
  json_.EndObject();
}

void FramesWriter::WriteSeries(AnswerSeries series, std::string_view result_type,
                               std::string_view frame_type) {
  std::string name = LegendOf(plan_, series.labels);
  BeginFrame(name, frame_type, result_type);
  json_.BeginObject().Field("name", "Time").Field("type", "time");
  json_.Key("typeInfo").BeginObject().Field("frame", "time.Time").EndObject();
  json_.Key("config").BeginObject().Field("interval", plan_.step_ms).EndObject().EndObject();
  json_.BeginObject().Field("name", "Value").Field("type", "number");
  json_.Key("typeInfo").BeginObject().Field("frame", "float64").EndObject();
  WriteLabels(series.labels);
  json_.Key("config").BeginObject();
  if (!name.empty()) json_.Field("displayNameFromDS", name);
  json_.EndObject().EndObject().EndArray().EndObject();
  json_.Key("data").BeginObject().Key("values").BeginArray();
  WriteTimes(series.t);
  WriteValues(series.v);
  json_.EndArray();
  WriteEntities(series.v);
  json_.EndObject().EndObject();
}

void FramesWriter::WriteTimes(const std::vector<TimeMs>& times) {
  if (times_text_.empty() || times != times_) {
    times_text_.clear();
    AppendNumbers(times_text_, times.size(),
                  [&](char* at, size_t i) { return WriteInt(at, times[i]); });
    times_ = times;
  }
  json_.Raw(times_text_);
}

void FramesWriter::WriteValues(const std::vector<double>& values) {
  json_.BeforeValue();
  FloatTexts texts;
  AppendNumbers(json_.out(), values.size(), [&](char* at, size_t i) {
    return std::isfinite(values[i]) ? texts.Write(at, values[i]) : WriteNull(at);
  });
}

void FramesWriter::WriteEntities(const std::vector<double>& values) {
  bool any = false;
  for (double v : values) any = any || !std::isfinite(v);
  if (!any) return;
  json_.Key("entities").BeginArray().Null().BeginObject();
  auto list = [&](std::string_view key, auto&& is) {
    json_.Key(key).BeginArray();
    for (size_t i = 0; i < values.size(); ++i) {
      if (is(values[i])) json_.Uint(i);
    }
    json_.EndArray();
  };
  list("NaN", [](double v) { return std::isnan(v); });
  list("Inf", [](double v) { return std::isinf(v) && v > 0; });
  list("NegInf", [](double v) { return std::isinf(v) && v < 0; });
  json_.EndObject().EndArray();
}

void FramesWriter::WriteCells(const AnswerSeries& series, std::string_view result_type) {
  BeginFrame("", "heatmap-cells", result_type);
  auto field = [&](std::string_view name, std::string_view type, std::string_view frame) {
    json_.BeginObject().Field("name", name).Field("type", type);
    json_.Key("typeInfo").BeginObject().Field("frame", frame).EndObject();
    WriteLabels(series.labels);
    json_.EndObject();
  };
  field("xMax", "time", "time.Time");
  field("yMin", "number", "float64");
  field("yMax", "number", "float64");
  field("count", "number", "float64");
  field("yLayout", "number", "int8");
  json_.EndArray().EndObject().Key("data").BeginObject().Key("values").BeginArray();
  std::vector<TimeMs> times;
  std::array<std::vector<double>, 4> columns;
  for (const HistogramCell& cell : series.cells) {
    times.push_back(cell.t);
    columns[0].push_back(cell.lower);
    columns[1].push_back(cell.upper);
    columns[2].push_back(cell.count);
    columns[3].push_back(cell.layout);
  }
  WriteTimes(times);
  for (const std::vector<double>& column : columns) WriteValues(column);
  json_.EndArray().EndObject().EndObject();
}

void FramesWriter::WriteText(const Answer& answer) {
  BeginFrame("", "", "string");
  json_.BeginObject().Field("name", "Time").Field("type", "time");
  json_.Key("typeInfo").BeginObject().Field("frame", "time.Time").EndObject().EndObject();
  json_.BeginObject().Field("name", "Value").Field("type", "string");
  json_.Key("typeInfo").BeginObject().Field("frame", "string").EndObject().EndObject();
  json_.EndArray().EndObject().Key("data").BeginObject().Key("values").BeginArray();
  json_.BeginArray().Int(answer.text_time).EndArray();
  json_.BeginArray().String(answer.text).EndArray();
  json_.EndArray().EndObject().EndObject();
}

void FramesWriter::WriteEmpty(std::string_view result_type) {
  BeginFrame("", "", result_type);
  json_.EndArray().EndObject();
  json_.Key("data").BeginObject().Key("values").BeginArray().EndArray().EndObject().EndObject();
}

}  // namespace watchfire::grafana
