#include "grafana/managed/instance.h"

namespace watchfire::grafana {
namespace {

using codec::Json;

constexpr std::pair<std::string_view, InstanceState> kStates[] = {
    {"Normal", InstanceState::kNormal},     {"Pending", InstanceState::kPending},
    {"Alerting", InstanceState::kAlerting}, {"Recovering", InstanceState::kRecovering},
    {"NoData", InstanceState::kNoData},     {"Error", InstanceState::kError},
};

void Enter(Instance& instance, InstanceState state, TimeMs t, std::string_view reason) {
  if (instance.state != state) {
    instance.state = state;
    instance.since = t;
  }
  instance.reason = reason;
  if (!instance.firing()) {
    instance.firing_at = 0;
  } else if (instance.firing_at == 0) {
    instance.firing_at = t;
  }
  if (state == InstanceState::kNormal) instance.active_at = 0;
}

std::string KeepLastReason(std::string_view reason) {
  std::string text(reason);
  if (!text.empty()) text += ", ";
  text += kReasonKeepLast;
  return text;
}

Json LabelsJson(const model::Labels& labels) {
  Json json = Json::OfObject({});
  for (const model::LabelView& label : labels) {
    json.Set(label.name, Json::OfString(std::string(label.value)));
  }
  return json;
}

model::Labels LabelsOf(const Json* json) {
  model::LabelsBuilder builder;
  if (json != nullptr && json->AsObject() != nullptr) {
    for (const Json::Member& member : *json->AsObject()) {
      if (member.value.AsString() != nullptr) builder.Set(member.name, *member.value.AsString());
    }
  }
  return builder.Build();
}

std::string TextOf(const Json& json, std::string_view key) {
  const Json* value = json.Find(key);
  return value == nullptr || value->AsString() == nullptr ? "" : *value->AsString();
}

int64_t IntOf(const Json& json, std::string_view key) {
  const Json* value = json.Find(key);
  return value == nullptr ? 0 : value->AsInt().value_or(0);
}

}  // namespace

std::string_view StateText(InstanceState state) {
  for (const auto& [text, value] : kStates) {
    if (value == state) return text;
  }
  return "";
}

bool ParseState(std::string_view text, InstanceState* state) {
  for (const auto& [name, value] : kStates) {
    if (name != text) continue;
    *state = value;
    return true;
  }
  return false;
}

std::string Instance::StateWithReason() const {
  std::string text(StateText(state));
  if (!reason.empty()) text += " (" + reason + ")";
  return text;
}

void BecomeNormal(Instance& instance, TimeMs t, std::string_view reason,
                  const InstanceTiming& timing) {
  bool fires = instance.state == InstanceState::kAlerting;
  if (fires && timing.keep_firing_ms > 0) {
    return Enter(instance, InstanceState::kRecovering, t, reason);
  }
  bool recovers = instance.state == InstanceState::kRecovering;
  if (recovers && t - instance.since < timing.keep_firing_ms) {
    instance.reason = reason;
    return;
  }
  Enter(instance, InstanceState::kNormal, t, reason);
}

void BecomeBreaching(Instance& instance, TimeMs t, std::string_view reason,
                     const InstanceTiming& timing) {
  if (instance.active_at == 0) instance.active_at = t;
  switch (instance.state) {
    case InstanceState::kAlerting:
    case InstanceState::kRecovering:
      return Enter(instance, InstanceState::kAlerting, t, reason);
    case InstanceState::kPending: {
      // A clock that was set back begins anew.
      if (t < instance.since) instance.since = t;
      bool due = t - instance.since >= timing.for_ms;
      return Enter(instance, due ? InstanceState::kAlerting : InstanceState::kPending, t, reason);
    }
    default:
      instance.firing_at = 0;
      return Enter(instance, timing.for_ms > 0 ? InstanceState::kPending : InstanceState::kAlerting,
                   t, reason);
  }
}

void BecomeUnknown(Instance& instance, TimeMs t, InstanceState state,
                   const InstanceTiming& timing) {
  std::string_view reason = state == InstanceState::kNoData ? kReasonNoData : kReasonError;
  if (instance.state == state) return Enter(instance, state, t, "");
  // What fires as something else begins to fire as this.
  bool pending = instance.state == InstanceState::kPending;
  if (instance.active_at == 0) instance.active_at = t;
  if (timing.for_ms > 0 && !pending && !instance.firing()) {
    return Enter(instance, InstanceState::kPending, t, reason);
  }
  if (pending && t - instance.since < timing.for_ms) {
    instance.reason = reason;
    return;
  }
  instance.firing_at = 0;
  Enter(instance, state, t, "");
}

void KeepLast(Instance& instance, TimeMs t, std::string_view reason, const InstanceTiming& timing) {
  std::string why = KeepLastReason(reason);
  switch (instance.state) {
    case InstanceState::kAlerting:
    case InstanceState::kPending:
      return BecomeBreaching(instance, t, why, timing);
    case InstanceState::kRecovering:
      return BecomeNormal(instance, t, why, timing);
    case InstanceState::kNoData:
    case InstanceState::kError:
      instance.reason = why;
      return;
    default:
      return Enter(instance, InstanceState::kNormal, t, why);
  }
}

void Advance(Instance& instance, Verdict outcome, TimeMs t, const ManagedRule& rule) {
  InstanceTiming timing{rule.for_ms, rule.keep_firing_ms};
  instance.evaluated_at = t;
  switch (outcome) {
    case Verdict::kNormal:
      return BecomeNormal(instance, t, "", timing);
    case Verdict::kBreach:
      return BecomeBreaching(instance, t, "", timing);
    case Verdict::kNoData:
      switch (rule.no_data) {
        case NoDataPolicy::kAlerting:
          return BecomeBreaching(instance, t, kReasonNoData, timing);
        case NoDataPolicy::kOk:
          return BecomeNormal(instance, t, kReasonNoData, timing);
        case NoDataPolicy::kKeepLast:
          return KeepLast(instance, t, kReasonNoData, timing);
        default:
          return BecomeUnknown(instance, t, InstanceState::kNoData, timing);
      }
    case Verdict::kError:
      switch (rule.error) {
        case ErrorPolicy::kAlerting:
          return BecomeBreaching(instance, t, kReasonError, timing);
        case ErrorPolicy::kOk:
          return BecomeNormal(instance, t, kReasonError, timing);
        case ErrorPolicy::kKeepLast:
          return KeepLast(instance, t, kReasonError, timing);
        default:
          return BecomeUnknown(instance, t, InstanceState::kError, timing);
      }
  }
}

Json ToJson(const Instance& instance) {
  Json json = Json::OfObject({});
  json.Set("key", LabelsJson(instance.key));
  json.Set("labels", LabelsJson(instance.labels));
  Json annotations = Json::OfObject({});
  for (const auto& [name, value] : instance.annotations) {
    annotations.Set(name, Json::OfString(value));
  }
  json.Set("annotations", std::move(annotations));
  json.Set("state", Json::OfString(std::string(StateText(instance.state))));
  json.Set("reason", Json::OfString(instance.reason));
  json.Set("since", Json::OfInt(instance.since));
  json.Set("activeAt", Json::OfInt(instance.active_at));
  json.Set("firingAt", Json::OfInt(instance.firing_at));
  json.Set("evaluatedAt", Json::OfInt(instance.evaluated_at));
  json.Set("missing", Json::OfInt(instance.missing));
  json.Set("valueString", Json::OfString(instance.value_string));
  json.Set("error", Json::OfString(instance.error));
  json.Set("refId", Json::OfString(instance.ref_id));
  json.Set("datasourceUid", Json::OfString(instance.datasource_uid));
  json.Set("sent", LabelsJson(instance.sent_labels));
  json.Set("sentStartsAt", Json::OfInt(instance.sent_starts_at));
  return json;
}

Result<Instance> InstanceOf(const Json& json) {
  Instance instance;
  instance.key = LabelsOf(json.Find("key"));
  instance.labels = LabelsOf(json.Find("labels"));
  if (const Json* annotations = json.Find("annotations"); annotations && annotations->AsObject()) {
    for (const Json::Member& member : *annotations->AsObject()) {
      if (member.value.AsString()) instance.annotations[member.name] = *member.value.AsString();
    }
  }
  if (!ParseState(TextOf(json, "state"), &instance.state)) {
    return Error::Corrupt("unknown state \"{}\" of an alert", TextOf(json, "state"));
  }
  instance.reason = TextOf(json, "reason");
  instance.since = IntOf(json, "since");
  instance.active_at = IntOf(json, "activeAt");
  instance.firing_at = IntOf(json, "firingAt");
  instance.evaluated_at = IntOf(json, "evaluatedAt");
  instance.missing = IntOf(json, "missing");
  instance.value_string = TextOf(json, "valueString");
  instance.error = TextOf(json, "error");
  instance.ref_id = TextOf(json, "refId");
  instance.datasource_uid = TextOf(json, "datasourceUid");
  instance.sent_labels = LabelsOf(json.Find("sent"));
  instance.sent_starts_at = IntOf(json, "sentStartsAt");
  return instance;
}

}  // namespace watchfire::grafana
