// `tsdb create-blocks-from rules`: what recording rules would have recorded, had they been there.
// A running server answers the expressions, one block's range at a time.
#include <algorithm>
#include <map>

#include "base/numbers.h"
#include "codec/json.h"
#include "config/rule_file.h"
#include "net/http_client.h"
#include "promql/parser/parser.h"
#include "tool/block_import.h"
#include "tool/tsdb_commands.h"

namespace watchfire::tool {
namespace {

using codec::Json;

constexpr int64_t kQueryTimeoutMs = 300'000;

// The first time at or after `t` at which the group is evaluated: its slot within the interval
// comes from the hash of its name and file, as the rule manager has it. Rounded to milliseconds, as
// a server rounds the times that promtool asks for.
TimeMs FirstEvaluation(const std::string& file, const std::string& group, int64_t interval_ms,
                       TimeMs t) {
  uint64_t hash = model::Labels::Of({{"file", file}, {"name", group}}).StableHash();
  auto interval_ns = static_cast<uint64_t>(interval_ms) * 1'000'000;
  auto offset_ms = static_cast<int64_t>((hash % interval_ns + 500'000) / 1'000'000);
  TimeMs first = RangeStart(t - offset_ms, interval_ms) + offset_ms;
  return first < t ? first + interval_ms : first;
}

class Backfill {
 public:
  Backfill(const BackfillOptions& options, net::HttpClient* client)
      : options_(options),
        client_(client),
        range_ms_(CompatibleBlockMs(options.max_block_ms)),
        import_(options.directory, range_ms_) {}

  Result<void> Run(std::vector<SizedMeta>* made) {
    std::vector<config::RuleFile> files;
    for (const std::string& path : options_.rule_files) {
      std::string text = TRY(FileSystem::Local()->ReadFile(path));
      config::RuleFileOptions checks;
      checks.check_expression = [](const std::string& expr) -> Result<void> {
        TRY(promql::Parse(expr));
        return {};
      };
      files.push_back(TRY(config::LoadRuleFile(text, path, checks)));
    }
    for (TimeMs start = RangeStart(options_.start, range_ms_); start <= options_.end;
         start += range_ms_) {
      if (Result<void> filled = FillRange(files, start); !filled) {
        if (made->empty()) return filled;
        return filled.error().With("everything before {} is written, then", start / 1000);
      }
      TRY(import_.Publish(made));
    }
    return {};
  }

 private:
  Result<void> FillRange(const std::vector<config::RuleFile>& files, TimeMs start) {
    for (const config::RuleFile& file : files) {
      for (const config::RuleGroup& group : file.groups) TRY(FillGroup(file, group, start));
    }
    return import_.Write();
  }

  Result<void> FillGroup(const config::RuleFile& file, const config::RuleGroup& group,
                         TimeMs range_start) {
    int64_t interval_ms = group.interval_ms > 0 ? group.interval_ms : options_.eval_interval_ms;
    TimeMs from = FirstEvaluation(file.filename, group.name, interval_ms,
                                  std::max(range_start, options_.start));
    TimeMs to = std::min(range_start + range_ms_ - 1, options_.end);
    if (to < from) return {};
    for (const config::Rule& rule : group.rules) {
      if (rule.is_alert()) continue;
      if (Result<void> filled = FillRule(group, rule, from, to, interval_ms); !filled) {
        return filled.error().With("rule {} of group {} in {}", rule.record, group.name,
                                   file.filename);
      }
    }
    return {};
  }

  Result<void> FillRule(const config::RuleGroup& group, const config::Rule& rule, TimeMs from,
                        TimeMs to, int64_t interval_ms) {
    net::HttpRequest request;
    request.method = "POST";
    request.url = options_.url;
    while (request.url.ends_with('/')) request.url.pop_back();
    request.url += "/api/v1/query_range";
    request.headers.Set("Content-Type", "application/x-www-form-urlencoded");
    request.body =
        fmt::format("query={}&start={:.3f}&end={:.3f}&step={:.3f}", net::PercentEncode(rule.expr),
                    ToSeconds(from), ToSeconds(to), ToSeconds(interval_ms));
    request.timeout_ms = kQueryTimeoutMs;
    net::HttpResponse response = TRY(client_->Do(request));
    Json answer = TRY(Json::Parse(response.body));
    const Json* status = answer.Find("status");
    if (status == nullptr || status->AsString() == nullptr || *status->AsString() != "success") {
      const Json* error = answer.Find("error");
      return Error::Invalid(
          "query range: status {}: {}", response.status,
          error != nullptr && error->AsString() != nullptr ? *error->AsString() : "no answer");
    }
    const Json* data = answer.Find("data");
    const Json* result = data == nullptr ? nullptr : data->Find("result");
    if (result == nullptr || result->AsArray() == nullptr) {
      return Error::Invalid("query range: the answer has no result");
    }
    for (const Json& series : *result->AsArray()) TRY(AddSeries(group, rule, series));
    return {};
  }

  // Labels of the result, then of the group, then of the rule; the name is the rule's.
  static Result<model::Labels> LabelsOf(const config::RuleGroup& group, const config::Rule& rule,
                                        const Json& series) {
    model::LabelsBuilder builder;
    const Json* metric = series.Find("metric");
    if (metric == nullptr || metric->AsObject() == nullptr) {
      return Error::Invalid("query range: a series without labels");
    }
    for (const Json::Member& label : *metric->AsObject()) {
      if (label.value.AsString() != nullptr) builder.Set(label.name, *label.value.AsString());
    }
    for (const auto& [name, value] : group.labels) builder.Set(name, value);
    for (const auto& [name, value] : rule.labels) builder.Set(name, value);
    builder.Set(model::kMetricName, rule.record);
    return builder.Build();
  }

  Result<void> AddSeries(const config::RuleGroup& group, const config::Rule& rule,
                         const Json& series) {
    model::Labels labels = TRY(LabelsOf(group, rule, series));
    const Json* values = series.Find("values");
    if (values == nullptr || values->AsArray() == nullptr) return {};  // native histograms
    auto [place, is_new] = by_labels_.try_emplace(labels, 0);
    if (is_new) place->second = import_.AddSeries(labels);
    for (const Json& point : *values->AsArray()) {
      const Json::Array* pair = point.AsArray();
      std::optional<double> seconds;
      std::optional<double> value;
      if (pair != nullptr && pair->size() == 2) {
        seconds = (*pair)[0].AsDouble();
        if (const std::string* text = (*pair)[1].AsString()) value = ParseFloat(*text);
      }
      if (!seconds || !value) return Error::Invalid("query range: a value that is none");
      import_.Add(place->second, static_cast<TimeMs>(std::llround(*seconds * 1000)), *value);
    }
    return {};
  }

  const BackfillOptions& options_;
  net::HttpClient* client_;
  const int64_t range_ms_;
  BlockImport import_;
  std::map<model::Labels, size_t> by_labels_;
};

}  // namespace

Result<void> BackfillRules(const BackfillOptions& options, std::FILE* out) {
  if (options.end < options.start) return Error::Invalid("end time is before start time");
  auto client = TRY(net::HttpClient::Make({}));
  std::vector<SizedMeta> made;
  Result<void> done = Backfill(options, client.get()).Run(&made);
  if (!options.quiet && (done || !made.empty()))
    Print(out, BlockTable(made, options.human_readable, true));
  return done;
}

}  // namespace watchfire::tool
