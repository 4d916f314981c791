#include "grafana/managed/source_watch.h"

#include <algorithm>

#include "base/text.h"

namespace watchfire::grafana {
namespace {

constexpr int64_t kPatienceMs = 60'000;
constexpr int64_t kResendAtLeastMs = 30'000;
constexpr size_t kShownRules = 20;

}  // namespace

std::vector<alerting::Alert> SourceWatch::Failed(const Failure& failure) {
  Silent& silent = silent_[failure.source_uid];
  if (silent.since == 0) silent.since = failure.at;
  silent.rules.insert(failure.rule_title);
  if (failure.at - silent.since < kPatienceMs) return {};
  alerting::Alert alert;
  alert.labels = model::Labels::Of({{"alertname", "DatasourceError"},
                                    {"datasource_uid", failure.source_uid},
                                    {"datasource", failure.source_name}});
  std::vector<std::string> rules;
  for (const std::string& title : silent.rules) {
    if (rules.size() < kShownRules) rules.push_back(title);
  }
  alert.annotations = {
      {"Error", failure.error},
      {"description", fmt::format("Rules that cannot be evaluated: {}{}", Join(rules, ", "),
                                  silent.rules.size() > kShownRules ? ", …" : "")},
      {"summary", fmt::format("Data source {} does not answer", failure.source_name)}};
  std::ranges::sort(alert.annotations);
  alert.starts_at = alerting::AlertTime::OfMs(silent.since);
  alert.updated_at = alerting::AlertTime::OfMs(failure.at);
  alert.ends_at =
      alerting::AlertTime::OfMs(failure.at + 4 * std::max(failure.interval_ms, kResendAtLeastMs));
  alert.generator_url =
      failure.external_url + "/connections/datasources/edit/" + failure.source_uid;
  alert.Seal();
  silent.alert = alert;
  silent.sent = true;
  return {std::move(alert)};
}

std::vector<alerting::Alert> SourceWatch::Answered(const std::string& source_uid, TimeMs at) {
  auto known = silent_.find(source_uid);
  if (known == silent_.end()) return {};
  Silent silent = std::move(known->second);
  silent_.erase(known);
  if (!silent.sent) return {};
  silent.alert.ends_at = alerting::AlertTime::OfMs(at);
  silent.alert.updated_at = silent.alert.ends_at;
  return {std::move(silent.alert)};
}

}  // namespace watchfire::grafana
