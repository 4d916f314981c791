// What notifications and rules pay for their texts: parsing a field once, rendering it for twenty
// alerts, expanding an annotation.

#include <benchmark/benchmark.h>

#include "template/library/alert_templates.h"
#include "template/library/rule_templates.h"

namespace watchfire::templates {
namespace {

NotificationData TwentyAlerts() {
  NotificationData data;
  data.receiver = "team";
  data.external_url = "http://alerts.example";
  for (int i = 0; i < 20; ++i) {
    AlertData alert;
    alert.resolved = i % 3 == 0;
    alert.labels = std::make_shared<const NamesAndValues>(
        NamesAndValues{{"alertname", "InstanceDown"},
                       {"instance", "host" + std::to_string(i) + ":9100"},
                       {"job", "node"},
                       {"severity", "page"}});
    alert.annotations = std::make_shared<const NamesAndValues>(
        NamesAndValues{{"summary", "the instance has been down for five minutes"}});
    alert.starts_at = GoTime::OfMs(1'700'000'000'000);
    alert.generator_url = "http://prometheus.example/graph?g0.expr=up+%3D%3D+0";
    data.alerts.push_back(std::move(alert));
  }
  data.group_labels = {{"alertname", "InstanceDown"}};
  data.FindCommon();
  return data;
}

void Render(benchmark::State& state, std::string_view text, Markup markup) {
  auto templates = AlertTemplates::Load({}).value();
  auto field = templates.Prepare(text, markup).value();
  NotificationData data = TwentyAlerts();
  AlertEnvironment environment;
  for (auto _ : state) benchmark::DoNotOptimize(field.Render(data, environment).value());
}

void Prepare(benchmark::State& state, std::string_view text, Markup markup) {
  auto templates = AlertTemplates::Load({}).value();
  for (auto _ : state) benchmark::DoNotOptimize(templates.Prepare(text, markup).ok());
}

constexpr std::string_view kTitle = R"({{ template "slack.default.title" . }})";
constexpr std::string_view kMessage = R"({{ template "telegram.default.message" . }})";
constexpr std::string_view kEmail = R"({{ template "email.default.html" . }})";

BENCHMARK_CAPTURE(Prepare, title, kTitle, Markup::kText);
BENCHMARK_CAPTURE(Prepare, email, kEmail, Markup::kHtml);
BENCHMARK_CAPTURE(Render, title, kTitle, Markup::kText);
BENCHMARK_CAPTURE(Render, telegram, kMessage, Markup::kHtml);
BENCHMARK_CAPTURE(Render, email, kEmail, Markup::kHtml);

void ExpandAnnotation(benchmark::State& state) {
  auto text = RuleTemplate::Parse("__alert_DiskFull",
                                  "{{ $labels.instance }}: {{ $value | humanizePercentage }} full")
                  .value();
  model::Labels labels = model::Labels::Of({{"instance", "host:9100"}, {"job", "node"}});
  RuleEnvironment environment;
  RuleData data{&labels, nullptr, "", {0.935, {}}};
  for (auto _ : state) benchmark::DoNotOptimize(text.Expand(data, environment).value());
}
BENCHMARK(ExpandAnnotation);

}  // namespace
}  // namespace watchfire::templates
