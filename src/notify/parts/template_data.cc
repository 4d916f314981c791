#include "notify/parts/template_data.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "codec/json.h"
#include "net/http.h"

namespace watchfire::notify {
namespace {

using alerting::Alert;
using alerting::AlertPtr;
using alerting::AlertTime;
using templates::GoTime;
using templates::NamesAndValues;

// Labels of a route may use each other this deep.
constexpr size_t kMaxNestedLabels = 32;

NamesAndValues PairsOf(const model::Labels& labels) {
  NamesAndValues pairs;
  for (const model::LabelView& label : labels) pairs.emplace_back(label.name, label.value);
  return pairs;
}

GoTime TimeOf(const AlertTime& time) {
  if (time.absent()) return GoTime();
  GoTime out = GoTime::OfNanos(time.unix_ns);
  if (time.offset_s != 0) out.zone = TimeZone::Fixed("", time.offset_s);
  return out;
}

templates::AlertData DataOf(const Alert& alert, TimeMs now) {
  templates::AlertData data;
  data.resolved = alert.ResolvedAt(now);
  data.labels = std::make_shared<const NamesAndValues>(PairsOf(alert.labels));
  data.annotations = std::make_shared<const NamesAndValues>(alert.annotations);
  data.starts_at = TimeOf(alert.starts_at);
  if (data.resolved) data.ends_at = TimeOf(alert.ends_at);
  data.generator_url = alert.generator_url;
  data.fingerprint = FingerprintText(alert.fingerprint);
  return data;
}

bool IsPrivate(std::string_view name) {
  return name.size() > 4 && name.starts_with("__") && name.ends_with("__");
}

NamesAndValues WithoutPrivate(const NamesAndValues& pairs) {
  NamesAndValues kept;
  for (const auto& pair : pairs) {
    if (!IsPrivate(pair.first)) kept.push_back(pair);
  }
  return kept;
}

std::vector<std::pair<std::string, double>> ValuesOf(const std::string& text) {
  std::vector<std::pair<std::string, double>> values;
  Result<codec::Json> json = codec::Json::Parse(text);
  if (!json.ok() || json->AsObject() == nullptr) return values;
  for (const codec::Json::Member& member : *json->AsObject()) {
    values.emplace_back(member.name, member.value.AsDouble().value_or(std::nan("")));
  }
  std::sort(values.begin(), values.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  return values;
}

// A page that has a silence of exactly these labels filled in.
std::string SilenceUrl(const std::string& external_url, const NamesAndValues& labels) {
  std::string url = external_url + "/alerting/silence/new?alertmanager=grafana";
  for (const auto& [name, value] : labels) {
    url += "&matcher=" + net::PercentEncode(name + "=" + value);
  }
  return url;
}

void ShowManaged(templates::AlertData& data, const std::string& external_url) {
  auto managed = std::make_shared<templates::ManagedAlertData>();
  std::string dashboard, panel;
  for (const auto& [name, value] : *data.annotations) {
    if (name == kValueStringAnnotation) managed->value_string = value;
    if (name == kValuesAnnotation) managed->values = ValuesOf(value);
    if (name == kDashboardAnnotation) dashboard = value;
    if (name == kPanelAnnotation) panel = value;
  }
  data.labels = std::make_shared<const NamesAndValues>(WithoutPrivate(*data.labels));
  data.annotations = std::make_shared<const NamesAndValues>(WithoutPrivate(*data.annotations));
  managed->silence_url = SilenceUrl(external_url, *data.labels);
  if (!dashboard.empty()) {
    managed->dashboard_url = external_url + "/d/" + net::PercentEncode(dashboard);
    if (!panel.empty()) {
      managed->panel_url = managed->dashboard_url + "?viewPanel=" + net::PercentEncode(panel);
    }
  }
  data.managed = std::move(managed);
}

}  // namespace

std::string QuoteRegex(std::string_view text) {
  constexpr std::string_view kSpecial = "\\.+*?()|[]{}^$";
  std::string out;
  for (char c : text) {
    if (kSpecial.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string FingerprintText(uint64_t fingerprint) {
  return fmt::format("{:016x}", fingerprint);
}

templates::NotificationData MakeTemplateData(const alerting::Notification& notification,
                                             const std::string& external_url, uint64_t max_alerts,
                                             bool managed) {
  templates::NotificationData data;
  data.receiver = managed ? notification.receiver : QuoteRegex(notification.receiver);
  data.notification_reason = alerting::ReasonText(notification.reason);
  data.external_url = external_url;
  data.group_labels = PairsOf(notification.group_labels);
  if (managed) data.group_labels = WithoutPrivate(data.group_labels);
  size_t shown = notification.alerts.size();
  if (max_alerts != 0) shown = std::min<size_t>(shown, max_alerts);
  for (size_t i = 0; i < shown; ++i) {
    data.alerts.push_back(DataOf(*notification.alerts[i], notification.now));
    if (managed) ShowManaged(data.alerts.back(), external_url);
  }
  data.FindCommon();
  return data;
}

RouteLabels::RouteLabels(const std::map<std::string, std::string>& labels,
                         const Environment& environment, templates::NotificationData* data)
    : labels_(labels), templates_(*environment.templates), data_(data) {
  environment_.clock = environment.clock;
  environment_.zones = &environment.zones;
  if (labels.empty()) return;
  environment_.route_label = [this](std::string_view name) { return Value(name); };
  NamesAndValues rendered(labels.begin(), labels.end());
  data->route_labels = rendered;
  for (auto& [name, value] : rendered) {
    Result<std::string> text = Value(name);
    if (text.ok()) value = std::move(text).value();
  }
  data->route_labels = std::move(rendered);
}

Result<std::string> RouteLabels::Value(std::string_view name) {
  auto known = rendered_.find(name);
  if (known != rendered_.end()) return known->second;
  auto label = labels_.find(std::string(name));
  if (label == labels_.end()) return std::string();
  if (std::find(open_.begin(), open_.end(), name) != open_.end()) {
    return Error::Invalid("route label \"{}\" refers to itself", name);
  }
  if (open_.size() >= kMaxNestedLabels) {
    return Error::Limit("route labels use each other more than {} deep", kMaxNestedLabels);
  }
  open_.emplace_back(name);
  Result<std::string> text =
      templates_.Render(label->second, templates::Markup::kText, *data_, environment_);
  open_.pop_back();
  if (text.ok()) rendered_.emplace(name, *text);
  return text;
}

alerting::Notification ExampleNotification(const std::string& receiver) {
  constexpr TimeMs kNow = 1'772'604'800'000;
  constexpr int64_t kMinuteMs = 60'000;
  alerting::Notification example;
  example.receiver = receiver;
  example.group_labels = model::Labels::Of({{"alertname", "Example"}});
  example.group_key = "{}:" + example.group_labels.ToString();
  example.now = kNow;
  example.reason = alerting::Reason::kTest;
  for (bool resolved : {false, true}) {
    auto alert = std::make_shared<Alert>();
    alert->labels = model::Labels::Of({{"alertname", "Example"},
                                       {"cluster", "example"},
                                       {"instance", resolved ? "example-2:9100" : "example-1:9100"},
                                       {"job", "node"},
                                       {"service", "example"},
                                       {"severity", "warning"}});
    alert->annotations = {{"description", "This alert is an example."},
                          {"runbook_url", "https://example.com/runbook"},
                          {"summary", "An example"}};
    alert->starts_at = AlertTime::OfMs(kNow - 10 * kMinuteMs);
    alert->ends_at = AlertTime::OfMs(resolved ? kNow - kMinuteMs : kNow + kMinuteMs);
    alert->updated_at = AlertTime::OfMs(kNow);
    alert->generator_url = "https://example.com/graph?g0.expr=up";
    alert->Seal();
    example.alerts.push_back(std::move(alert));
  }
  return example;
}

}  // namespace watchfire::notify
