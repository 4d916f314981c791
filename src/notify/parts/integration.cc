#include "notify/parts/integration.h"

#include <algorithm>

#include "base/text.h"
#include "net/digest.h"

namespace watchfire::notify {
namespace {

constexpr uint64_t kMaxSecretBytes = 64 << 10;

const Clock& ClockOf(const Environment& environment) {
  return environment.clock == nullptr ? *Clock::System() : *environment.clock;
}

// The beginning of a text, not ending within a code point.
void Bound(std::string& text, size_t limit) {
  if (text.size() <= limit) return;
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xc0) == 0x80) --limit;
  text.resize(limit);
}

}  // namespace

Delivery::Delivery(const FieldSet& fields, const Environment& environment,
                   const Notification& the_notification, const NotifyContext& the_context,
                   uint64_t max_alerts)
    : notification(the_notification),
      context(the_context),
      data(MakeTemplateData(the_notification, environment.external_url, max_alerts,
                            environment.managed)),
      route_labels_(the_notification.route_labels, environment, &data),
      render(fields.templates(), data, route_labels_.environment()),
      clock_(ClockOf(environment)),
      files_(environment.files == nullptr ? FileSystem::Local() : environment.files),
      started_ns_(clock_.MonotonicNs()) {}

std::string Delivery::GroupKeyHash() const {
  return net::Hex(net::Sha256(notification.group_key));
}

int64_t Delivery::RemainingMs() const {
  int64_t spent_ms = (clock_.MonotonicNs() - started_ns_) / 1'000'000;
  return std::max<int64_t>(1, context.timeout_ms - spent_ms);
}

Result<std::string> Delivery::ReadFile(const std::string& path) {
  Result<std::string> text = files_->ReadFile(path, kMaxSecretBytes);
  if (text.ok()) return text;
  bool missing = text.error().code() == ErrorCode::kNotFound;
  std::string why = missing ? "no such file or directory" : text.error().message();
  return Error::Make(text.error().code(), "open {}: {}", path, why);
}

Result<std::string> Delivery::ReadTextFile(const std::string& path) {
  return std::string(TrimSpace(TRY(ReadFile(path))));
}

Result<std::string> Delivery::ReadSecretFile(const std::string& path, bool trim) {
  std::string text = TRY(ReadFile(path));
  std::string trimmed(TrimSpace(text));
  secrets.Add(trimmed);
  return trim ? trimmed : text;
}

Result<std::string> Delivery::SecretOrFile(const Secret& secret, const std::string& path,
                                           bool trim) {
  if (secret.empty() && !path.empty()) return ReadSecretFile(path, trim);
  secrets.Add(secret);
  return secret.reveal();
}

Attempt Delivery::Unrenderable() const {
  WF_CHECK(render.error().has_value());
  Attempt attempt;
  attempt.error = render.error()->message();
  return attempt;
}

Attempt FailedAttempt(const Error& error, bool retry) {
  Attempt attempt;
  attempt.retry = retry;
  attempt.error = error.message();
  if (error.code() == ErrorCode::kTimeout) attempt.failure = FailureKind::kContextDeadlineExceeded;
  if (error.code() == ErrorCode::kCancelled) attempt.failure = FailureKind::kContextCanceled;
  return attempt;
}

FailureKind FailureOfStatus(int status) {
  if (status == 401 || status == 403) return FailureKind::kAuthError;
  if (status == 429) return FailureKind::kRateLimited;
  if (status / 100 == 4) return FailureKind::kClientError;
  if (status / 100 == 5) return FailureKind::kServerError;
  return FailureKind::kOther;
}

Integration::Integration(std::string_view kind, size_t index, bool send_resolved,
                         const Environment& environment)
    : kind_(kind),
      index_(index),
      send_resolved_(send_resolved),
      environment_(environment),
      fields_(environment.templates) {}

Attempt Integration::Notify(const Notification& notification, const NotifyContext& context) {
  Delivery delivery(fields_, environment_, notification, context, max_alerts());
  Attempt attempt = Send(delivery);
  // Cleaned before they are cut: a part of a secret is one too.
  for (std::string* text : {&attempt.error, &attempt.request, &attempt.body, &attempt.response}) {
    *text = delivery.secrets.Clean(*text);
  }
  Bound(attempt.error, alerting::kMaxKeptResponse);
  Bound(attempt.request, alerting::kMaxKeptResponse);
  Bound(attempt.body, alerting::kMaxKeptBody);
  Bound(attempt.response, alerting::kMaxKeptResponse);
  return attempt;
}

}  // namespace watchfire::notify
