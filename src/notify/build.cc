// The table of kinds, and what is done with all integrations of a receiver.

#include <fmt/core.h>

#include "notify/integrations.h"
#include "notify/notify.h"
#include "notify/parts/template_data.h"

namespace watchfire::notify {
namespace {

using Integrations = std::vector<std::unique_ptr<Integration>>;

class Builder {
 public:
  explicit Builder(const Environment& environment) : environment_(environment) {}

  template <typename Config>
  void Add(std::string_view kind, const std::vector<Config>& configs,
           Built (*build)(const Config&, size_t, const Environment&)) {
    for (size_t i = 0; i < configs.size(); ++i) {
      Built integration = build(configs[i], i, environment_);
      if (integration.ok()) {
        built_.push_back(std::move(integration).value());
      } else if (!error_) {
        error_ = integration.error().With("{}_configs[{}]", kind, i);
      }
    }
  }
  Result<Integrations> Take() {
    if (error_) return *error_;
    return std::move(built_);
  }

 private:
  const Environment& environment_;
  Integrations built_;
  std::optional<Error> error_;
};

// In upstream's order, which decides what is shown first.
Result<Integrations> BuildAll(const amconfig::Receiver& receiver, const Environment& environment) {
  Builder builder(environment);
  builder.Add("webhook", receiver.webhook_configs, BuildWebhook);
  builder.Add("email", receiver.email_configs, BuildEmail);
  builder.Add("pagerduty", receiver.pagerduty_configs, BuildPagerduty);
  builder.Add("opsgenie", receiver.opsgenie_configs, BuildOpsgenie);
  builder.Add("wechat", receiver.wechat_configs, BuildWechat);
  builder.Add("slack", receiver.slack_configs, BuildSlack);
  builder.Add("victorops", receiver.victorops_configs, BuildVictorops);
  builder.Add("pushover", receiver.pushover_configs, BuildPushover);
  builder.Add("sns", receiver.sns_configs, BuildSns);
  builder.Add("telegram", receiver.telegram_configs, BuildTelegram);
  builder.Add("discord", receiver.discord_configs, BuildDiscord);
  builder.Add("webex", receiver.webex_configs, BuildWebex);
  builder.Add("msteams", receiver.msteams_configs, BuildMsteams);
  builder.Add("msteamsv2", receiver.msteamsv2_configs, BuildMsteamsv2);
  builder.Add("jira", receiver.jira_configs, BuildJira);
  builder.Add("rocketchat", receiver.rocketchat_configs, BuildRocketchat);
  builder.Add("mattermost", receiver.mattermost_configs, BuildMattermost);
  builder.Add("incidentio", receiver.incidentio_configs, BuildIncidentio);
  return builder.Take();
}

}  // namespace

Result<alerting::ReceiverNotifiers> Build(const amconfig::Receiver& receiver,
                                          const Environment& environment) {
  alerting::ReceiverNotifiers out;
  out.receiver = receiver.name;
  for (auto& integration : TRY(BuildAll(receiver, environment))) {
    out.notifiers.push_back(std::move(integration));
  }
  return out;
}

std::vector<std::string> Lint(const amconfig::Receiver& receiver, const Environment& environment) {
  Result<Integrations> integrations = BuildAll(receiver, environment);
  if (!integrations.ok()) return {integrations.error().message()};
  alerting::Notification example = ExampleNotification(receiver.name);
  std::vector<std::string> found;
  for (const std::unique_ptr<Integration>& built : *integrations) {
    const Integration& integration = *built;
    templates::NotificationData data =
        MakeTemplateData(example, environment.external_url, 0, environment.managed);
    RouteLabels labels(example.route_labels, environment, &data);
    for (const std::string& failure : integration.fields().Failures(data, labels.environment())) {
      found.push_back(fmt::format("{}_configs[{}].{}", integration.integration(),
                                  integration.index(), failure));
    }
  }
  return found;
}

}  // namespace watchfire::notify
