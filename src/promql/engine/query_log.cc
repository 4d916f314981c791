#include "promql/engine/query_log.h"

#include "base/log.h"
#include "codec/json_writer.h"

namespace watchfire::promql {
namespace {

// Without tracing there is nothing to name; upstream writes zeros as well.
constexpr std::string_view kNoSpan = "0000000000000000";
constexpr std::string_view kNoTrace = "00000000000000000000000000000000";

// Always with milliseconds.
std::string LogTime(TimeMs t) {
  std::string text = FormatRfc3339(t);
  if (text.find('.') == std::string::npos) text.insert(text.size() - 1, ".000");
  return text;
}

void WriteOrigin(codec::JsonWriter& json, const QueryOrigin& origin) {
  if (!origin.path.empty()) {
    json.Key("httpRequest").BeginObject();
    json.Field("clientIP", origin.client_ip)
        .Field("method", origin.method)
        .Field("path", origin.path)
        .EndObject();
  } else if (!origin.rule_group.empty()) {
    json.Key("ruleGroup").BeginObject();
    json.Field("file", origin.rule_file).Field("name", origin.rule_group).EndObject();
  }
}

}  // namespace

namespace {

void WriteSteps(codec::JsonWriter& json, std::string_view key, const Grid& steps,
                const std::vector<uint64_t>& counts) {
  json.Key(key).BeginArray();
  for (size_t i = 0; i < counts.size(); ++i) {
    json.BeginArray().Double(ToSeconds(steps.at(i))).Uint(counts[i]).EndArray();
  }
  json.EndArray();
}

}  // namespace

std::string QueryStatsJson(const QueryStats& stats) {
  codec::JsonWriter json;
  json.BeginObject().Key("timings").BeginObject();
  json.Field("evalTotalTime", stats.eval_total_seconds)
      .Field("resultSortTime", stats.result_sort_seconds)
      .Field("queryPreparationTime", stats.preparation_seconds)
      .Field("innerEvalTime", stats.inner_eval_seconds)
      .Field("execQueueTime", stats.queue_seconds)
      .Field("execTotalTime", stats.exec_total_seconds)
      .EndObject();
  json.Key("samples").BeginObject();
  json.Field("totalQueryableSamples", stats.total_queryable_samples)
      .Field("samplesRead", stats.samples_read)
      .Field("peakSamples", stats.peak_samples);
  if (!stats.queryable_per_step.empty()) {
    WriteSteps(json, "totalQueryableSamplesPerStep", stats.steps, stats.queryable_per_step);
    WriteSteps(json, "samplesReadPerStep", stats.steps, stats.read_per_step);
  }
  json.EndObject();
  return json.EndObject().Take();
}

std::string QueryLogLine(TimeMs now, const QueryRequest& request, const QueryStats& stats,
                         std::string_view error) {
  codec::JsonWriter json;
  json.BeginObject()
      .Field("time", LogTime(now))
      .Field("level", "INFO")
      .Field("source", "engine.cc")
      .Field("msg", "promql query logged");
  json.Key("params").BeginObject();
  json.Field("end", LogTime(request.end))
      .Field("query", request.query)
      .Field("start", LogTime(request.start))
      .Field("step", request.step_ms / 1000)
      .EndObject();
  if (!error.empty()) json.Field("error", error);
  json.Key("stats").Raw(QueryStatsJson(stats));
  json.Field("spanID", kNoSpan).Field("traceID", kNoTrace);
  WriteOrigin(json, request.origin);
  return json.EndObject().Take();
}

QueryLog::QueryLog(const Clock* clock, client::Registry* registry) : clock_(clock) {
  if (registry == nullptr) return;
  enabled_ = &registry->AddGauge("prometheus_engine_query_log_enabled", "State of the query log.");
  failures_ = &registry->AddCounter("prometheus_engine_query_log_failures_total",
                                    "The number of query log failures.");
}

Result<void> QueryLog::Open(const std::string& path, FileSystem& files) {
  std::shared_ptr<AppendFile> file;
  if (!path.empty()) file = TRY(files.OpenAppend(path, false));
  if (enabled_ != nullptr) enabled_->Set(file == nullptr ? 0 : 1);
  MutexLock lock(mutex_);
  file_.swap(file);
  return {};
}

void QueryLog::Write(const QueryRequest& request, const QueryStats& stats, std::string_view error) {
  {
    MutexLock lock(mutex_);
    if (file_ == nullptr) return;
  }
  std::string line = QueryLogLine(clock_->Now(), request, stats, error) + "\n";
  Result<void> written;
  {
    // The lock keeps lines whole; a write of one is what queries may have to wait for.
    MutexLock lock(mutex_);
    if (file_ == nullptr) return;
    written = file_->Append(line);
  }
  if (written.ok()) return;
  if (failures_ != nullptr) failures_->Increment();
  WF_LOG(kError, "Can't log query", {"err", written.error()});
}

}  // namespace watchfire::promql
