// Telling a receiver something, because somebody wants to see it arrive.
#include "alerting/manager/alertmanager_impl.h"

namespace watchfire::alerting {
namespace {

constexpr int64_t kTestTimeoutMs = 10'000;

AlertPtr MadeUpAlert(std::optional<Alert> given, TimeMs now) {
  Alert alert;
  if (given) {
    alert = *std::move(given);
  } else {
    alert.labels = model::Labels::Of(
        {{"alertname", "WatchfireTest"}, {"instance", "example"}, {"severity", "info"}});
    alert.annotations = {
        {"description", "Somebody tried this receiver. Nothing is wrong, nothing has to be done."},
        {"summary", "A test of this receiver"}};
  }
  if (alert.starts_at.absent()) alert.starts_at = AlertTime::OfMs(now);
  if (alert.updated_at.absent()) alert.updated_at = AlertTime::OfMs(now);
  alert.Seal();
  return std::make_shared<const Alert>(std::move(alert));
}

IntegrationRecord Send(Notifier& notifier, const Notification& notification, const Clock& clock) {
  IntegrationRecord record;
  record.integration = std::string(notifier.integration());
  record.index = notifier.index();
  record.reason = Reason::kTest;
  record.decision = "Somebody tried this receiver.";
  NotifyContext context;
  context.timeout_ms = kTestTimeoutMs;
  context.cancelled = std::make_shared<std::atomic<bool>>(false);
  AttemptRecord attempt;
  attempt.at = clock.Now();
  int64_t start_ns = clock.MonotonicNs();
  attempt.attempt = notifier.Notify(notification, context);
  attempt.duration_ms = (clock.MonotonicNs() - start_ns) / 1'000'000;
  record.delivered = attempt.attempt.delivered;
  record.attempts.push_back(std::move(attempt));
  return record;
}

}  // namespace

Result<std::vector<IntegrationRecord>> Alertmanager::Impl::SendTest(const std::string& receiver,
                                                                    const std::string& integration,
                                                                    size_t index,
                                                                    std::optional<Alert> alert) {
  std::shared_ptr<const LoadedConfig> loaded;
  {
    MutexLock lock(mutex);
    loaded = config;
  }
  if (loaded == nullptr) return Error::Unavailable("no configuration yet");
  const amconfig::Receiver* found = nullptr;
  for (const amconfig::Receiver& one : loaded->config->receivers) {
    if (one.name == receiver) found = &one;
  }
  if (found == nullptr) return Error::NotFound("no receiver {}", receiver);
  // Built for this test: receivers that no route names have none.
  ReceiverNotifiers built = TRY(BuildReceiver(*found, *loaded));

  TimeMs now = options.clock->Now();
  Notification notification;
  notification.receiver = receiver;
  AlertPtr made_up = MadeUpAlert(std::move(alert), now);
  notification.alerts = {made_up};
  notification.group_labels = model::Labels::Of({{"alertname", made_up->labels.Get("alertname")}});
  // No route has this key, so no incident that is open elsewhere is touched.
  notification.group_key = "{}/test:" + notification.group_labels.ToString();
  notification.now = now;
  notification.reason = Reason::kTest;

  std::vector<IntegrationRecord> records;
  for (const auto& notifier : built.notifiers) {
    bool wanted = integration.empty() ||
                  (notifier->integration() == integration && notifier->index() == index);
    if (wanted) records.push_back(Send(*notifier, notification, *options.clock));
  }
  if (records.empty()) {
    return integration.empty()
               ? Error::NotFound("receiver {} has no integrations", receiver)
               : Error::NotFound("receiver {} has no {}[{}]", receiver, integration, index);
  }
  if (options.flush_log != nullptr) {
    FlushRecord record;
    record.tick = now;
    record.group_key = notification.group_key;
    record.group_labels = notification.group_labels;
    record.receiver = receiver;
    record.alerts.push_back({made_up, made_up->ResolvedAt(now), MuteKind::kNone, {}});
    record.integrations = records;
    record.test = true;
    options.flush_log->Record(std::move(record));
  }
  return records;
}

Result<std::vector<IntegrationRecord>> Alertmanager::SendTest(const std::string& receiver,
                                                              const std::string& integration,
                                                              size_t index,
                                                              std::optional<Alert> alert) {
  return impl_->SendTest(receiver, integration, index, std::move(alert));
}

}  // namespace watchfire::alerting
