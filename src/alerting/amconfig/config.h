#pragma once
// alertmanager.yml as values: what Load (loader.h) makes of the file. Field names are the YAML
// keys; initialisers are the defaults. After loading, receivers hold everything they inherit from
// `global`; routes hold what the file says, and their inheritance is worked out by the routing
// room. Plain values: no threads, no clocks; a const Config may be read from any thread.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "alerting/amconfig/matcher.h"
#include "alerting/amconfig/receivers.h"
#include "base/time_zone.h"

namespace watchfire::amconfig {

struct GlobalConfig {
  int64_t resolve_timeout_ms = 5 * 60 * 1000;
  HttpClientConfig http_config;
  Url jira_api_url;
  std::string smtp_from;
  std::string smtp_hello = "localhost";
  std::string smtp_smarthost;
  std::string smtp_auth_username;
  Secret smtp_auth_password;
  std::string smtp_auth_password_file;
  Secret smtp_auth_secret;
  std::string smtp_auth_secret_file;
  std::string smtp_auth_identity;
  bool smtp_require_tls = true;
  TlsConfig smtp_tls_config;
  std::optional<bool> smtp_force_implicit_tls;
  Secret slack_api_url;
  std::string slack_api_url_file;
  Secret slack_app_token;
  std::string slack_app_token_file;
  Url slack_app_url{"https://slack.com/api/chat.postMessage"};
  Url pagerduty_url{"https://events.pagerduty.com/v2/enqueue"};
  Url opsgenie_api_url{"https://api.opsgenie.com/"};
  Secret opsgenie_api_key;
  std::string opsgenie_api_key_file;
  Url wechat_api_url{"https://qyapi.weixin.qq.com/cgi-bin/"};
  Secret wechat_api_secret;
  std::string wechat_api_secret_file;
  std::string wechat_api_corp_id;
  Url victorops_api_url{"https://alert.victorops.com/integrations/generic/20131114/alert/"};
  Secret victorops_api_key;
  std::string victorops_api_key_file;
  Url telegram_api_url{"https://api.telegram.org"};
  Secret telegram_bot_token;
  std::string telegram_bot_token_file;
  Url webex_api_url{"https://webexapis.com/v1/messages"};
  Url rocketchat_api_url{"https://open.rocket.chat/"};
  Secret rocketchat_token;
  std::string rocketchat_token_file;
  Secret rocketchat_token_id;
  std::string rocketchat_token_id_file;
  Secret mattermost_webhook_url;
  std::string mattermost_webhook_url_file;
  bool operator==(const GlobalConfig&) const = default;
};

// The deprecated `match` and `match_re` maps stay apart from `matchers`: they print differently in
// dumps and in route keys.
struct Route {
  std::string receiver;
  std::optional<std::vector<std::string>> group_by;  // as written; unset: the parent's
  std::map<std::string, std::string> match;
  std::map<std::string, std::string> match_re;
  Matchers matchers;
  std::vector<std::string> mute_time_intervals;
  std::vector<std::string> active_time_intervals;
  bool continue_matching = false;  // `continue`
  std::vector<Route> routes;
  std::optional<int64_t> group_wait_ms;
  std::optional<int64_t> group_interval_ms;
  std::optional<int64_t> repeat_interval_ms;
  std::map<std::string, std::string> labels;  // T
};

struct InhibitRule {
  std::string name;
  std::map<std::string, std::string> source_match;
  std::map<std::string, std::string> source_match_re;
  Matchers source_matchers;
  std::map<std::string, std::string> target_match;
  std::map<std::string, std::string> target_match_re;
  Matchers target_matchers;
  std::vector<std::string> equal;
};

// Both ends belong to a Range.
struct Range {
  int begin = 0;
  int end = 0;
  bool operator==(const Range&) const = default;
};
// Minutes of the day; the end does not belong to it.
struct TimeRange {
  std::string start_time;
  std::string end_time;
  int start_minute = 0;
  int end_minute = 0;
};

// Holds when every field that is there does; a field holds when one of its entries does, so an
// empty list never does.
struct TimeSpec {
  std::optional<std::vector<TimeRange>> times;
  std::optional<std::vector<Range>> weekdays;       // 0 is Sunday
  std::optional<std::vector<Range>> days_of_month;  // negative: from the end of the month
  std::optional<std::vector<Range>> months;
  std::optional<std::vector<Range>> years;
  std::string location;  // "" is UTC
  TimeZone zone;         // of `location`
};

struct TimeInterval {
  std::string name;
  std::vector<TimeSpec> time_intervals;
};
// The deprecated section has the same shape and another name in errors.
struct MuteTimeInterval : TimeInterval {};

struct Config {
  GlobalConfig global;
  std::optional<Route> route;  // always set after loading
  std::vector<InhibitRule> inhibit_rules;
  std::vector<Receiver> receivers;
  std::vector<std::string> templates;
  std::vector<MuteTimeInterval> mute_time_intervals;
  std::vector<TimeInterval> time_intervals;
  yaml::Node tracing;
  yaml::Node event_recorder;

  // The text of the file.
  std::string original;
  // What loads but is probably not meant so; for the log.
  std::vector<std::string> warnings;
};

// The effective configuration: defaults and inherited values filled in, secrets hidden. It can be
// loaded again.
std::string ConfigToYaml(const Config& config);

}  // namespace watchfire::amconfig
