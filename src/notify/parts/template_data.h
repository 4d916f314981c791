#pragma once
// TemplateData: what templates see of a notification: names, labels in common, times in the zone
// each client wrote, the labels of the route rendered. One call's.

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "alerting/alerts/notification.h"
#include "notify/parts/environment.h"
#include "template/library/alert_data.h"
#include "template/library/alert_templates.h"

namespace watchfire::notify {

// `max_alerts`: only the first ones are shown, 0: all. `managed`: as Environment has it.
templates::NotificationData MakeTemplateData(const alerting::Notification& notification,
                                             const std::string& external_url,
                                             uint64_t max_alerts = 0, bool managed = false);

// Annotations by which a managed rule tells what its alerts have besides.
inline constexpr std::string_view kValuesAnnotation = "__values__";             // a JSON object
inline constexpr std::string_view kValueStringAnnotation = "__value_string__";  // for people
inline constexpr std::string_view kDashboardAnnotation = "__dashboardUid__";
inline constexpr std::string_view kPanelAnnotation = "__panelId__";

// The name as a regular expression that matches it alone, as Go's regexp.QuoteMeta.
std::string QuoteRegex(std::string_view text);
std::string FingerprintText(uint64_t fingerprint);  // 16 hexadecimal digits

// Labels of a route are templates that may use each other (`routeLabels "team"`); a circle is an
// error of whoever asks. Renders into data->route_labels what renders; `data` must outlive it.
class RouteLabels {
 public:
  RouteLabels(const std::map<std::string, std::string>& labels, const Environment& environment,
              templates::NotificationData* data);
  RouteLabels(const RouteLabels&) = delete;
  RouteLabels& operator=(const RouteLabels&) = delete;
  // For functions of templates; refers to this object.
  const templates::AlertEnvironment& environment() const { return environment_; }

 private:
  Result<std::string> Value(std::string_view name);

  const std::map<std::string, std::string>& labels_;
  const templates::AlertTemplates& templates_;
  templates::NotificationData* data_;
  templates::AlertEnvironment environment_;
  std::map<std::string, std::string, std::less<>> rendered_;
  std::vector<std::string> open_;  // being rendered
};

// One firing and one resolved alert that have everything that templates commonly ask for.
alerting::Notification ExampleNotification(const std::string& receiver);

}  // namespace watchfire::notify
