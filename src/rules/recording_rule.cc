#include "rules/recording_rule.h"

namespace watchfire::rules {

model::Labels RecordingRule::LabelsOf(const model::Labels& source) const {
  model::LabelsBuilder builder(source);
  builder.Set(model::kMetricName, spec_->name);
  for (const TextSpec& label : spec_->labels) builder.Set(label.name, label.text);
  return builder.Build();
}

Result<size_t> RecordingRule::Compute(const Evaluation& evaluation) {
  Answer answer = TRY(RunQuery(evaluation, spec_->query, spec_->expr, evaluation.query_time()));
  for (promql::ResultSeries& element : answer) {
    Output::Series* series = output_.Known(element.labels);
    if (series == nullptr) {
      series = output_.Find(LabelsOf(element.labels));
      output_.Remember(element.labels, series);
    }
    bool added = element.v.empty() ? output_.Add(series, std::move(element.histograms.front()))
                                   : output_.Add(series, element.v.front());
    if (!added) {
      return Error::Invalid(
          "vector contains metrics with the same labelset after applying rule labels");
    }
  }
  int64_t limit = evaluation.group->limit;
  if (limit > 0 && answer.size() > static_cast<size_t>(limit)) {
    return Error::Invalid("exceeded limit of {} with {} series", limit, answer.size());
  }
  return answer.size();
}

}  // namespace watchfire::rules
