#pragma once
// Answers as Grafana's frames in JSON: one frame a series, a time column and a value column, what
// is no finite number as null with its index in "entities". Written column by column into one
// string, without an allocation for a value: a panel's answer is mostly this text, and the time
// column, which most series share, is made once. Internal to this room; thread-compatible.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "codec/json_writer.h"
#include "grafana/queries/answer.h"
#include "grafana/queries/query_plan.h"

namespace watchfire::grafana {

// The name of a series by the legend format: a template with {{label}}, "__auto" or nothing.
std::string LegendOf(const QueryPlan& plan, const model::Labels& labels);

class FramesWriter {
 public:
  // `plan` must outlive the writer.
  explicit FramesWriter(const QueryPlan& plan);

  // Takes the answer, whose columns are freed as they are written.
  void Add(Answer answer);
  // A frame that is JSON text already.
  void AddText(std::string_view frame) { json_.Raw(frame); }
  std::shared_ptr<const std::string> Take();

 private:
  void WriteSeries(AnswerSeries series, std::string_view result_type, std::string_view frame_type);
  void WriteCells(const AnswerSeries& series, std::string_view result_type);
  void WriteText(const Answer& answer);
  void WriteEmpty(std::string_view result_type);
  // Opens a frame up to its fields.
  void BeginFrame(std::string_view name, std::string_view frame_type, std::string_view result_type);
  void WriteLabels(const model::Labels& labels);
  void WriteTimes(const std::vector<TimeMs>& times);
  void WriteValues(const std::vector<double>& values);
  void WriteEntities(const std::vector<double>& values);

  const QueryPlan& plan_;
  codec::JsonWriter json_;
  bool first_ = true;
  std::vector<std::string> warnings_;  // of the answer whose first frame comes
  std::vector<std::string> infos_;
  std::vector<TimeMs> times_;  // whose text is in times_text_
  std::string times_text_;
};

}  // namespace watchfire::grafana
