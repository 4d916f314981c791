#pragma once
// The keys of every section of alertmanager.yml and the checks that need no other section, in the
// way of config/fields.h: one description serves reading, printing and resolving paths. Internal
// to the room; the functions are pure.

#include "alerting/amconfig/config.h"
#include "config/describe.h"
#include "config/fields.h"
#include "config/reader.h"

namespace watchfire::amconfig {

using config::Fields;
using config::Show;

// Reads a file whose matchers and label names are in one of the syntaxes. Descriptions that read
// matchers or check names take nothing else for a reader.
class MatcherReader final : public config::Reader {
 public:
  MatcherReader(const std::string& filename, MatcherSyntax syntax,
                std::vector<std::string>* warnings)
      : Reader(filename), syntax_(syntax), warnings_(warnings) {}
  // Of the reader behind `fields`.
  static MatcherReader& Of(Fields& fields);
  MatcherSyntax syntax() const { return syntax_; }
  void Warn(uint32_t line, const std::string& warning);

 private:
  MatcherSyntax syntax_;
  std::vector<std::string>* warnings_;
};

// ---- describe.cc
void Describe(Fields& fields, Config& c);
void Describe(Fields& fields, GlobalConfig& c);
void Describe(Fields& fields, Route& c);
Result<void> ValidateFor(Fields& fields, Route& c);
void Describe(Fields& fields, InhibitRule& c);
Result<void> ValidateFor(Fields& fields, InhibitRule& c);
void Describe(Fields& fields, TimeInterval& c);
Result<void> Validate(TimeInterval& c);
Result<void> Validate(MuteTimeInterval& c);
void Describe(Fields& fields, TimeSpec& c);
void Describe(Fields& fields, TimeRange& c);
Result<void> Validate(TimeRange& c);
void Describe(Fields& fields, Receiver& c);
Result<void> Validate(Receiver& c);

// ---- describe_first.cc: the receivers that most teams use; describe_second.cc: the others
#define WF_AM_SECTION(Type)               \
  void Describe(Fields& fields, Type& c); \
  Result<void> Validate(Type& c)
WF_AM_SECTION(WebhookConfig);
WF_AM_SECTION(EmailConfig);
WF_AM_SECTION(EmailThreading);
WF_AM_SECTION(PagerdutyConfig);
WF_AM_SECTION(SlackConfig);
WF_AM_SECTION(SlackAction);
WF_AM_SECTION(SlackConfirmation);
WF_AM_SECTION(SlackField);
WF_AM_SECTION(OpsgenieConfig);
WF_AM_SECTION(PushoverConfig);
WF_AM_SECTION(TelegramConfig);
WF_AM_SECTION(DiscordConfig);
WF_AM_SECTION(MsteamsConfig);
WF_AM_SECTION(Msteamsv2Config);
WF_AM_SECTION(WechatConfig);
WF_AM_SECTION(VictoropsConfig);
WF_AM_SECTION(SnsConfig);
WF_AM_SECTION(WebexConfig);
WF_AM_SECTION(JiraConfig);
WF_AM_SECTION(IncidentioConfig);
WF_AM_SECTION(RocketchatConfig);
WF_AM_SECTION(MattermostConfig);
#undef WF_AM_SECTION
void Describe(Fields& fields, PagerdutyImage& c);
void Describe(Fields& fields, PagerdutyLink& c);
void Describe(Fields& fields, OpsgenieResponder& c);
void Describe(Fields& fields, JiraText& c);
void Describe(Fields& fields, RocketchatField& c);
void Describe(Fields& fields, RocketchatAction& c);
void Describe(Fields& fields, MattermostField& c);
void Describe(Fields& fields, MattermostAttachment& c);
void Describe(Fields& fields, MattermostProps& c);
void Describe(Fields& fields, MattermostPriority& c);

// ---- scalars.cc
// Addresses must be http or https with a host.
void HttpUrl(Fields& fields, std::string_view name, Url& value);
// The same, hidden when printed; `<secret>` is taken as it is, so that dumps load.
void SecretUrl(Fields& fields, std::string_view name, Secret& value);
// The same, or a template.
void SecretTemplateUrl(Fields& fields, std::string_view name, Secret& value);
// `host:port`, or empty.
void HostPort(Fields& fields, std::string_view name, std::string& value);
// A duration in Go's syntax ("1m30s").
void GoDuration(Fields& fields, std::string_view name, int64_t& ns, Show show = Show::kIfSet);
void OptionalDuration(Fields& fields, std::string_view name, std::optional<int64_t>& ms);
void MatcherList(Fields& fields, std::string_view name, Matchers& value);
// Regexes by label name.
void RegexMap(Fields& fields, std::string_view name, std::map<std::string, std::string>& value);
Result<void> CheckRegexMap(const std::map<std::string, std::string>& map);
Result<void> CheckLabelNames(const std::map<std::string, std::string>& map);
Result<void> AtMostOne(bool first, bool second, std::string_view first_name,
                       std::string_view second_name);

}  // namespace watchfire::amconfig
