#pragma once
// The notifier door: what a flush of a group wants said to one integration of a receiver, and what
// came of it. The dispatcher decides whether, when and how often; a Notifier says it once and
// reports. A Notifier keeps no state about notifications: what it must remember between them
// (a message's id, so that it can be updated) lies in ReceiverData, which the notification log
// keeps.

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "alerting/alerts/alert.h"

namespace watchfire::alerting {

using ReceiverData = std::map<std::string, std::variant<std::string, int64_t, double>>;

// Why something is said; the texts are upstream's `notification_reason`.
enum class Reason : uint8_t {
  kNone,          // "none": nothing is to be said
  kFirst,         // "first notification"
  kNewAlerts,     // "new alerts added"
  kAllResolved,   // "all alerts resolved"
  kSomeResolved,  // "some alerts resolved"
  kRepeat,        // "repeat interval elapsed"
  kTest,          // "test": somebody pressed a button (ours)
};
std::string_view ReasonText(Reason reason);

struct Notification {
  std::string receiver;
  std::string group_key;
  model::Labels group_labels;
  std::map<std::string, std::string> route_labels;  // templates
  // In the order of BeforeInGroup; what is resolved is so at `now`. Firing ones show no end.
  std::vector<AlertPtr> alerts;
  TimeMs now = 0;  // the tick
  Reason reason = Reason::kNone;
  ReceiverData data;
  int64_t repeat_interval_ms = 0;
};

// The values of the label `reason` of alertmanager_notifications_failed_total.
enum class FailureKind : uint8_t {
  kOther,                   // "other"
  kClientError,             // "clientError"
  kServerError,             // "serverError"
  kAuthError,               // "authError"
  kRateLimited,             // "rateLimited"
  kContextCanceled,         // "contextCanceled"
  kContextDeadlineExceeded  // "contextDeadlineExceeded"
};
std::string_view FailureText(FailureKind kind);

// One try. Texts hold no secrets: hosts are shown, keys and tokens in addresses are not.
struct Attempt {
  bool delivered = false;
  bool retry = false;  // worth another try
  FailureKind failure = FailureKind::kOther;
  int status = 0;        // HTTP or SMTP; 0: there was no answer
  std::string error;     // upstream's words; "" if delivered
  std::string request;   // `POST https://hooks.slack.com/<secret>`
  std::string body;      // what was sent; at most kMaxKeptBody bytes, secrets replaced
  std::string response;  // the beginning of the answer
  // What to remember, if delivered; unset: what was there before.
  std::shared_ptr<const ReceiverData> data;
};
inline constexpr size_t kMaxKeptBody = 64 << 10;
inline constexpr size_t kMaxKeptResponse = 4 << 10;

struct NotifyContext {
  int64_t timeout_ms = 10'000;  // until the flush has to end
  std::shared_ptr<const std::atomic<bool>> cancelled;
};

// One integration of a receiver: `slack_configs[0]` of "team-a". Thread-safe; Notify blocks.
class Notifier {
 public:
  virtual ~Notifier() = default;
  virtual std::string_view integration() const = 0;  // "slack"
  virtual size_t index() const = 0;                  // among its kind in the receiver
  virtual bool send_resolved() const = 0;
  virtual Attempt Notify(const Notification& notification, const NotifyContext& context) = 0;
};

struct ReceiverNotifiers {
  std::string receiver;
  std::vector<std::unique_ptr<Notifier>> notifiers;
};

}  // namespace watchfire::alerting
