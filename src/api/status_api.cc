// Status: /status/*, /notifications.
#include <unistd.h>

#include <thread>

#include "api/params.h"
#include "api/prometheus_api.h"
#include "base/file.h"
#include "base/numbers.h"
#include "codec/json_writer.h"
#include "tsdb/block/meta.h"
#include "tsdb/index/index.h"

namespace watchfire::api {
namespace {

constexpr int64_t kMaxTsdbLimit = 10'000;
constexpr int64_t kDefaultTsdbLimit = 10;

std::string WorkingDirectory() {
  char buffer[4096];
  return getcwd(buffer, sizeof buffer) == nullptr ? "<unknown>" : buffer;
}

std::string HostName() {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 ? name : "<unknown>";
}

size_t ThreadCount() {
  auto entries = FileSystem::Local()->ListDirectory("/proc/self/task");
  return entries.ok() ? entries->size() : 0;
}

void WriteNamedValues(codec::JsonWriter& json, std::string_view key,
                      const std::vector<index::NamedValue>& rows) {
  json.Key(key).BeginArray();
  for (const auto& row : rows) {
    json.BeginObject().Field("name", row.name).Field("value", row.value).EndObject();
  }
  json.EndArray();
}

// Without the white space between tokens.
std::string CompactJson(std::string_view json) {
  std::string out;
  bool in_string = false;
  for (size_t i = 0; i < json.size(); ++i) {
    char c = json[i];
    if (c == '"' && (i == 0 || json[i - 1] != '\\')) in_string = !in_string;
    if (in_string || (c != ' ' && c != '\t' && c != '\n')) out += c;
  }
  return out;
}

}  // namespace

std::string BuildInfoJson(const BuildInfo& build) {
  codec::JsonWriter json;
  json.BeginObject()
      .Field("version", build.version)
      .Field("revision", build.revision)
      .Field("branch", build.branch)
      .Field("buildUser", build.build_user)
      .Field("buildDate", build.build_date)
      .Field("goVersion", build.compiler)
      .EndObject();
  return json.Take();
}

net::Response PrometheusApi::StatusConfig(const net::Request&) {
  codec::JsonWriter json;
  json.BeginObject().Field("yaml", deps_.status.config_yaml()).EndObject();
  return Success(json.Take());
}

net::Response PrometheusApi::StatusFlags(const net::Request&) {
  codec::JsonWriter json;
  json.BeginObject();
  for (const auto& [name, value] : deps_.status.flags) json.Field(name, value);
  json.EndObject();
  return Success(json.Take());
}

net::Response PrometheusApi::StatusRuntimeInfo(const net::Request&) {
  const ServerStatus& status = deps_.status;
  codec::JsonWriter json;
  json.BeginObject()
      .Field("startTime", FormatRfc3339(status.start_time))
      .Field("CWD", WorkingDirectory())
      .Field("hostname", HostName())
      .Field("serverTime", FormatRfc3339(deps_.clock->Now()))
      .Field("reloadConfigSuccess", status.reload_success())
      .Field("lastConfigTime", FormatRfc3339(status.last_reload()))
      .Field("corruptionCount", deps_.database()->CorruptionCount())
      // Threads are what come closest to goroutines here.
      .Field("goroutineCount", static_cast<uint64_t>(ThreadCount()))
      .Field("GOMAXPROCS", static_cast<uint64_t>(std::thread::hardware_concurrency()))
      .Field("GOMEMLIMIT", int64_t{0})
      .Field("GOGC", "")
      .Field("GODEBUG", "")
      .Field("storageRetention", status.retention())
      .EndObject();
  return Success(json.Take());
}

net::Response PrometheusApi::StatusBuildInfo(const net::Request&) {
  return Success(BuildInfoJson(deps_.status.build));
}

net::Response PrometheusApi::StatusTsdb(const net::Request& request) {
  Result<net::Values> form = request.Form();
  if (!form.ok()) return Failure(ErrorType::kBadData, form.error().message());
  int64_t limit = kDefaultTsdbLimit;
  if (!form->Get("limit").empty()) {
    limit = ParseInt(form->Get("limit")).value_or(0);
    if (limit < 1) return Failure(ErrorType::kBadData, "limit must be a positive number");
    if (limit > kMaxTsdbLimit) {
      return Failure(ErrorType::kBadData, fmt::format("limit must not exceed {}", kMaxTsdbLimit));
    }
  }
  tsdb::Db& db = *deps_.database();
  tsdb::Stats stats = db.GetStats();
  index::Cardinality top = db.TopCardinality(static_cast<size_t>(limit));
  bool empty = stats.max_time < stats.min_time;
  codec::JsonWriter json;
  json.BeginObject().Key("headStats").BeginObject();
  json.Field("numSeries", stats.num_series)
      .Field("numLabelPairs", stats.num_label_pairs)
      .Field("chunkCount", stats.chunk_count)
      .Field("minTime", empty ? std::numeric_limits<int64_t>::max() : stats.min_time)
      .Field("maxTime", empty ? std::numeric_limits<int64_t>::min() : stats.max_time)
      .EndObject();
  WriteNamedValues(json, "seriesCountByMetricName", top.series_count_by_metric_name);
  WriteNamedValues(json, "labelValueCountByLabelName", top.label_value_count_by_label_name);
  WriteNamedValues(json, "memoryInBytesByLabelName", top.memory_in_bytes_by_label_name);
  WriteNamedValues(json, "seriesCountByLabelValuePair", top.series_count_by_label_value_pair);
  json.EndObject();
  return Success(json.Take());
}

net::Response PrometheusApi::StatusTsdbBlocks(const net::Request&) {
  codec::JsonWriter json;
  json.BeginObject().Key("blocks").BeginArray();
  for (const block::BlockMeta& meta : deps_.database()->BlockMetas()) {
    json.Raw(CompactJson(block::PrintMeta(meta)));
  }
  json.EndArray().EndObject();
  return Success(json.Take());
}

net::Response PrometheusApi::StatusWalReplay(const net::Request&) {
  const tsdb::ReplayProgress& progress = *deps_.replay;
  codec::JsonWriter json;
  json.BeginObject()
      .Field("min", progress.min.load())
      .Field("max", progress.max.load())
      .Field("current", progress.current.load())
      .EndObject();
  return Success(json.Take());
}

net::Response PrometheusApi::Notifications(const net::Request&) {
  codec::JsonWriter json;
  json.BeginArray();
  auto add = [&](const char* text) {
    json.BeginObject()
        .Field("text", text)
        .Field("date", FormatRfc3339(deps_.clock->Now()))
        .Field("active", true)
        .EndObject();
  };
  if (!deps_.status.reload_success()) add("Configuration reload has failed.");
  if (!*deps_.ready && !*deps_.stopping) {
    add("Prometheus is starting and replaying the write-ahead log (WAL).");
  }
  if (*deps_.stopping) add("Prometheus is shutting down and gracefully stopping all operations.");
  json.EndArray();
  return Success(json.Take());
}

}  // namespace watchfire::api
