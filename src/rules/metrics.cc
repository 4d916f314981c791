#include "rules/metrics.h"

namespace watchfire::rules {
namespace {

const std::vector<std::string> kGroup = {"rule_group"};

}  // namespace

Metrics::Metrics(client::Registry& registry)
    : evaluation_seconds(registry.AddSummary("prometheus_rule_evaluation_duration_seconds",
                                             "The duration for a rule to execute.",
                                             {0.5, 0.9, 0.99})),
      iteration_seconds(registry.AddSummary("prometheus_rule_group_duration_seconds",
                                            "The duration of rule group evaluations.",
                                            {0.01, 0.05, 0.5, 0.9, 0.99})),
      iterations(registry.AddCounterFamily(
          "prometheus_rule_group_iterations_total",
          "The total number of scheduled rule group evaluations, whether executed or missed.",
          kGroup)),
      iterations_missed(registry.AddCounterFamily(
          "prometheus_rule_group_iterations_missed_total",
          "The total number of rule group evaluations missed due to slow rule group evaluation.",
          kGroup)),
      evaluations(registry.AddCounterFamily("prometheus_rule_evaluations_total",
                                            "The total number of rule evaluations.", kGroup)),
      failures(registry.AddCounterFamily("prometheus_rule_evaluation_failures_total",
                                         "The total number of rule evaluation failures.", kGroup)),
      interval_seconds(registry.AddGaugeFamily("prometheus_rule_group_interval_seconds",
                                               "The interval of a rule group.", kGroup)),
      last_evaluation(registry.AddGaugeFamily(
          "prometheus_rule_group_last_evaluation_timestamp_seconds",
          "The timestamp of the last rule group evaluation in seconds.", kGroup)),
      last_duration(registry.AddGaugeFamily("prometheus_rule_group_last_duration_seconds",
                                            "The duration of the last rule group evaluation.",
                                            kGroup)),
      last_rule_duration_sum(registry.AddGaugeFamily(
          "prometheus_rule_group_last_rule_duration_sum_seconds",
          "The sum of time in seconds it took to evaluate each rule in the group regardless of "
          "concurrency. This should be higher than the group duration if rules are evaluated "
          "concurrently.",
          kGroup)),
      last_restore_duration(registry.AddGaugeFamily(
          "prometheus_rule_group_last_restore_duration_seconds",
          "The duration of the last alert rules alerts restoration using the `ALERTS_FOR_STATE` "
          "series across all rule groups.",
          kGroup)),
      rules(registry.AddGaugeFamily("prometheus_rule_group_rules", "The number of rules.", kGroup)),
      samples(registry.AddGaugeFamily(
          "prometheus_rule_group_last_evaluation_samples",
          "The number of samples returned during the last rule group evaluation.", kGroup)),
      expansions(registry.AddCounter("prometheus_template_text_expansions_total",
                                     "The total number of template text expansions.")),
      expansion_failures(
          registry.AddCounter("prometheus_template_text_expansion_failures_total",
                              "The total number of template text expansion failures.")) {}

void Metrics::Forget(const std::string& group_key) {
  const std::vector<std::string> key = {group_key};
  for (auto* family : {&iterations, &iterations_missed, &evaluations, &failures}) {
    family->Remove(key);
  }
  for (auto* family : {&interval_seconds, &last_evaluation, &last_duration, &last_rule_duration_sum,
                       &last_restore_duration, &rules, &samples}) {
    family->Remove(key);
  }
}

GroupMetrics::GroupMetrics(Metrics* metrics, const std::string& key) : all(metrics) {
  if (metrics == nullptr) return;
  const std::vector<std::string> labels = {key};
  iterations = &metrics->iterations.With(labels);
  iterations_missed = &metrics->iterations_missed.With(labels);
  evaluations = &metrics->evaluations.With(labels);
  failures = &metrics->failures.With(labels);
  interval_seconds = &metrics->interval_seconds.With(labels);
  last_evaluation = &metrics->last_evaluation.With(labels);
  last_duration = &metrics->last_duration.With(labels);
  last_rule_duration_sum = &metrics->last_rule_duration_sum.With(labels);
  last_restore_duration = &metrics->last_restore_duration.With(labels);
  rules = &metrics->rules.With(labels);
  samples = &metrics->samples.With(labels);
}

}  // namespace watchfire::rules
