#pragma once
// Integration: what the notifiers of all kinds share. A kind derives from it (or from
// HttpIntegration, http_integration.h), prepares its fields in its constructor and implements Send.
// Notify builds the data for templates, hands a Delivery to Send, and cleans and bounds whatever
// texts come back, so that no kind can leave a secret in an Attempt that it added to
// `delivery.secrets`.
//
// Send may run in several threads at once.

#include <optional>
#include <string>
#include <string_view>

#include "alerting/alerts/notification.h"
#include "notify/parts/environment.h"
#include "notify/parts/fields.h"
#include "notify/parts/secrets.h"
#include "notify/parts/template_data.h"

namespace watchfire::notify {

using alerting::Attempt;
using alerting::FailureKind;
using alerting::Notification;
using alerting::NotifyContext;

// One notification on its way.
class Delivery {
 public:
  Delivery(const FieldSet& fields, const Environment& environment,
           const Notification& the_notification, const NotifyContext& the_context,
           uint64_t max_alerts);
  Delivery(const Delivery&) = delete;
  Delivery& operator=(const Delivery&) = delete;

  const Notification& notification;
  const NotifyContext& context;
  templates::NotificationData data;

 private:
  RouteLabels route_labels_;

 public:
  Rendering render;
  Redactor secrets;

  // Lower-case hex SHA-256 of the group key: how services know the same group again.
  std::string GroupKeyHash() const;
  // What is left of the flush's time, never less than 1.
  int64_t RemainingMs() const;
  bool firing() const { return data.firing(); }

  // A small file, read now, without white space around. Error: Go's `open PATH: …`.
  Result<std::string> ReadTextFile(const std::string& path);
  // The same of one secret, which is added to `secrets`.
  Result<std::string> ReadSecretFile(const std::string& path, bool trim = true);
  // The secret itself or, if it is empty, the file's.
  Result<std::string> SecretOrFile(const Secret& secret, const std::string& path, bool trim = true);

  // The attempt that a failed rendering makes: nothing was sent, another try would not help.
  Attempt Unrenderable() const;

 private:
  Result<std::string> ReadFile(const std::string& path);
  const Clock& clock_;
  FileSystem* files_;
  int64_t started_ns_;
};

// An attempt that ended before there was an answer; kind by the error's code.
Attempt FailedAttempt(const Error& error, bool retry);
// Upstream's kind for a status of HTTP.
FailureKind FailureOfStatus(int status);

class Integration : public alerting::Notifier {
 public:
  // `kind`: "slack", a literal.
  Integration(std::string_view kind, size_t index, bool send_resolved,
              const Environment& environment);

  std::string_view integration() const override { return kind_; }
  size_t index() const override { return index_; }
  bool send_resolved() const override { return send_resolved_; }
  Attempt Notify(const Notification& notification, const NotifyContext& context) final;

  const FieldSet& fields() const { return fields_; }
  const Environment& environment() const { return environment_; }

 protected:
  virtual Attempt Send(Delivery& delivery) = 0;
  // Alerts beyond are not shown to templates; 0: all are.
  virtual uint64_t max_alerts() const { return 0; }
  FieldSet& fields() { return fields_; }

 private:
  std::string_view kind_;
  size_t index_;
  bool send_resolved_;
  Environment environment_;
  FieldSet fields_;
};

}  // namespace watchfire::notify
