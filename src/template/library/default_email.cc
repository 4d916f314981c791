// The default e-mail: one table-less column that mail programs of all ages show, with inline styles
// because many of them drop everything else.

#include "template/library/alert_templates.h"

namespace watchfire::templates {
namespace {

constexpr std::string_view kTemplates = R"TEMPLATE(
{{- define "__email_alert" -}}
<div style="margin:0 0 12px;padding:12px 16px;border:1px solid #d8dee6;border-radius:6px">
{{- range .Labels.SortedPairs }}
<div><b>{{ .Name }}</b> = {{ .Value }}</div>
{{- end }}
{{- with .Annotations.SortedPairs }}
<div style="margin-top:8px">
{{- range . }}
<div style="color:#40485a"><b>{{ .Name }}</b> = {{ .Value }}</div>
{{- end }}
</div>
{{- end }}
{{- if .GeneratorURL }}
<div style="margin-top:8px"><a href="{{ .GeneratorURL }}" style="color:#1f5fbf">Source</a></div>
{{- end }}
</div>
{{- end }}

{{- define "__email_list" }}
{{- range . }}
{{ template "__email_alert" . }}
{{- end }}
{{- end }}

{{- define "email.default.html" -}}
<!DOCTYPE html>
<html>
<head>
<meta http-equiv="Content-Type" content="text/html; charset=UTF-8">
<meta name="viewport" content="width=device-width">
<title>{{ template "__subject" . }}</title>
</head>
<body style="margin:0;padding:16px;background:#f4f6f9">
<div style="max-width:640px;margin:0 auto;padding:20px;background:#ffffff;
color:#1d2430;font:14px/1.5 sans-serif">
{{- if gt (len .Alerts.Firing) 0 }}
<div style="padding:10px 16px;border-radius:6px;background:#c62f2f;color:#ffffff;font-size:16px">
{{- else }}
<div style="padding:10px 16px;border-radius:6px;background:#2c8a4b;color:#ffffff;font-size:16px">
{{- end }}
{{ len .Alerts }} alert{{ if ne (len .Alerts) 1 }}s{{ end }}
{{- with .GroupLabels.SortedPairs }} for
{{- range . }} {{ .Name }}={{ .Value }}{{ end }}
{{- end }}
</div>
<p style="margin:16px 0">
<a href="{{ template "__alertmanagerURL" . }}" style="color:#1f5fbf">
{{- "View in" }} {{ template "__alertmanager" . }}</a>
</p>
{{- with .Alerts.Firing }}
<h3 style="margin:16px 0 8px;font-size:15px">[{{ len . }}] Firing</h3>
{{- template "__email_list" . }}
{{- end }}
{{- with .Alerts.Resolved }}
<h3 style="margin:16px 0 8px;font-size:15px">[{{ len . }}] Resolved</h3>
{{- template "__email_list" . }}
{{- end }}
<p style="margin:20px 0 0;color:#7a8394;font-size:12px">Sent by
<a href="{{ .ExternalURL }}" style="color:#7a8394">{{ template "__alertmanager" . }}</a>
</p>
</div>
</body>
</html>
{{ end }}
)TEMPLATE";

}  // namespace

std::string_view DefaultEmailTemplates() {
  return kTemplates;
}

}  // namespace watchfire::templates
