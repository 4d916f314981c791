// Alertmanager's forms: alerts, silences and groups through its own API, and the configuration as
// one document.

#include <algorithm>

#include "api/grafana/managed_alerts/inner.h"
#include "api/grafana/managed_alerts/managed_alerts_api.h"
#include "api/grafana/managed_alerts/shapes.h"
#include "grafana/contacts/contact_types.h"

namespace watchfire::api {
namespace {

using codec::Json;
using grafana::ContactPoint;
using grafana::ContactState;

constexpr size_t kMostTested = 10;

Json ReceiverConfig(const ContactPoint& point) {
  Json json = Json::OfObject({});
  json.Set("uid", Text(point.uid));
  json.Set("name", Text(point.name));
  json.Set("type", Text(point.type));
  json.Set("disableResolveMessage", Json::OfBool(point.disable_resolve));
  json.Set("settings", point.settings);
  Json secure = Json::OfObject({});
  for (const auto& [name, secret] : point.secure) secure.Set(name, Json::OfBool(true));
  json.Set("secureFields", std::move(secure));
  if (!point.provenance.empty()) json.Set("provenance", Text(point.provenance));
  return json;
}

Json ReceiversOf(const ContactState& state) {
  Json::Array receivers;
  for (const ContactPoint& point : state.points) {
    auto at = std::ranges::find_if(receivers, [&](const Json& receiver) {
      return MemberText(receiver, "name") == point.name;
    });
    if (at == receivers.end()) {
      Json receiver = Json::OfObject({});
      receiver.Set("name", Text(point.name));
      receiver.Set("grafana_managed_receiver_configs", Json::OfArray({}));
      receivers.push_back(std::move(receiver));
      at = receivers.end() - 1;
    }
    at->Find("grafana_managed_receiver_configs")->AsArray()->push_back(ReceiverConfig(point));
  }
  return Json::OfArray(std::move(receivers));
}

// Calls `with` for each contact point of a document, with its receiver's name in it.
Result<void> EachPoint(const Json* receivers,
                       const std::function<Result<void>(const Json&)>& with) {
  if (receivers == nullptr || receivers->AsArray() == nullptr) {
    return Error::Invalid("receivers must be a list");
  }
  for (const Json& receiver : *receivers->AsArray()) {
    const Json* configs = receiver.Find("grafana_managed_receiver_configs");
    if (configs == nullptr || configs->AsArray() == nullptr) continue;
    for (Json config : *configs->AsArray()) {
      if (config.AsObject() == nullptr) return Error::Invalid("a receiver must be an object");
      std::string name = MemberText(receiver, "name");
      if (!name.empty()) config.Set("name", Text(name));
      TRY(with(config));
    }
  }
  return {};
}

Result<void> ReplaceTemplates(ContactState& state, const Json* files) {
  if (files == nullptr || files->AsObject() == nullptr) return {};
  std::vector<std::string> gone;
  for (const grafana::MessageTemplate& message : state.templates) {
    if (files->Find(message.name) == nullptr) gone.push_back(message.name);
  }
  for (const std::string& name : gone) {
    TRY(grafana::DeleteTemplate(state, name, grafana::From::kPages));
  }
  for (const Json::Member& file : *files->AsObject()) {
    const grafana::MessageTemplate* old = state.FindTemplate(file.name);
    std::string text = file.value.AsString() == nullptr ? "" : *file.value.AsString();
    if (old != nullptr && old->text == text) continue;
    TRY(grafana::PutTemplate(state, file.name, text, grafana::From::kPages));
  }
  return {};
}

Result<void> ReplaceTimings(ContactState& state, const Json& config) {
  std::vector<std::string> there;
  for (const char* key : {"time_intervals", "mute_time_intervals"}) {
    const Json* list = config.Find(key);
    if (list == nullptr || list->AsArray() == nullptr) continue;
    for (const Json& timing : *list->AsArray()) {
      there.push_back(MemberText(timing, "name"));
      const grafana::MuteTiming* old = state.FindTiming(there.back());
      const Json* intervals = timing.Find("time_intervals");
      if (old != nullptr && intervals != nullptr && old->intervals == *intervals) continue;
      TRY(grafana::PutTiming(state, timing, grafana::From::kPages));
    }
  }
  std::vector<std::string> gone;
  for (const grafana::MuteTiming& timing : state.timings) {
    if (std::ranges::count(there, timing.name) == 0) gone.push_back(timing.name);
  }
  for (const std::string& name : gone) {
    TRY(grafana::DeleteTiming(state, name, grafana::From::kPages));
  }
  return {};
}

// What came from a file stays as it is where the document repeats it.
bool SamePoint(const ContactPoint& old, const Json& json) {
  Result<ContactPoint> point = grafana::ParseContactPoint(json, &old);
  return point.ok() && point->name == old.name && point->type == old.type &&
         point->settings == old.settings && point->secure == old.secure &&
         point->disable_resolve == old.disable_resolve;
}

Result<void> ReplacePoints(ContactState& state, const Json* receivers) {
  std::vector<std::string> there;
  Result<void> each = EachPoint(receivers, [&](const Json& json) -> Result<void> {
    std::string uid = MemberText(json, "uid");
    const ContactPoint* old = uid.empty() ? nullptr : state.FindPoint(uid);
    if (old == nullptr || !SamePoint(*old, json)) {
      TRY(grafana::PutPoint(state, json, grafana::From::kPages, &uid));
    }
    there.push_back(uid);
    return {};
  });
  if (!each.ok()) return each;
  std::vector<std::string> gone;
  for (const ContactPoint& point : state.points) {
    if (std::ranges::count(there, point.uid) == 0) gone.push_back(point.uid);
  }
  for (const std::string& uid : gone) {
    TRY(grafana::DeletePoint(state, uid, grafana::From::kPages));
  }
  return {};
}

std::string_view FirstPart(std::string_view path) {
  return path.substr(0, path.find_first_of("/?"));
}

}  // namespace

net::Response ManagedAlertsApi::Forward(const Call& call) {
  std::string path = "/api/v2/" + std::string(call.Param("path"));
  alerting::Alertmanager* manager = impl().Manager();
  std::string_view what = FirstPart(std::string_view(path).substr(8));
  if (manager == nullptr && call.request.method != "POST" && what != "status") {
    // Nothing is there before anything was made.
    if (what == "silence") return Message(404, "silence not found");
    return JsonAnswer(200, Json::OfArray({}));
  }
  if (manager == nullptr) {
    Result<alerting::Alertmanager*> made = impl().EnsureManager();
    if (!made.ok()) return ErrorAnswer(made.error());
    manager = *made;
  }
  Inner* inner = nullptr;
  {
    MutexLock lock(inner_mutex_);
    if (inner_ == nullptr) {
      AlertingDependencies deps;
      deps.manager = manager;
      deps.clock = deps_.clock;
      deps.files = deps_.files;
      deps.start_time = deps_.clock->Now();
      inner_ = std::make_unique<Inner>(std::move(deps));
    }
    inner = inner_.get();
  }
  net::Request request = call.request;
  request.path = std::move(path);
  request.path_params.clear();
  return inner->router.Dispatch(request);
}

net::Response ManagedAlertsApi::GetConfig(const Call&) {
  std::shared_ptr<const ContactState> state = impl().contacts->state();
  Json files = Json::OfObject({}), provenances = Json::OfObject({});
  for (const grafana::MessageTemplate& message : state->templates) {
    files.Set(message.name, Text(message.text));
    if (!message.provenance.empty()) provenances.Set(message.name, Text(message.provenance));
  }
  Json::Array timings;
  for (const grafana::MuteTiming& timing : state->timings) {
    Json json = Json::OfObject({});
    json.Set("name", Text(timing.name));
    json.Set("time_intervals", timing.intervals);
    timings.push_back(std::move(json));
  }
  Json route = EffectivePolicy(*state, nullptr);
  std::string provenance = state->policy_files.empty() ? state->policy_provenance : "file";
  if (!provenance.empty()) route.Set("provenance", Text(provenance));
  Json config = Json::OfObject({});
  config.Set("route", std::move(route));
  config.Set("templates", Json::OfArray({}));
  config.Set("mute_time_intervals", Json::OfArray(std::move(timings)));
  config.Set("receivers", ReceiversOf(*state));
  Json answer = Json::OfObject({});
  answer.Set("template_files", std::move(files));
  answer.Set("template_file_provenances", std::move(provenances));
  answer.Set("alertmanager_config", std::move(config));
  return JsonAnswer(200, answer);
}

net::Response ManagedAlertsApi::PostConfig(const Call& call) {
  Result<Json> body = call.Body();
  if (!body.ok()) return ErrorAnswer(body.error());
  const Json* config = body->Find("alertmanager_config");
  if (config == nullptr) return Message(400, "alertmanager_config is required");
  Result<void> changed = impl().contacts->Change([&](ContactState& state) -> Result<void> {
    TRY(ReplaceTemplates(state, body->Find("template_files")));
    TRY(ReplaceTimings(state, *config));
    TRY(ReplacePoints(state, config->Find("receivers")));
    const Json* route = config->Find("route");
    if (route == nullptr) return Error::Invalid("route is required");
    Json wanted = *route, now = EffectivePolicy(state, nullptr);
    if (Json::Object* members = wanted.AsObject()) {
      std::erase_if(*members, [](const Json::Member& m) { return m.name == "provenance"; });
    }
    if (wanted == now) return {};
    return grafana::PutPolicy(state, std::move(wanted), grafana::From::kPages);
  });
  if (!changed.ok()) return ErrorAnswer(changed.error());
  return Message(202, "configuration created");
}

net::Response ManagedAlertsApi::DeleteConfig(const Call&) {
  Result<void> changed = impl().contacts->Change([](ContactState& state) -> Result<void> {
    ContactState initial = ContactState::Initial();
    bool files = !state.policy_files.empty() ||
                 std::ranges::any_of(state.points, [](const ContactPoint& point) {
                   return point.provenance == "file";
                 });
    if (files) return Error::Denied("parts of the configuration come from provisioning files");
    state = std::move(initial);
    return {};
  });
  if (!changed.ok()) return ErrorAnswer(changed.error());
  return Message(202, "configuration deleted; the default is applied");
}

net::Response ManagedAlertsApi::TestReceivers(const Call& call) {
  Result<Json> body = call.Body();
  if (!body.ok()) return ErrorAnswer(body.error());
  model::LabelsBuilder labels;
  alerting::Annotations annotations;
  if (const Json* alert = body->Find("alert")) {
    const Json* given = alert->Find("labels");
    if (given != nullptr && given->AsObject() != nullptr) {
      for (const Json::Member& member : *given->AsObject()) {
        if (member.value.AsString()) labels.Set(member.name, *member.value.AsString());
      }
    }
    given = alert->Find("annotations");
    if (given != nullptr && given->AsObject() != nullptr) {
      for (const Json::Member& member : *given->AsObject()) {
        if (member.value.AsString())
          annotations.emplace_back(member.name, *member.value.AsString());
      }
    }
  }
  std::shared_ptr<const ContactState> state = impl().contacts->state();
  Json::Array receivers;
  bool failed = false;
  Result<void> all = EachPoint(body->Find("receivers"), [&](const Json& json) -> Result<void> {
    // Each may take as long as its server lets us wait.
    if (receivers.size() == kMostTested) {
      return Error::Limit("at most {} contact points are tested at once", kMostTested);
    }
    const ContactPoint* old = state->FindPoint(MemberText(json, "uid"));
    ContactPoint point = TRY(grafana::ParseContactPoint(json, old));
    Result<alerting::Attempt> attempt = impl().TestPoint(point, labels.Build(), annotations);
    std::string error = !attempt.ok()            ? attempt.error().message()
                        : attempt->delivered     ? ""
                        : attempt->error.empty() ? "it was not delivered"
                                                 : attempt->error;
    failed |= !error.empty();
    Json config = Json::OfObject({});
    config.Set("name", Text(point.name));
    config.Set("uid", Text(point.uid));
    config.Set("status", Text(error.empty() ? "ok" : "failed"));
    if (!error.empty()) config.Set("error", Text(error));
    Json receiver = Json::OfObject({});
    receiver.Set("name", Text(point.name));
    receiver.Set("grafana_managed_receiver_configs", Json::OfArray({std::move(config)}));
    receivers.push_back(std::move(receiver));
    return {};
  });
  if (!all.ok()) return ErrorAnswer(all.error());
  Json answer = Json::OfObject({});
  answer.Set("receivers", Json::OfArray(std::move(receivers)));
  answer.Set("notified_at", Text(GoTime(deps_.clock->Now())));
  return JsonAnswer(failed ? 207 : 200, answer);
}

net::Response ManagedAlertsApi::Notifiers(const Call&) {
  codec::JsonWriter json;
  grafana::WriteContactTypes(json);
  return net::Response::Json(200, json.Take());
}

net::Response ManagedAlertsApi::Choice(const Call&) {
  return net::Response::Json(200,
                             R"({"alertmanagersChoice":"internal","numExternalAlertmanagers":0})");
}

net::Response ManagedAlertsApi::Alertmanagers(const Call&) {
  return net::Response::Json(200, R"({"status":"success","data":{"activeAlertManagers":[],)"
                                  R"("droppedAlertManagers":[]}})");
}

}  // namespace watchfire::api
