// Contact points, policies, mute timings and templates of the provisioning API.

#include <algorithm>

#include "api/grafana/managed_alerts/managed_alerts_api.h"
#include "api/grafana/managed_alerts/shapes.h"

namespace watchfire::api {
namespace {

using codec::Json;
using grafana::ContactState;
using grafana::From;

From FromOf(const Call& call) {
  return EditorOf(call, true).from;
}

Json TimingObject(const grafana::MuteTiming& timing, bool for_file) {
  Json json = Json::OfObject({});
  if (for_file) json.Set("orgId", Json::OfInt(1));
  json.Set("name", Text(timing.name));
  json.Set("time_intervals", timing.intervals);
  if (!for_file) {
    json.Set("version", Text(""));
    json.Set("provenance", Text(timing.provenance));
  }
  return json;
}

Json TemplateObject(const grafana::MessageTemplate& message) {
  Json json = Json::OfObject({});
  json.Set("name", Text(message.name));
  json.Set("template", Text(message.text));
  json.Set("version", Text(""));
  json.Set("provenance", Text(message.provenance));
  return json;
}

Json FileOf(std::string_view key, Json items) {
  Json document = Json::OfObject({});
  document.Set("apiVersion", Json::OfInt(1));
  document.Set(key, std::move(items));
  return document;
}

// Something is still used by it: not the caller's mistake alone.
net::Response RefusedDeletion(const Error& error) {
  if (error.code() == ErrorCode::kInvalid) {
    return Message(409, "it is still used: " + error.message());
  }
  return ErrorAnswer(error);
}

}  // namespace

net::Response ManagedAlertsApi::ListPoints(const Call& call) {
  std::string_view name = call.query.Get("name");
  Json::Array points;
  for (const grafana::ContactPoint& point : impl().contacts->state()->points) {
    if (name.empty() || point.name == name) {
      points.push_back(PointObject(point, impl().deps.settings));
    }
  }
  return JsonAnswer(200, Json::OfArray(std::move(points)));
}

net::Response ManagedAlertsApi::PostPoint(const Call& call) {
  Result<Json> body = call.Body();
  if (!body.ok()) return ErrorAnswer(body.error());
  std::string wanted = MemberText(*body, "uid");
  if (!wanted.empty() && impl().contacts->state()->FindPoint(wanted) != nullptr) {
    return Message(409, fmt::format("a contact point with the uid \"{}\" exists already", wanted));
  }
  std::string uid;
  Result<void> put = impl().contacts->Change([&](ContactState& state) -> Result<void> {
    return grafana::PutPoint(state, *body, FromOf(call), &uid);
  });
  if (!put.ok()) return ErrorAnswer(put.error());
  return JsonAnswer(202,
                    PointObject(*impl().contacts->state()->FindPoint(uid), impl().deps.settings));
}

net::Response ManagedAlertsApi::PutPoint(const Call& call) {
  Result<Json> body = call.Body();
  if (!body.ok()) return ErrorAnswer(body.error());
  std::string uid(call.Param("uid"));
  if (impl().contacts->state()->FindPoint(uid) == nullptr) {
    return Message(404, "contact point not found");
  }
  if (body->AsObject() != nullptr) body->Set("uid", Text(uid));
  Result<void> put = impl().contacts->Change([&](ContactState& state) -> Result<void> {
    return grafana::PutPoint(state, *body, FromOf(call), nullptr);
  });
  if (!put.ok()) return ErrorAnswer(put.error());
  return Message(202, "contactpoint updated");
}

net::Response ManagedAlertsApi::DeletePoint(const Call& call) {
  Result<void> deleted = impl().contacts->Change([&](ContactState& state) -> Result<void> {
    return grafana::DeletePoint(state, call.Param("uid"), FromOf(call));
  });
  if (!deleted.ok()) return RefusedDeletion(deleted.error());
  return Message(202, "contactpoint deleted");
}

net::Response ManagedAlertsApi::ExportPoints(const Call& call) {
  bool reveal = call.query.Get("decrypt") == "true";
  if (reveal && !call.who.May(grafana::Role::kAdmin)) {
    return Message(403, "only administrators may export secrets");
  }
  return ExportAnswer(call,
                      FileOf("contactPoints", PointsForFile(*impl().contacts->state(), reveal)));
}

net::Response ManagedAlertsApi::GetPolicies(const Call&) {
  std::shared_ptr<const ContactState> state = impl().contacts->state();
  Json policy = EffectivePolicy(*state, nullptr);
  policy.Set("provenance", Text(state->policy_files.empty() ? state->policy_provenance : "file"));
  return JsonAnswer(200, policy);
}

net::Response ManagedAlertsApi::PutPolicies(const Call& call) {
  Result<Json> body = call.Body();
  if (!body.ok()) return ErrorAnswer(body.error());
  Result<void> put = impl().contacts->Change([&](ContactState& state) -> Result<void> {
    return grafana::PutPolicy(state, *body, FromOf(call));
  });
  if (!put.ok()) return ErrorAnswer(put.error());
  return Message(202, "policies updated");
}

net::Response ManagedAlertsApi::DeletePolicies(const Call& call) {
  Result<void> put = impl().contacts->Change([&](ContactState& state) -> Result<void> {
    return grafana::ResetPolicy(state, FromOf(call));
  });
  if (!put.ok()) return ErrorAnswer(put.error());
  return Message(202, "policies reset");
}

net::Response ManagedAlertsApi::ExportPolicies(const Call& call) {
  Json policy = Json::OfObject({});
  policy.Set("orgId", Json::OfInt(1));
  Json tree = EffectivePolicy(*impl().contacts->state(), nullptr);
  for (const Json::Member& member : *tree.AsObject()) policy.Set(member.name, member.value);
  return ExportAnswer(call, FileOf("policies", Json::OfArray({std::move(policy)})));
}

net::Response ManagedAlertsApi::ListTimings(const Call&) {
  Json::Array timings;
  for (const grafana::MuteTiming& timing : impl().contacts->state()->timings) {
    timings.push_back(TimingObject(timing, false));
  }
  return JsonAnswer(200, Json::OfArray(std::move(timings)));
}

net::Response ManagedAlertsApi::GetTiming(const Call& call) {
  auto state = impl().contacts->state();
  const grafana::MuteTiming* timing = state->FindTiming(call.Param("name"));
  if (timing == nullptr) return Message(404, "mute timing not found");
  return JsonAnswer(200, TimingObject(*timing, false));
}

net::Response ManagedAlertsApi::PostTiming(const Call& call) {
  Result<Json> body = call.Body();
  if (!body.ok()) return ErrorAnswer(body.error());
  std::string name = MemberText(*body, "name");
  if (impl().contacts->state()->FindTiming(name) != nullptr) {
    return Message(409, fmt::format("a mute timing \"{}\" exists already", name));
  }
  Result<void> put = impl().contacts->Change([&](ContactState& state) -> Result<void> {
    return grafana::PutTiming(state, *body, FromOf(call));
  });
  if (!put.ok()) return ErrorAnswer(put.error());
  return JsonAnswer(201, TimingObject(*impl().contacts->state()->FindTiming(name), false));
}

net::Response ManagedAlertsApi::PutTiming(const Call& call) {
  Result<Json> body = call.Body();
  if (!body.ok()) return ErrorAnswer(body.error());
  std::string name(call.Param("name"));
  if (impl().contacts->state()->FindTiming(name) == nullptr) {
    return Message(404, "mute timing not found");
  }
  if (body->AsObject() != nullptr) body->Set("name", Text(name));
  Result<void> put = impl().contacts->Change([&](ContactState& state) -> Result<void> {
    return grafana::PutTiming(state, *body, FromOf(call));
  });
  if (!put.ok()) return ErrorAnswer(put.error());
  return JsonAnswer(202, TimingObject(*impl().contacts->state()->FindTiming(name), false));
}

net::Response ManagedAlertsApi::DeleteTiming(const Call& call) {
  Result<void> deleted = impl().contacts->Change([&](ContactState& state) -> Result<void> {
    return grafana::DeleteTiming(state, call.Param("name"), FromOf(call));
  });
  if (!deleted.ok()) return RefusedDeletion(deleted.error());
  return EmptyAnswer();
}

net::Response ManagedAlertsApi::ExportTimings(const Call& call) {
  std::string_view name = call.Param("name");
  Json::Array timings;
  for (const grafana::MuteTiming& timing : impl().contacts->state()->timings) {
    if (name.empty() || timing.name == name) timings.push_back(TimingObject(timing, true));
  }
  return ExportAnswer(call, FileOf("muteTimes", Json::OfArray(std::move(timings))));
}

net::Response ManagedAlertsApi::ListTemplates(const Call&) {
  Json::Array messages;
  for (const grafana::MessageTemplate& message : impl().contacts->state()->templates) {
    messages.push_back(TemplateObject(message));
  }
  return JsonAnswer(200, Json::OfArray(std::move(messages)));
}

net::Response ManagedAlertsApi::GetTemplate(const Call& call) {
  auto state = impl().contacts->state();
  const grafana::MessageTemplate* message = state->FindTemplate(call.Param("name"));
  if (message == nullptr) return Message(404, "template not found");
  return JsonAnswer(200, TemplateObject(*message));
}

net::Response ManagedAlertsApi::PutTemplate(const Call& call) {
  Result<Json> body = call.Body();
  if (!body.ok()) return ErrorAnswer(body.error());
  std::string name(call.Param("name"));
  Result<void> put = impl().contacts->Change([&](ContactState& state) -> Result<void> {
    return grafana::PutTemplate(state, name, MemberText(*body, "template"), FromOf(call));
  });
  if (!put.ok()) return ErrorAnswer(put.error());
  return JsonAnswer(202, TemplateObject(*impl().contacts->state()->FindTemplate(name)));
}

net::Response ManagedAlertsApi::DeleteTemplate(const Call& call) {
  Result<void> deleted = impl().contacts->Change([&](ContactState& state) -> Result<void> {
    return grafana::DeleteTemplate(state, call.Param("name"), FromOf(call));
  });
  bool gone = !deleted.ok() && deleted.error().code() == ErrorCode::kNotFound;
  if (!deleted.ok() && !gone) return RefusedDeletion(deleted.error());
  return EmptyAnswer();
}

}  // namespace watchfire::api
