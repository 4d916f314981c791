#pragma once
// AlertingRule: each element of its query's answer is an alert, which goes through the life that
// alert_state.h tells of, is written as ALERTS and ALERTS_FOR_STATE, and is handed to the sink when
// there is something to tell.
//
// An alert that lasts costs little: where no label is a template, it is found by the labels of the
// answer, and its labels are those built when it began. Alerts are guarded by a lock that is never
// held during a query or a template.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "model/sample.h"
#include "rules/alert_state.h"
#include "rules/rule.h"

namespace watchfire::rules {

class AlertingRule final : public Rule {
 public:
  // `restored`: whether ALERTS may be written at once; else from Restore on.
  AlertingRule(const RuleSpec* spec, const Services* services, bool restored);
  ~AlertingRule() override;

  void CopyState(Rule& from) override;
  RuleView View(bool with_alerts) const override;
  // Takes over how long alerts were pending before the process was started, as ALERTS_FOR_STATE
  // tells it. `now`: when this is done.
  void Restore(const Evaluation& evaluation, TimeMs now);

 protected:
  Result<size_t> Compute(const Evaluation& evaluation) override;
  void Send(const Evaluation& evaluation) override;

 private:
  struct Alert;
  struct Impl;
  // An element of the answer: an alert that is there, or the labels of a new one.
  struct Match;

  // The newest samples of ALERTS_FOR_STATE, by the labels of their alerts.
  using LastSamples = std::map<model::Labels, model::Sample>;

  Result<std::vector<Match>> MatchAnswer(const Evaluation& evaluation, Answer answer);
  Result<size_t> Apply(const Evaluation& evaluation, std::vector<Match> matches);
  void WriteSamples(Alert& alert);
  Result<LastSamples> ReadForState(const Evaluation& evaluation, TimeMs now) const;
  Output::Series* SeriesOf(const Alert& alert, std::string_view name, std::string_view state);

  std::unique_ptr<Impl> impl_;
};

}  // namespace watchfire::rules
