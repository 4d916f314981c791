#include "alerting/dispatch/metrics.h"

namespace watchfire::alerting {
namespace {

constexpr FailureKind kFailures[] = {
    FailureKind::kOther,
    FailureKind::kClientError,
    FailureKind::kServerError,
    FailureKind::kAuthError,
    FailureKind::kRateLimited,
    FailureKind::kContextCanceled,
    FailureKind::kContextDeadlineExceeded,
};

constexpr MuteKind kMutes[] = {MuteKind::kSilence, MuteKind::kInhibition, MuteKind::kMuteInterval,
                               MuteKind::kActiveInterval};

constexpr std::string_view kIntegrations[] = {
    "discord",   "email",    "incidentio", "jira",     "mattermost", "msteams",
    "msteamsv2", "opsgenie", "pagerduty",  "pushover", "rocketchat", "slack",
    "sns",       "telegram", "victorops",  "webex",    "webhook",    "wechat",
};

}  // namespace

DispatchMetrics::DispatchMetrics(client::Registry* registry)
    : own_(registry == nullptr ? std::make_unique<client::Registry>() : nullptr),
      registry_(registry == nullptr ? own_.get() : registry) {
  notifications_ =
      &registry_->AddCounterFamily("alertmanager_notifications_total",
                                   "The total number of attempted notifications.", {"integration"});
  failed_ = &registry_->AddCounterFamily("alertmanager_notifications_failed_total",
                                         "The total number of failed notifications.",
                                         {"integration", "reason"});
  requests_ = &registry_->AddCounterFamily("alertmanager_notification_requests_total",
                                           "The total number of attempted notification requests.",
                                           {"integration"});
  requests_failed_ = &registry_->AddCounterFamily(
      "alertmanager_notification_requests_failed_total",
      "The total number of failed notification requests.", {"integration"});
  latency_ = &registry_->AddHistogramFamily("alertmanager_notification_latency_seconds",
                                            "The latency of notifications in seconds.",
                                            {1, 5, 10, 15, 20}, {"integration"});
  suppressed_ = &registry_->AddCounterFamily(
      "alertmanager_notifications_suppressed_total",
      "The total number of notifications suppressed for being silenced, inhibited, outside of "
      "active time intervals or within muted time intervals.",
      {"reason"});
  groups_ = &registry_->AddGauge("alertmanager_dispatcher_aggregation_groups",
                                 "Number of active aggregation groups");
  processing_ = &registry_->AddSummary("alertmanager_dispatcher_alert_processing_duration_seconds",
                                       "Summary of latencies for the processing of alerts.", {});
  registry_->AddCounter("alertmanager_dispatcher_aggregation_group_limit_reached_total",
                        "Number of times when dispatcher failed to create new aggregation group "
                        "due to limit.");
  for (MuteKind kind : kMutes) suppressed_->With({std::string(MuteKindText(kind))});
  MutexLock lock(mutex_);
  for (std::string_view integration : kIntegrations) Make(integration);
}

const DispatchMetrics::Integration& DispatchMetrics::Of(std::string_view integration) {
  MutexLock lock(mutex_);
  auto known = integrations_.find(integration);
  return known != integrations_.end() ? known->second : Make(integration);
}

const DispatchMetrics::Integration& DispatchMetrics::Make(std::string_view integration) {
  std::string name(integration);
  Integration& made = integrations_[name];
  made.notifications = &notifications_->With({name});
  made.requests = &requests_->With({name});
  made.requests_failed = &requests_failed_->With({name});
  made.latency = &latency_->With({name});
  for (FailureKind kind : kFailures) {
    made.failed[static_cast<size_t>(kind)] = &failed_->With({name, std::string(FailureText(kind))});
  }
  return made;
}

void DispatchMetrics::Suppressed(MuteKind kind, size_t alerts) {
  suppressed_->With({std::string(MuteKindText(kind))}).Increment(static_cast<double>(alerts));
}

void DispatchMetrics::Processed(int64_t batch_ns, size_t alerts) {
  if (alerts == 0) return;
  double each = static_cast<double>(batch_ns) / 1e9 / static_cast<double>(alerts);
  for (size_t i = 0; i < alerts; ++i) processing_->Observe(each);
}

}  // namespace watchfire::alerting
