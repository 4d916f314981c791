// /api/v2/status, /api/v2/receivers and what is ours about the configuration.
#include "alerting/routing/route_tree.h"
#include "api/alerting/alert_json.h"
#include "api/alerting/alerting_api.h"
#include "api/alerting/framework.h"

namespace watchfire::api {
namespace {

void WriteCluster(codec::JsonWriter& out, const alerting::Cluster* cluster) {
  out.BeginObject();
  if (cluster == nullptr) {
    out.Key("peers").BeginArray().EndArray();
    out.Field("status", "disabled").EndObject();
    return;
  }
  out.Field("name", cluster->name());
  out.Key("peers").BeginArray();
  for (const alerting::ClusterMember& member : cluster->Members()) {
    out.BeginObject().Field("address", member.address).Field("name", member.name).EndObject();
  }
  out.EndArray();
  out.Field("status", cluster->StatusText()).EndObject();
}

model::Labels LabelsOf(const amconfig::Receiver& receiver) {
  model::LabelsBuilder labels;
  for (const auto& [name, value] : receiver.labels) labels.Set(name, value);
  labels.Set("name", receiver.name);
  return labels.Build();
}

void WriteDryRun(codec::JsonWriter& out, const alerting::DryRun& result) {
  out.BeginObject().Field("ok", true);
  WriteNames(out.Key("warnings"), result.warnings);
  out.Field("alerts", static_cast<uint64_t>(result.alerts));
  out.Key("changes").BeginArray();
  for (const alerting::DryRunChange& change : result.changes) {
    out.BeginObject();
    out.Field("fingerprint", routing::FingerprintText(change.alert->fingerprint));
    WriteLabelSet(out.Key("labels"), change.alert->labels);
    WriteNames(out.Key("before"), change.before);
    WriteNames(out.Key("after"), change.after);
    out.EndObject();
  }
  out.EndArray();
  out.Key("groups").BeginArray();
  for (const alerting::DryRun::GroupChange& group : result.groups) {
    out.BeginObject();
    out.Field("receiver", group.receiver);
    out.Field("groupKey", group.group_key);
    out.Field("alertsBefore", static_cast<uint64_t>(group.alerts_before));
    out.Field("alertsAfter", static_cast<uint64_t>(group.alerts_after));
    out.Field("notifies", group.notifies).EndObject();
  }
  out.EndArray().EndObject();
}

}  // namespace

net::Response AlertingApi::GetStatus(const net::Request&) {
  const AlertmanagerBuild& build = deps_.build;
  codec::JsonWriter out;
  out.BeginObject();
  WriteCluster(out.Key("cluster"), deps_.manager->cluster());
  out.Key("config").BeginObject();
  out.Field("original", amconfig::ConfigToYaml(*deps_.manager->config()->config)).EndObject();
  out.Field("uptime", FormatRfc3339(deps_.start_time));
  out.Key("versionInfo").BeginObject();
  out.Field("branch", build.branch);
  out.Field("buildDate", build.build_date);
  out.Field("buildUser", build.build_user);
  out.Field("goVersion", build.compiler);
  out.Field("revision", build.revision);
  out.Field("version", build.version).EndObject();
  out.EndObject();
  return JsonAnswer(out.Take());
}

net::Response AlertingApi::GetReceivers(const net::Request& request) {
  Result<amconfig::Matchers> wanted =
      ParseFilters(QueryOf(request), "receiver_matchers", deps_.syntax);
  if (!wanted.ok()) return HandlerError(400, wanted.error().message());
  auto loaded = deps_.manager->config();
  ArrayAnswer answer;
  for (const amconfig::Receiver& receiver : loaded->config->receivers) {
    model::Labels labels = LabelsOf(receiver);
    if (!amconfig::MatchesAll(*wanted, labels)) continue;
    codec::JsonWriter& out = answer.Next();
    out.BeginObject();
    WriteLabelSet(out.Key("labels"), labels);
    out.Field("name", receiver.name).EndObject();
  }
  return answer.Finish();
}

net::Response AlertingApi::GetConfigWarnings(const net::Request&) {
  auto loaded = deps_.manager->config();
  std::vector<std::string> warnings = loaded->config->warnings;
  warnings.insert(warnings.end(), loaded->warnings.begin(), loaded->warnings.end());
  codec::JsonWriter out;
  out.BeginObject();
  WriteNames(out.Key("warnings"), warnings);
  out.EndObject();
  return JsonAnswer(out.Take());
}

net::Response AlertingApi::DryRun(const net::Request& request) {
  std::string name = deps_.config_file.empty() ? "alertmanager.yml" : deps_.config_file;
  Result<alerting::LoadedConfig> candidate = alerting::LoadConfigText(
      request.body, name, deps_.syntax, *deps_.files, deps_.manager->config()->config.get());
  codec::JsonWriter out;
  if (!candidate.ok()) {
    out.BeginObject().Field("ok", false).Field("error", candidate.error().message()).EndObject();
    return net::Response::Json(400, out.Take() + "\n");
  }
  WriteDryRun(out, deps_.manager->Try(*candidate));
  return JsonAnswer(out.Take());
}

}  // namespace watchfire::api
