#include "rules/backtest.h"

#include <algorithm>
#include <cmath>

#include "rules/alert_state.h"
#include "rules/rule.h"

namespace watchfire::rules {
namespace {

// What one series of the answer has to say at each step.
class Values {
 public:
  explicit Values(const promql::ResultSeries& series) : series_(series) {}

  // Steps must not go back. Whether there is a value at `t`; 0 for a histogram, as in alerts.
  bool At(TimeMs t, double* value) {
    while (float_ < series_.t.size() && series_.t[float_] < t) ++float_;
    while (histogram_ < series_.histogram_t.size() && series_.histogram_t[histogram_] < t) {
      ++histogram_;
    }
    if (float_ < series_.t.size() && series_.t[float_] == t) {
      *value = series_.v[float_];
      return true;
    }
    *value = 0;
    return histogram_ < series_.histogram_t.size() && series_.histogram_t[histogram_] == t;
  }
  // The first time with a value that At was not asked for.
  TimeMs NextAfter(TimeMs t) {
    double value = 0;
    At(t + 1, &value);
    TimeMs next = kMaxTime;
    if (float_ < series_.t.size()) next = series_.t[float_];
    if (histogram_ < series_.histogram_t.size()) {
      next = std::min(next, series_.histogram_t[histogram_]);
    }
    return next;
  }

 private:
  const promql::ResultSeries& series_;
  size_t float_ = 0;
  size_t histogram_ = 0;
};

class Replay {
 public:
  Replay(const RuleSpec& rule, const promql::QueryRequest& query)
      : timing_{rule.for_ms, rule.keep_firing_for_ms},
        query_(query),
        below_(rule.threshold && rule.threshold->op.front() == '<') {}

  std::vector<Episode> Run(const promql::ResultSeries& series) {
    std::vector<Episode> episodes;
    Values values(series);
    std::optional<AlertProgress> alert;
    // Nothing happens between alerts.
    for (TimeMs t = values.NextAfter(query_.start - 1); t <= query_.end;
         t = alert ? t + query_.step_ms : values.NextAfter(t)) {
      double value = 0;
      bool holds = values.At(t, &value);
      if (!alert) {
        alert.emplace();
        alert->active_at = t;
        episodes.push_back({t, std::nullopt, std::nullopt, value, t});
      }
      Episode& episode = episodes.back();
      if (holds && Beyond(value, episode.peak)) {
        episode.peak = value;
        episode.peak_at = t;
      }
      Standing standing = Advance(*alert, holds, t, timing_);
      if (alert->state == AlertState::kFiring) episode.fired_at = alert->fired_at;
      if (standing == Standing::kActive) continue;
      episode.ended_at = t;
      alert.reset();
    }
    return episodes;
  }

 private:
  bool Beyond(double value, double peak) const {
    if (std::isnan(peak)) return !std::isnan(value);
    return below_ ? value < peak : value > peak;
  }

  const AlertTiming timing_;
  const promql::QueryRequest& query_;
  const bool below_;
};

model::Labels LabelsOf(const RuleSpec& rule, const promql::ResultSeries& series,
                       const model::Labels& external_labels) {
  templates::RuleEnvironment environment;
  templates::RuleData data;
  data.labels = &series.labels;
  data.external_labels = &external_labels;
  if (!series.v.empty()) {
    environment.now = series.t.front();
    data.value.number = series.v.front();
  }
  model::LabelsBuilder builder(series.labels);
  builder.Delete(model::kMetricName);
  for (const TextSpec& label : rule.labels) {
    Result<std::string> text = label.parsed.Expand(data, environment);
    builder.Set(label.name, text.ok() ? *text : templates::RuleTemplate::ErrorText(text.error()));
  }
  builder.Set("alertname", rule.name);
  return builder.Build();
}

void Count(const std::vector<Episode>& episodes, TimeMs end, Backtest* result) {
  for (const Episode& episode : episodes) {
    if (!episode.fired_at) {
      ++result->pending_only;
      continue;
    }
    ++result->fired;
    result->firing_seconds += ToSeconds(episode.ended_at.value_or(end) - *episode.fired_at);
  }
}

// As range queries give it: a scalar is a series without labels.
std::variant<std::vector<promql::ResultSeries>, promql::QueryFailure> Ask(
    promql::Engine& engine, storage::Queryable& queryable, const promql::QueryRequest& query,
    std::vector<std::string>* warnings) {
  auto outcome = engine.Exec(queryable, query);
  if (auto* failure = std::get_if<promql::QueryFailure>(&outcome)) return std::move(*failure);
  auto& result = std::get<promql::QueryResult>(outcome);
  *warnings = std::move(result.warnings);
  return std::move(result.value.series);
}

}  // namespace

std::variant<Backtest, promql::QueryFailure> RunBacktest(promql::Engine& engine,
                                                         storage::Queryable& queryable,
                                                         const RuleSpec& rule,
                                                         const model::Labels& external_labels,
                                                         promql::QueryRequest query,
                                                         const BacktestLimits& limits) {
  WF_CHECK(query.step_ms > 0);
  query.query = rule.query;
  query.expr = rule.expr;
  Backtest result;
  auto answer = Ask(engine, queryable, query, &result.warnings);
  if (auto* failure = std::get_if<promql::QueryFailure>(&answer)) return std::move(*failure);
  auto& all = std::get<std::vector<promql::ResultSeries>>(answer);
  result.series = all.size();
  Replay replay(rule, query);
  size_t shown = 0;
  for (const promql::ResultSeries& series : all) {
    std::vector<Episode> episodes = replay.Run(series);
    Count(episodes, query.end, &result);
    if (episodes.empty()) continue;
    size_t room = result.alerts.size() < limits.alerts ? limits.episodes - shown : 0;
    if (episodes.size() > room) {
      result.truncated = true;
      if (room == 0) continue;
      episodes.resize(room);
    }
    shown += episodes.size();
    result.alerts.push_back({LabelsOf(rule, series, external_labels), std::move(episodes)});
  }
  std::sort(result.alerts.begin(), result.alerts.end(),
            [](const BacktestAlert& a, const BacktestAlert& b) { return a.labels < b.labels; });
  return result;
}

}  // namespace watchfire::rules
