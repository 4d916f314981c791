// Status: /status/*, /notifications.
#include <unistd.h>

#include <thread>

#include "api/params.h"
#include "api/prometheus_api.h"
#include "base/numbers.h"

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
      .Field("storageRetention", status.retention)
      .EndObject();
  return Success(json.Take());
}

net::Response PrometheusApi::StatusBuildInfo(const net::Request&) {
  return Success(BuildInfoJson(deps_.status.build));
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
