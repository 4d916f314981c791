#include "alerting/amconfig/describe.h"

#include <algorithm>
#include <set>

#include "alerting/amconfig/time_text.h"
#include "base/text.h"

namespace watchfire::amconfig {
namespace {

// A list of ranges; printed in one line.
void Ranges(Fields& fields, std::string_view name, std::optional<std::vector<Range>>& value,
            Result<Range> (*parse)(const std::string&), std::string (*print)(const Range&)) {
  std::vector<std::string> texts;
  if (!fields.reading()) {
    if (!value) return;
    for (const Range& range : *value) texts.push_back(print(range));
    yaml::Node list;
    list.kind = yaml::Kind::kSequence;
    for (const std::string& text : texts) {
      yaml::Node& item = list.items.emplace_back();
      item.plain = false;
      item.text = text;
    }
    return fields.Any(name, list);
  }
  yaml::Node node;
  if (!fields.Has(name)) return;
  fields.Any(name, node);
  fields.Texts(name, texts);
  if (node.is_null()) return;
  value.emplace();
  for (size_t i = 0; i < texts.size(); ++i) {
    Result<Range> range = parse(texts[i]);
    if (range.ok()) {
      value->push_back(*range);
    } else if (i < node.items.size()) {
      fields.Report(node.items[i].line, range.error());
    }
  }
}

void Smtp(Fields& fields, GlobalConfig& c) {
  fields.Text("smtp_from", c.smtp_from);
  fields.Text("smtp_hello", c.smtp_hello);
  HostPort(fields, "smtp_smarthost", c.smtp_smarthost);
  fields.Text("smtp_auth_username", c.smtp_auth_username);
  fields.SecretText("smtp_auth_password", c.smtp_auth_password);
  fields.Text("smtp_auth_password_file", c.smtp_auth_password_file);
  fields.SecretText("smtp_auth_secret", c.smtp_auth_secret);
  fields.Text("smtp_auth_secret_file", c.smtp_auth_secret_file);
  fields.Text("smtp_auth_identity", c.smtp_auth_identity);
  fields.Bool("smtp_require_tls", c.smtp_require_tls, Show::kAlways);
  fields.Object("smtp_tls_config", "config.plain", c.smtp_tls_config, Show::kAlways);
  fields.OptionalBool("smtp_force_implicit_tls", c.smtp_force_implicit_tls);
}

Result<void> CheckGroupBy(const std::vector<std::string>& group_by, MatcherSyntax syntax) {
  std::set<std::string_view> seen;
  bool all = false;
  for (const std::string& name : group_by) {
    if (name == "...") {
      all = true;
    } else if (!IsLabelName(name, syntax)) {
      return Error::Invalid("invalid label name {} in group_by list", GoQuote(name));
    }
  }
  for (const std::string& name : group_by) {
    if (name == "...") continue;
    if (all) {
      return Error::Invalid(
          "cannot have wildcard group_by (`...`) and other labels at the same time");
    }
    if (!seen.insert(name).second) {
      return Error::Invalid("duplicated label {} in group_by", GoQuote(name));
    }
  }
  return {};
}

}  // namespace

void Describe(Fields& fields, GlobalConfig& c) {
  fields.Duration("resolve_timeout", c.resolve_timeout_ms, Show::kAlways);
  fields.Object("http_config", "config.plain", c.http_config, Show::kAlways);
  HttpUrl(fields, "jira_api_url", c.jira_api_url);
  Smtp(fields, c);
  SecretUrl(fields, "slack_api_url", c.slack_api_url);
  fields.Text("slack_api_url_file", c.slack_api_url_file);
  fields.SecretText("slack_app_token", c.slack_app_token);
  fields.Text("slack_app_token_file", c.slack_app_token_file);
  HttpUrl(fields, "slack_app_url", c.slack_app_url);
  HttpUrl(fields, "pagerduty_url", c.pagerduty_url);
  HttpUrl(fields, "opsgenie_api_url", c.opsgenie_api_url);
  fields.SecretText("opsgenie_api_key", c.opsgenie_api_key);
  fields.Text("opsgenie_api_key_file", c.opsgenie_api_key_file);
  HttpUrl(fields, "wechat_api_url", c.wechat_api_url);
  fields.SecretText("wechat_api_secret", c.wechat_api_secret);
  fields.Text("wechat_api_secret_file", c.wechat_api_secret_file);
  fields.Text("wechat_api_corp_id", c.wechat_api_corp_id);
  HttpUrl(fields, "victorops_api_url", c.victorops_api_url);
  fields.SecretText("victorops_api_key", c.victorops_api_key);
  fields.Text("victorops_api_key_file", c.victorops_api_key_file);
  HttpUrl(fields, "telegram_api_url", c.telegram_api_url);
  fields.SecretText("telegram_bot_token", c.telegram_bot_token);
  fields.Text("telegram_bot_token_file", c.telegram_bot_token_file);
  HttpUrl(fields, "webex_api_url", c.webex_api_url);
  HttpUrl(fields, "rocketchat_api_url", c.rocketchat_api_url);
  fields.SecretText("rocketchat_token", c.rocketchat_token);
  fields.Text("rocketchat_token_file", c.rocketchat_token_file);
  fields.SecretText("rocketchat_token_id", c.rocketchat_token_id);
  fields.Text("rocketchat_token_id_file", c.rocketchat_token_id_file);
  SecretUrl(fields, "mattermost_webhook_url", c.mattermost_webhook_url);
  fields.Text("mattermost_webhook_url_file", c.mattermost_webhook_url_file);
}

void Describe(Fields& fields, Route& c) {
  fields.Text("receiver", c.receiver);
  fields.OptionalTexts("group_by", c.group_by);
  fields.TextMap("match", c.match);
  RegexMap(fields, "match_re", c.match_re);
  MatcherList(fields, "matchers", c.matchers);
  fields.Texts("mute_time_intervals", c.mute_time_intervals);
  fields.Texts("active_time_intervals", c.active_time_intervals);
  fields.Bool("continue", c.continue_matching, Show::kAlways);
  fields.List("routes", "config.plain", c.routes, "missing route config");
  OptionalDuration(fields, "group_wait", c.group_wait_ms);
  OptionalDuration(fields, "group_interval", c.group_interval_ms);
  OptionalDuration(fields, "repeat_interval", c.repeat_interval_ms);
  fields.TextMap("labels", c.labels);
}

Result<void> ValidateFor(Fields& fields, Route& c) {
  MatcherSyntax syntax = MatcherReader::Of(fields).syntax();
  TRY(CheckLabelNames(c.match));
  TRY(CheckRegexMap(c.match_re));
  if (c.group_by) TRY(CheckGroupBy(*c.group_by, syntax));
  if (c.group_interval_ms == 0) return Error::Invalid("group_interval cannot be zero");
  if (c.repeat_interval_ms == 0) return Error::Invalid("repeat_interval cannot be zero");
  for (const auto& [name, value] : c.labels) {
    if (!IsLabelName(name, syntax)) {
      return Error::Invalid("invalid label name {} in route labels", GoQuote(name));
    }
  }
  return {};
}

void Describe(Fields& fields, InhibitRule& c) {
  fields.Text("name", c.name);
  fields.TextMap("source_match", c.source_match);
  RegexMap(fields, "source_match_re", c.source_match_re);
  MatcherList(fields, "source_matchers", c.source_matchers);
  fields.TextMap("target_match", c.target_match);
  RegexMap(fields, "target_match_re", c.target_match_re);
  MatcherList(fields, "target_matchers", c.target_matchers);
  fields.Texts("equal", c.equal);
}

Result<void> ValidateFor(Fields& fields, InhibitRule& c) {
  MatcherSyntax syntax = MatcherReader::Of(fields).syntax();
  TRY(CheckLabelNames(c.source_match));
  TRY(CheckRegexMap(c.source_match_re));
  TRY(CheckLabelNames(c.target_match));
  TRY(CheckRegexMap(c.target_match_re));
  for (const std::string& name : c.equal) {
    if (!IsLabelName(name, syntax)) {
      return Error::Invalid("invalid label name {} in equal list", GoQuote(name));
    }
  }
  return {};
}

void Describe(Fields& fields, TimeInterval& c) {
  fields.Text("name", c.name, Show::kAlways);
  fields.List("time_intervals", "timeinterval.TimeInterval", c.time_intervals,
              "missing time interval");
}

Result<void> Validate(TimeInterval& c) {
  if (c.name.empty()) return Error::Invalid("missing name in time interval");
  return {};
}

Result<void> Validate(MuteTimeInterval& c) {
  if (c.name.empty()) return Error::Invalid("missing name in mute time interval");
  return {};
}

void Describe(Fields& fields, TimeSpec& c) {
  // An empty list is kept apart from an absent one: it never holds.
  yaml::Node node;
  if (fields.reading() && fields.Has("times")) fields.Any("times", node);
  if (!fields.reading() && c.times && c.times->empty()) {
    node.kind = yaml::Kind::kSequence;
    fields.Any("times", node);
  }
  std::vector<TimeRange> times = c.times.value_or(std::vector<TimeRange>());
  fields.List("times", "timeinterval.yamlTimeRange", times,
              "both start and end times must be provided");
  if (fields.reading() && !node.is_null()) c.times = std::move(times);
  Ranges(fields, "weekdays", c.weekdays, ParseWeekdays, WeekdaysText);
  Ranges(fields, "days_of_month", c.days_of_month, ParseDaysOfMonth, NumbersText);
  Ranges(fields, "months", c.months, ParseMonths, NumbersText);
  Ranges(fields, "years", c.years, ParseYears, NumbersText);
  fields.Text("location", c.location);
}

void Describe(Fields& fields, TimeRange& c) {
  fields.Text("start_time", c.start_time, Show::kAlways);
  fields.Text("end_time", c.end_time, Show::kAlways);
}

Result<void> Validate(TimeRange& c) {
  if (c.start_time.empty() || c.end_time.empty()) {
    return Error::Invalid("both start and end times must be provided");
  }
  c.start_minute = TRY(ParseMinute(c.start_time));
  c.end_minute = TRY(ParseMinute(c.end_time));
  if (c.start_minute >= c.end_minute) {
    return Error::Invalid("start time cannot be equal or greater than end time");
  }
  return {};
}

void Describe(Fields& fields, Receiver& c) {
  fields.Text("name", c.name, Show::kAlways);
  fields.TextMap("labels", c.labels);
  fields.List("discord_configs", "discord.plain", c.discord_configs, "missing discord config");
  fields.List("email_configs", "email.plain", c.email_configs, "missing email config");
  fields.List("incidentio_configs", "incidentio.plain", c.incidentio_configs,
              "missing incidentio config");
  fields.List("pagerduty_configs", "pagerduty.plain", c.pagerduty_configs,
              "missing pagerduty config");
  fields.List("slack_configs", "slack.plain", c.slack_configs, "missing slack config");
  fields.List("webhook_configs", "webhook.plain", c.webhook_configs, "missing webhook config");
  fields.List("opsgenie_configs", "opsgenie.plain", c.opsgenie_configs, "missing opsgenie config");
  fields.List("wechat_configs", "wechat.plain", c.wechat_configs, "missing wechat config");
  fields.List("pushover_configs", "pushover.plain", c.pushover_configs, "missing pushover config");
  fields.List("victorops_configs", "victorops.plain", c.victorops_configs,
              "missing victorops config");
  fields.List("sns_configs", "sns.plain", c.sns_configs, "missing sns config");
  fields.List("telegram_configs", "telegram.plain", c.telegram_configs, "missing telegram config");
  fields.List("webex_configs", "webex.plain", c.webex_configs, "missing webex config");
  fields.List("msteams_configs", "msteams.plain", c.msteams_configs, "missing msteams config");
  fields.List("msteamsv2_configs", "msteamsv2.plain", c.msteamsv2_configs,
              "missing msteamsv2 config");
  fields.List("jira_configs", "jira.plain", c.jira_configs, "missing jira config");
  fields.List("rocketchat_configs", "rocketchat.plain", c.rocketchat_configs,
              "missing rocketchat config");
  fields.List("mattermost_configs", "mattermost.plain", c.mattermost_configs,
              "missing mattermost config");
}

Result<void> Validate(Receiver& c) {
  if (c.name.empty()) return Error::Invalid("missing name in receiver");
  auto named = c.labels.find("name");
  if (named != c.labels.end() && named->second != c.name) {
    return Error::Invalid("receiver label \"name\" must match receiver name {}", GoQuote(c.name));
  }
  return {};
}

void Describe(Fields& fields, Config& c) {
  fields.Object("global", "config.plain", c.global, Show::kAlways);
  fields.Optional("route", "config.plain", c.route);
  fields.List("inhibit_rules", "common.plain", c.inhibit_rules, "missing inhibit rule");
  fields.List("receivers", "config.plain", c.receivers, "missing name in receiver");
  yaml::Node templates;
  if (!fields.reading() && c.templates.empty()) {
    // Printed even when there is none.
    templates.kind = yaml::Kind::kSequence;
    fields.Any("templates", templates);
  } else {
    fields.Paths("templates", c.templates);
  }
  fields.List("mute_time_intervals", "config.plain", c.mute_time_intervals,
              "missing name in mute time interval");
  fields.List("time_intervals", "config.plain", c.time_intervals, "missing name in time interval");
  fields.Any("tracing", c.tracing);
  fields.Any("event_recorder", c.event_recorder);
}

}  // namespace watchfire::amconfig
