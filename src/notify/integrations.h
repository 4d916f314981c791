#pragma once
// The kinds of integrations: one function each makes a notifier of its configuration; build.cc has
// the table. Errors are of the configuration (an http_config that contradicts itself, a file that
// is read when the configuration is applied).

#include <memory>

#include "alerting/amconfig/receivers.h"
#include "notify/parts/integration.h"

namespace watchfire::notify {

using Built = Result<std::unique_ptr<Integration>>;

Built BuildDiscord(const amconfig::DiscordConfig&, size_t index, const Environment&);
Built BuildEmail(const amconfig::EmailConfig&, size_t index, const Environment&);
Built BuildIncidentio(const amconfig::IncidentioConfig&, size_t index, const Environment&);
Built BuildJira(const amconfig::JiraConfig&, size_t index, const Environment&);
Built BuildMattermost(const amconfig::MattermostConfig&, size_t index, const Environment&);
Built BuildMsteams(const amconfig::MsteamsConfig&, size_t index, const Environment&);
Built BuildMsteamsv2(const amconfig::Msteamsv2Config&, size_t index, const Environment&);
Built BuildOpsgenie(const amconfig::OpsgenieConfig&, size_t index, const Environment&);
Built BuildPagerduty(const amconfig::PagerdutyConfig&, size_t index, const Environment&);
Built BuildPushover(const amconfig::PushoverConfig&, size_t index, const Environment&);
Built BuildRocketchat(const amconfig::RocketchatConfig&, size_t index, const Environment&);
Built BuildSlack(const amconfig::SlackConfig&, size_t index, const Environment&);
Built BuildSns(const amconfig::SnsConfig&, size_t index, const Environment&);
Built BuildTelegram(const amconfig::TelegramConfig&, size_t index, const Environment&);
Built BuildVictorops(const amconfig::VictoropsConfig&, size_t index, const Environment&);
Built BuildWebex(const amconfig::WebexConfig&, size_t index, const Environment&);
Built BuildWebhook(const amconfig::WebhookConfig&, size_t index, const Environment&);
Built BuildWechat(const amconfig::WechatConfig&, size_t index, const Environment&);

}  // namespace watchfire::notify
