// amtool template render.
#include <algorithm>

#include "alerting/alerts/alert.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/time_zone.h"
#include "template/library/alert_templates.h"
#include "tool/amtool/commands.h"

namespace watchfire::amtool {
namespace {

using codec::Json;
using templates::NamesAndValues;

templates::SharedPairs Shared(NamesAndValues pairs) {
  std::sort(pairs.begin(), pairs.end());
  return std::make_shared<const NamesAndValues>(std::move(pairs));
}

// What is rendered where nobody says what: two alerts with something in common.
templates::NotificationData Example() {
  templates::GoTime now = templates::GoTime::OfMs(Clock::System()->Now());
  constexpr int64_t kMinuteNs = 60'000'000'000;
  auto alert = [&](NamesAndValues labels, NamesAndValues annotations, int64_t minutes,
                   const char* fingerprint) {
    labels.emplace_back("commonlabelkey1", "commonlabelvalue1");
    labels.emplace_back("commonlabelkey2", "commonlabelvalue2");
    annotations.emplace_back("commonannotationkey1", "commonannotationvalue1");
    annotations.emplace_back("commonannotationkey2", "commonannotationvalue2");
    templates::AlertData one;
    one.status = "alertstatus";
    one.labels = Shared(std::move(labels));
    one.annotations = Shared(std::move(annotations));
    one.starts_at = now.Plus(-minutes * kMinuteNs);
    one.ends_at = now;
    one.generator_url = "https://generatorurl.com";
    one.fingerprint = fingerprint;
    return one;
  };
  templates::NotificationData data;
  data.receiver = "receiver";
  data.status = "alertstatus";
  data.alerts.push_back(
      alert({{"label1", "value1"}, {"label2", "value2"}, {"instance", "foo.bar:1234"}},
            {{"annotation1", "value1"}, {"annotation2", "value2"}}, 5, "fingerprint1"));
  data.alerts.push_back(alert({{"foo", "bar"}, {"baz", "qux"}}, {{"aaa", "bbb"}, {"ccc", "ddd"}},
                              10, "fingerprint2"));
  data.group_labels = {{"grouplabelkey1", "grouplabelvalue1"},
                       {"grouplabelkey2", "grouplabelvalue2"}};
  data.FindCommon();
  data.external_url = "https://example.com";
  return data;
}

NamesAndValues PairsOf(const Json& object, std::string_view name) {
  NamesAndValues pairs;
  const Json* found = object.Find(name);
  if (found == nullptr || found->AsObject() == nullptr) return pairs;
  for (const Json::Member& member : *found->AsObject()) {
    if (const std::string* text = member.value.AsString()) pairs.emplace_back(member.name, *text);
  }
  std::sort(pairs.begin(), pairs.end());
  return pairs;
}

Result<templates::GoTime> TimeOf(const Json& object, std::string_view name) {
  std::string text = TextOf(object, name);
  if (text.empty()) return templates::GoTime{};
  std::optional<alerting::AlertTime> time = alerting::ParseAlertTime(text);
  if (!time) return Error::Invalid("{}: \"{}\" is no time", name, text);
  if (time->absent()) return templates::GoTime{};
  templates::GoTime made = templates::GoTime::OfNanos(time->unix_ns);
  if (time->offset_s != 0) made.zone = TimeZone::Fixed("", time->offset_s);
  return made;
}

Result<templates::NotificationData> ParseData(const std::string& text) {
  Json json = TRY(Json::Parse(text));
  if (json.AsObject() == nullptr) return Error::Invalid("the data is no JSON object");
  templates::NotificationData data;
  data.receiver = TextOf(json, "receiver");
  data.status = TextOf(json, "status");
  data.notification_reason = TextOf(json, "notification_reason");
  data.group_labels = PairsOf(json, "groupLabels");
  data.common_labels = PairsOf(json, "commonLabels");
  data.common_annotations = PairsOf(json, "commonAnnotations");
  data.route_labels = PairsOf(json, "routeLabels");
  data.external_url = TextOf(json, "externalURL");
  const Json* alerts = json.Find("alerts");
  if (alerts == nullptr || alerts->AsArray() == nullptr) return data;
  for (const Json& alert : *alerts->AsArray()) {
    templates::AlertData one;
    one.status = TextOf(alert, "status");
    one.resolved = one.status == "resolved";
    one.labels = Shared(PairsOf(alert, "labels"));
    one.annotations = Shared(PairsOf(alert, "annotations"));
    one.starts_at = TRY(TimeOf(alert, "startsAt"));
    one.ends_at = TRY(TimeOf(alert, "endsAt"));
    one.generator_url = TextOf(alert, "generatorURL");
    one.fingerprint = TextOf(alert, "fingerprint");
    data.alerts.push_back(std::move(one));
  }
  return data;
}

}  // namespace

Result<int> RenderTemplate(const Invocation& asked) {
  auto files = TRY(ReadTemplates(asked.All("template.glob")));
  if (std::string problem = TemplateProblem(files); !problem.empty()) {
    return Error(ErrorCode::kInvalid, std::move(problem));
  }
  std::vector<std::string> texts;
  for (auto& [path, text] : files) texts.push_back(std::move(text));
  templates::AlertTemplates loaded = TRY(templates::AlertTemplates::Load(texts));
  templates::NotificationData data = Example();
  if (asked.Given("template.data")) {
    std::string text = TRY(ReadInput(asked.Text("template.data")));
    data = TRY(ParseData(text));
  }
  ZoneLoader zones = SystemZones(FileSystem::Local());
  templates::AlertEnvironment environment;
  environment.clock = Clock::System();
  environment.zones = &zones;
  bool html = asked.Text("template.type") == "html";
  Print(TRY(loaded.Render(asked.Text("template.text"),
                          html ? templates::Markup::kHtml : templates::Markup::kText, data,
                          environment)));
  return 0;
}

}  // namespace watchfire::amtool
