#include "grafana/contacts/default_templates.h"

namespace watchfire::grafana {
namespace {

// Alertmanager's own defaults are made of the helpers that are redefined here, so they follow.
constexpr std::string_view kTemplates = R"TEMPLATE(
{{- define "__alertmanager" }}watchfire{{ end }}
{{- define "__alertmanagerURL" }}{{ .ExternalURL }}/alerting/list{{ end }}

{{- define "__subject" }}
  {{- $firing := len .Alerts.Firing }}{{ $resolved := len .Alerts.Resolved }}
  {{- "[" }}
  {{- if $firing }}FIRING:{{ $firing }}{{ end }}
  {{- if and $firing $resolved }}, {{ end }}
  {{- if $resolved }}RESOLVED{{ if $firing }}:{{ $resolved }}{{ end }}{{ end }}
  {{- "] " }}{{ .GroupLabels.SortedPairs.Values | join " " }}
  {{- if gt (len .CommonLabels) (len .GroupLabels) }}
    {{- $others := .CommonLabels.Remove .GroupLabels.Names }}
    {{- printf " (%s)" ($others.Values | join " ") }}
  {{- end }}
{{- end }}

{{- define "__text_values_list" }}
  {{- if len .Values }}
    {{- $first := true }}
    {{- range $ref, $value := .Values }}
      {{- if $first }}{{ $first = false }}{{ else }}, {{ end }}{{ $ref }}={{ $value }}
    {{- end }}
  {{- else }}[no value]{{ end }}
{{- end }}

{{- define "__text_alert_list" }}
  {{- range . }}{{ "\n" }}Value: {{ template "__text_values_list" . }}{{ "\n" -}}
    Labels:{{ "\n" }}
    {{- range .Labels.SortedPairs }}{{ printf " - %s = %s\n" .Name .Value }}{{ end -}}
    Annotations:{{ "\n" }}
    {{- range .Annotations.SortedPairs }}{{ printf " - %s = %s\n" .Name .Value }}{{ end }}
    {{- if .GeneratorURL }}Source: {{ .GeneratorURL }}{{ "\n" }}{{ end }}
    {{- if .SilenceURL }}Silence: {{ .SilenceURL }}{{ "\n" }}{{ end }}
    {{- if .DashboardURL }}Dashboard: {{ .DashboardURL }}{{ "\n" }}{{ end }}
    {{- if .PanelURL }}Panel: {{ .PanelURL }}{{ "\n" }}{{ end }}
  {{- end }}
{{- end }}

{{- define "default.title" }}{{ template "__subject" . }}{{ end }}
{{- define "default.message" }}
  {{- with .Alerts.Firing }}**Firing**{{ "\n" }}{{ template "__text_alert_list" . }}{{ end }}
  {{- if and .Alerts.Firing .Alerts.Resolved }}{{ "\n\n" }}{{ end }}
  {{- with .Alerts.Resolved }}**Resolved**{{ "\n" }}{{ template "__text_alert_list" . }}{{ end }}
{{- end }}
{{- define "teams.default.message" }}{{ template "default.message" . }}{{ end }}
{{- define "teams.default.title" }}{{ template "default.title" . }}{{ end }}
)TEMPLATE";

}  // namespace

std::string_view ManagedTemplates() {
  return kTemplates;
}

}  // namespace watchfire::grafana
