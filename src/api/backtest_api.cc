// /rule_backtest: when an alerting rule, one of ours or one that is being written, would have
// fired.
#include <cmath>

#include "api/params.h"
#include "api/prometheus_api.h"
#include "api/query_json.h"
#include "api/query_request.h"
#include "api/rules_json.h"
#include "base/text.h"
#include "rules/backtest.h"

namespace watchfire::api {
namespace {

constexpr int64_t kDefaultStepMs = 60'000;
// As long as the API's parameters may be.
constexpr size_t kMaxLabels = 64;

// What is to be tested. The group keeps alive what `rule` borrows of it.
struct Subject {
  std::shared_ptr<const rules::GroupSpec> group;  // null: an expression of the request's
  rules::RuleSpec rule;
};

Result<int64_t> ReadDuration(const net::Values& form, std::string_view name, std::string* at) {
  if (!form.Has(std::string(name))) return 0;
  *at = name;
  int64_t ms = TRY(ParseDurationParam(form.Get(std::string(name))));
  if (ms < 0) return Error::Invalid("must not be negative");
  return ms;
}

Result<std::map<std::string, std::string>> ReadLabels(const net::Values& form) {
  std::map<std::string, std::string> labels;
  for (const std::string& text : form.GetAll("label")) {
    size_t equals = text.find('=');
    std::string name = text.substr(0, equals);
    if (equals == std::string::npos || !model::IsValidLabelName(name) ||
        name == model::kMetricName) {
      return Error::Invalid("expected name=value, got {}", GoQuote(text));
    }
    labels[name] = text.substr(equals + 1);
    if (labels.size() > kMaxLabels) return Error::Invalid("more than {} labels", kMaxLabels);
  }
  return labels;
}

// The only alerting rule with the names that are given.
Result<Subject> FindRule(const rules::Manager& rules, const net::Values& form) {
  std::string name(form.Get("rule"));
  std::optional<Subject> found;
  for (const rules::GroupView& group : rules.Views(false)) {
    if (form.Has("group") && group.spec->name != form.Get("group")) continue;
    if (form.Has("file") && group.spec->file != form.Get("file")) continue;
    for (const rules::RuleSpec& rule : group.spec->rules) {
      if (!rule.alerting || rule.name != name) continue;
      if (found) {
        return Error::Invalid("several alerting rules are named {}; name the group and the file",
                              GoQuote(name));
      }
      found = Subject{group.spec, rule};
    }
  }
  if (!found) return Error::NotFound("no alerting rule is named {}", GoQuote(name));
  return *std::move(found);
}

// `at` names the parameter that is being read. Times of the request replace those of the rule.
Result<Subject> ReadSubject(const rules::Manager& rules, const promql::ParseOptions& parse,
                            const net::Values& form, std::string* at) {
  Subject subject;
  if (form.Has("expr")) {
    *at = "label";
    std::map<std::string, std::string> labels = TRY(ReadLabels(form));
    *at = "expr";
    std::string name = labels.contains("alertname") ? labels["alertname"] : "backtest";
    subject.rule = TRY(rules::MakeAlert(name, form.Get("expr"), 0, 0, labels, parse));
  } else {
    *at = "rule";
    if (!form.Has("rule")) return Error::Invalid("either expr or rule must be given");
    subject = TRY(FindRule(rules, form));
  }
  if (form.Has("for")) subject.rule.for_ms = TRY(ReadDuration(form, "for", at));
  if (form.Has("keep_firing_for")) {
    subject.rule.keep_firing_for_ms = TRY(ReadDuration(form, "keep_firing_for", at));
  }
  *at = "expr";
  if (subject.rule.expr->type() != promql::ValueType::kVector &&
      subject.rule.expr->type() != promql::ValueType::kScalar) {
    return Error::Invalid("rule result is not a vector or scalar");
  }
  return subject;
}

void WriteEpisode(codec::JsonWriter& json, const rules::Episode& episode) {
  json.BeginObject().Field("pendingAt", FormatRfc3339(episode.pending_at)).Key("firedAt");
  WriteTime(json, episode.fired_at);
  json.Key("endedAt");
  WriteTime(json, episode.ended_at);
  json.Key("peak");
  if (std::isfinite(episode.peak)) {
    json.Double(episode.peak);
  } else {
    json.String(ExponentText(episode.peak));
  }
  json.Field("peakAt", FormatRfc3339(episode.peak_at)).EndObject();
}

std::string BacktestJson(const rules::Backtest& result, const Subject& subject,
                         const promql::QueryRequest& query) {
  codec::JsonWriter json;
  json.BeginObject().Key("alerts").BeginArray();
  for (const rules::BacktestAlert& alert : result.alerts) {
    json.BeginObject().Key("labels");
    WriteLabels(json, alert.labels);
    json.Key("episodes").BeginArray();
    for (const rules::Episode& episode : alert.episodes) WriteEpisode(json, episode);
    json.EndArray().EndObject();
  }
  json.EndArray();
  json.Field("fired", result.fired).Field("firingSeconds", result.firing_seconds);
  json.Field("pendingOnly", result.pending_only).Field("series", result.series);
  json.Field("start", FormatRfc3339(query.start)).Field("end", FormatRfc3339(query.end));
  json.Field("step", ToSeconds(query.step_ms)).Key("threshold");
  WriteThreshold(json, subject.rule.threshold);
  json.Field("truncated", result.truncated).EndObject();
  return json.Take();
}

}  // namespace

net::Response PrometheusApi::RuleBacktest(const net::Request& request) {
  Result<net::Values> form = request.Form();
  if (!form.ok()) return Failure(ErrorType::kBadData, form.error().message());
  std::string at;
  Result<Subject> subject = ReadSubject(*deps_.rules, deps_.engine->options().parse, *form, &at);
  if (!subject.ok()) {
    if (subject.error().code() == ErrorCode::kNotFound) {
      return Failure(ErrorType::kNotFound, subject.error().message());
    }
    return InvalidParam(at, subject.error());
  }
  // The step of who does not care: that of the rule's evaluations.
  int64_t step_ms = subject->group != nullptr      ? subject->group->interval_ms
                    : deps_.evaluation_interval_ms ? deps_.evaluation_interval_ms()
                                                   : kDefaultStepMs;
  if (!form->Has("step")) form->Add("step", fmt::format("{}", ToSeconds(step_ms)));
  ReadQuery read = ReadRangeQuery(*form);
  if (auto* response = std::get_if<net::Response>(&read)) return std::move(*response);
  auto& query = std::get<promql::QueryRequest>(read);
  query.limit = 0;
  Attribute(request, &query);
  auto outcome =
      rules::RunBacktest(*deps_.engine, *deps_.database(), subject->rule,
                         deps_.external_labels ? deps_.external_labels() : model::Labels(), query);
  if (auto* failure = std::get_if<promql::QueryFailure>(&outcome)) return QueryFailed(*failure);
  const auto& result = std::get<rules::Backtest>(outcome);
  return Success(BacktestJson(result, *subject, query), result.warnings);
}

}  // namespace watchfire::api
