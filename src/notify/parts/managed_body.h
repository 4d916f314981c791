#pragma once
// The body that a webhook contact point sends: Grafana's, whose version is "1"; not to be confused
// with Alertmanager's, version "4". Pure.

#include <string>

#include "alerting/alerts/notification.h"
#include "template/library/alert_data.h"

namespace watchfire::notify {

// `title` and `message` are rendered.
std::string ManagedBody(const alerting::Notification& notification,
                        const templates::NotificationData& data, const std::string& title,
                        const std::string& message);

}  // namespace watchfire::notify
