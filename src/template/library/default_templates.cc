// The templates that receivers use when a configuration names none. Their names, and those of the
// helpers that begin with "__", are upstream's, because users' templates call and replace them.

#include "template/library/alert_templates.h"

namespace watchfire::templates {
namespace {

constexpr std::string_view kTemplates = R"TEMPLATE(
{{- /* Helpers that users call and replace. */ -}}
{{- define "__alertmanager" }}Alertmanager{{ end }}
{{- define "__alertmanagerURL" }}
  {{- .ExternalURL }}/#/alerts?receiver={{ urlquery .Receiver }}
{{- end }}
{{- define "__description" }}{{ end }}

{{- define "__subject" }}
  {{- $state := toUpper .Status }}
  {{- if eq .Status "firing" }}{{ $state = printf "%s:%d" $state (len .Alerts.Firing) }}{{ end }}
  {{- $group := .GroupLabels.SortedPairs.Values | join " " }}
  {{- printf "[%s] %s " $state $group }}
  {{- if gt (len .CommonLabels) (len .GroupLabels) }}
    {{- $others := .CommonLabels.Remove .GroupLabels.Names }}
    {{- printf "(%s)" ($others.Values | join " ") }}
  {{- end }}
{{- end }}

{{- define "__text_alert_list" }}
  {{- range . -}}
    Labels:{{ "\n" }}
    {{- range .Labels.SortedPairs }}{{ printf " - %s = %s\n" .Name .Value }}{{ end -}}
    Annotations:{{ "\n" }}
    {{- range .Annotations.SortedPairs }}{{ printf " - %s = %s\n" .Name .Value }}{{ end -}}
    Source: {{ .GeneratorURL }}{{ "\n" }}
  {{- end }}
{{- end }}

{{- define "__text_alert_list_markdown" }}
  {{- range . }}{{ "\n" -}}
    Labels:{{ "\n" }}
    {{- range .Labels.SortedPairs }}{{ printf "  - %s = %s\n" .Name .Value }}{{ end }}{{ "\n" -}}
    Annotations:{{ "\n" }}
    {{- range .Annotations.SortedPairs }}{{ printf "  - %s = %s\n" .Name .Value }}{{ end }}
    {{- "\n" -}}
    Source: {{ .GeneratorURL }}{{ "\n" }}
  {{- end }}{{ "\n" }}
{{- end }}

{{- /* Both lists of a notification, each under its heading. */ -}}
{{- define "__alert_lists" }}
  {{- with .Alerts.Firing }}Alerts Firing:{{ "\n" }}{{ template "__text_alert_list" . }}{{ end }}
  {{- "\n" }}
  {{- with .Alerts.Resolved }}Alerts Resolved:{{ "\n" }}
    {{- template "__text_alert_list" . }}
  {{- end }}
{{- end }}
{{- define "__spaced_alert_lists" }}{{ "\n" }}
  {{- with .Alerts.Firing }}{{ "\n" }}Alerts Firing:{{ "\n" }}
    {{- template "__text_alert_list" . }}{{ "\n" }}
  {{- end }}{{ "\n" }}
  {{- with .Alerts.Resolved }}{{ "\n" }}Alerts Resolved:{{ "\n" }}
    {{- template "__text_alert_list" . }}{{ "\n" }}
  {{- end }}{{ "\n" }}
{{- end }}
{{- define "__markdown_alert_lists" }}{{ "\n" }}
  {{- with .Alerts.Firing }}{{ "\n" }}# Alerts Firing:{{ "\n" }}
    {{- template "__text_alert_list_markdown" . }}{{ "\n" }}
  {{- end }}{{ "\n" }}
  {{- with .Alerts.Resolved }}{{ "\n" }}# Alerts Resolved:{{ "\n" }}
    {{- template "__text_alert_list_markdown" . }}{{ "\n" }}
  {{- end }}{{ "\n" }}
{{- end }}
{{- define "__summary_and_lists" }}
  {{- .CommonAnnotations.SortedPairs.Values | join " " }}{{ "\n" }}
  {{- template "__alert_lists" . }}
{{- end }}
{{- define "__summary_and_spaced_lists" }}
  {{- .CommonAnnotations.SortedPairs.Values | join " " }}
  {{- template "__spaced_alert_lists" . }}
{{- end }}

{{- define "slack.default.title" }}{{ template "__subject" . }}{{ end }}
{{- define "slack.default.titlelink" }}{{ template "__alertmanagerURL" . }}{{ end }}
{{- define "slack.default.username" }}{{ template "__alertmanager" . }}{{ end }}
{{- define "slack.default.fallback" }}
  {{- template "slack.default.title" . }} | {{ template "slack.default.titlelink" . }}
{{- end }}
{{- define "slack.default.color" }}
  {{- if eq .Status "firing" }}danger{{ else }}good{{ end }}
{{- end }}
{{- define "slack.default.callbackid" }}{{ end }}
{{- define "slack.default.pretext" }}{{ end }}
{{- define "slack.default.text" }}{{ end }}
{{- define "slack.default.footer" }}{{ end }}
{{- define "slack.default.iconemoji" }}{{ end }}
{{- define "slack.default.iconurl" }}{{ end }}

{{- define "mattermost.default.username" }}{{ template "__alertmanager" . }}{{ end }}
{{- define "mattermost.default.title" }}{{ template "__subject" . }}{{ end }}
{{- define "mattermost.default.titlelink" }}{{ template "__alertmanagerURL" . }}{{ end }}
{{- define "mattermost.default.fallback" }}
  {{- template "mattermost.default.title" . }} | {{ template "mattermost.default.titlelink" . }}
{{- end }}
{{- define "mattermost.default.text" }}{{ template "__summary_and_lists" . }}{{ end }}
{{- define "mattermost.default.color" }}
  {{- if eq .Status "firing" }}danger{{ else }}good{{ end }}
{{- end }}
{{- define "mattermost.default.pretext" }}{{ end }}
{{- define "mattermost.default.footer" }}{{ end }}
{{- define "mattermost.default.iconemoji" }}{{ end }}
{{- define "mattermost.default.iconurl" }}{{ end }}

{{- define "rocketchat.default.title" }}{{ template "__subject" . }}{{ end }}
{{- define "rocketchat.default.alias" }}{{ template "__alertmanager" . }}{{ end }}
{{- define "rocketchat.default.titlelink" }}{{ template "__alertmanagerURL" . }}{{ end }}
{{- define "rocketchat.default.text" }}{{ end }}
{{- define "rocketchat.default.emoji" }}{{ end }}
{{- define "rocketchat.default.iconurl" }}{{ end }}

{{- define "pagerduty.default.description" }}{{ template "__subject" . }}{{ end }}
{{- define "pagerduty.default.client" }}{{ template "__alertmanager" . }}{{ end }}
{{- define "pagerduty.default.clientURL" }}{{ template "__alertmanagerURL" . }}{{ end }}
{{- define "pagerduty.default.instances" }}{{ template "__text_alert_list" . }}{{ end }}

{{- define "opsgenie.default.message" }}{{ template "__subject" . }}{{ end }}
{{- define "opsgenie.default.description" }}{{ template "__summary_and_lists" . }}{{ end }}
{{- define "opsgenie.default.source" }}{{ template "__alertmanagerURL" . }}{{ end }}

{{- define "victorops.default.state_message" }}{{ template "__summary_and_lists" . }}{{ end }}
{{- define "victorops.default.entity_display_name" }}{{ template "__subject" . }}{{ end }}
{{- define "victorops.default.monitoring_tool" }}{{ template "__alertmanager" . }}{{ end }}

{{- define "pushover.default.title" }}{{ template "__subject" . }}{{ end }}
{{- define "pushover.default.message" }}{{ template "__summary_and_spaced_lists" . }}{{ end }}
{{- define "pushover.default.url" }}{{ template "__alertmanagerURL" . }}{{ end }}

{{- define "sns.default.subject" }}{{ template "__subject" . }}{{ end }}
{{- define "sns.default.message" }}{{ template "__summary_and_spaced_lists" . }}{{ end }}

{{- define "wechat.default.message" }}
  {{- template "__subject" . }}{{ "\n" }}
  {{- template "__summary_and_lists" . }}{{ "\n" -}}
  AlertmanagerUrl:{{ "\n" }}
  {{- template "__alertmanagerURL" . }}
{{- end }}
{{- define "wechat.default.to_user" }}{{ end }}
{{- define "wechat.default.to_party" }}{{ end }}
{{- define "wechat.default.to_tag" }}{{ end }}
{{- define "wechat.default.agent_id" }}{{ end }}

{{- define "telegram.default.message" }}{{ template "__spaced_alert_lists" . }}{{ end }}

{{- define "discord.default.title" }}{{ template "__subject" . }}{{ end }}
{{- define "discord.default.message" }}{{ template "__spaced_alert_lists" . }}{{ end }}
{{- define "discord.default.content" }}{{ end }}

{{- define "webex.default.message" }}{{ template "__summary_and_spaced_lists" . }}{{ end }}

{{- define "msteams.default.title" }}{{ template "__subject" . }}{{ end }}
{{- define "msteams.default.summary" }}{{ template "__subject" . }}{{ end }}
{{- define "msteams.default.text" }}{{ template "__markdown_alert_lists" . }}{{ end }}
{{- define "msteamsv2.default.title" }}{{ template "__subject" . }}{{ end }}
{{- define "msteamsv2.default.text" }}{{ template "__markdown_alert_lists" . }}{{ end }}

{{- define "jira.default.summary" }}{{ template "__subject" . }}{{ end }}
{{- define "jira.default.description" }}
  {{- template "__markdown_alert_lists" . }}
{{- end }}
{{- /* That of the worst alert that fires, or did. */ -}}
{{- define "__jira_priority" }}
  {{- $priority := "" }}
  {{- range . }}
    {{- $severity := index .Labels "severity" }}
    {{- if eq $severity "critical" }}{{ $priority = "High" }}
    {{- else if and (eq $severity "warning") (ne $priority "High") }}{{ $priority = "Medium" }}
    {{- else if and (eq $severity "info") (eq $priority "") }}{{ $priority = "Low" }}
    {{- end }}
  {{- end }}
  {{- $priority }}
{{- end }}
{{- define "jira.default.priority" }}
  {{- with .Alerts.Firing }}{{ template "__jira_priority" . }}
  {{- else }}{{ template "__jira_priority" .Alerts.Resolved }}
  {{- end }}
{{- end }}

{{- define "email.default.subject" }}{{ template "__subject" . }}{{ end }}
)TEMPLATE";

}  // namespace

std::string_view DefaultTemplates() {
  return kTemplates;
}

}  // namespace watchfire::templates
