// Sends one notification, for scenarios that compare what is sent with what others send:
//
//   notify_once CONFIG EXTERNAL_URL USER_AGENT < notification.json
//
// The notification is what a webhook of Alertmanager gets; its `receiver` names the receiver whose
// integrations send it. Prints a line of JSON for each: what it was, whether it was delivered,
// what was said about it.

#include <fmt/core.h>

#include <cstdio>
#include <string>

#include "alerting/amconfig/loader.h"
#include "codec/json.h"
#include "notify/notify.h"

namespace watchfire::notify {
namespace {

using codec::Json;

std::string TextOf(const Json& json, std::string_view key) {
  const Json* value = json.Find(key);
  const std::string* text = value == nullptr ? nullptr : value->AsString();
  return text == nullptr ? std::string() : *text;
}

alerting::Annotations PairsOf(const Json& json, std::string_view key) {
  alerting::Annotations pairs;
  const Json* members = json.Find(key);
  if (members == nullptr || members->AsObject() == nullptr) return pairs;
  for (const Json::Member& member : *members->AsObject()) {
    pairs.emplace_back(member.name, *member.value.AsString());
  }
  return pairs;
}

model::Labels LabelsOf(const Json& json, std::string_view key) {
  model::LabelsBuilder labels;
  for (const auto& [name, value] : PairsOf(json, key)) labels.Set(name, value);
  return labels.Build();
}

alerting::Notification NotificationOf(const Json& json) {
  alerting::Notification notification;
  notification.receiver = TextOf(json, "receiver");
  notification.group_key = TextOf(json, "groupKey");
  notification.group_labels = LabelsOf(json, "groupLabels");
  notification.now = Clock::System()->Now();
  notification.reason = alerting::Reason::kFirst;
  for (const Json& item : *json.Find("alerts")->AsArray()) {
    auto alert = std::make_shared<alerting::Alert>();
    alert->labels = LabelsOf(item, "labels");
    alert->annotations = PairsOf(item, "annotations");
    alert->starts_at = alerting::ParseAlertTime(TextOf(item, "startsAt")).value();
    alert->ends_at = alerting::ParseAlertTime(TextOf(item, "endsAt")).value();
    alert->generator_url = TextOf(item, "generatorURL");
    alert->Seal();
    notification.alerts.push_back(std::move(alert));
  }
  return notification;
}

Result<std::string> Send(const std::string& config_path, Environment environment,
                         const std::string& text) {
  std::string yaml = TRY(FileSystem::Local()->ReadFile(config_path));
  amconfig::Config config =
      TRY(amconfig::LoadConfig(yaml, config_path, {.zones = environment.zones}));
  environment.templates =
      std::make_shared<const templates::AlertTemplates>(TRY(templates::AlertTemplates::Load({})));
  alerting::Notification notification = NotificationOf(TRY(Json::Parse(text)));
  std::string out;
  for (const amconfig::Receiver& receiver : config.receivers) {
    if (receiver.name != notification.receiver) continue;
    for (const std::string& warning : Lint(receiver, environment)) {
      fmt::print(stderr, "{}\n", warning);
    }
    for (const auto& notifier : TRY(Build(receiver, environment)).notifiers) {
      alerting::Attempt attempt = notifier->Notify(notification, {});
      codec::JsonWriter json;
      json.BeginObject().Field("integration", notifier->integration());
      json.Field("delivered", attempt.delivered).Field("error", attempt.error);
      json.Field("request", attempt.request).EndObject();
      out += json.Take() + "\n";
    }
  }
  return out;
}

int Main(int argc, char** argv) {
  if (argc != 4) {
    fmt::print(stderr, "usage: notify_once CONFIG EXTERNAL_URL USER_AGENT < notification.json\n");
    return 2;
  }
  Environment environment;
  environment.external_url = argv[2];
  environment.user_agent = argv[3];
  environment.files = FileSystem::Local();
  environment.zones = SystemZones(environment.files);
  std::string text;
  for (int c = std::getchar(); c != EOF; c = std::getchar()) text += static_cast<char>(c);
  Result<std::string> lines = Send(argv[1], std::move(environment), text);
  if (!lines.ok()) {
    fmt::print(stderr, "{}\n", lines.error().message());
    return 1;
  }
  fmt::print("{}", *lines);
  return 0;
}

}  // namespace
}  // namespace watchfire::notify

int main(int argc, char** argv) {
  return watchfire::notify::Main(argc, argv);
}
