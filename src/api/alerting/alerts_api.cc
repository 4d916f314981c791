// /api/v2/alerts and /api/v2/alerts/groups.
#include <algorithm>
#include <unordered_map>

#include "api/alerting/alert_json.h"
#include "api/alerting/alerting_api.h"
#include "api/alerting/bodies.h"
#include "api/alerting/framework.h"
#include "base/text.h"

namespace watchfire::api {
namespace {

// Which alerts and receivers a request is about.
struct AlertFilter {
  amconfig::Matchers matchers;
  amconfig::Matchers receiver_matchers;
  std::optional<model::SearchRegex> receiver;
  bool active = true;
  bool silenced = true;
  bool inhibited = true;

  bool Shows(const alerting::Alert& alert, const alerting::Mutes& mutes, TimeMs now) const {
    if (alert.ends_at.unix_ns < now * 1'000'000) return false;
    bool is_silenced = !mutes.silenced_by.empty();
    bool is_inhibited = !mutes.inhibited_by.empty();
    if (!active && !is_silenced && !is_inhibited) return false;
    if (!silenced && is_silenced) return false;
    if (!inhibited && is_inhibited) return false;
    return amconfig::MatchesAll(matchers, alert.labels);
  }
};

Result<AlertFilter> ParseAlertFilter(const net::Values& query, amconfig::MatcherSyntax syntax) {
  AlertFilter filter;
  filter.matchers = TRY(ParseFilters(query, "filter", syntax));
  filter.receiver = TRY(ParseReceiver(query));
  filter.receiver_matchers = TRY(ParseFilters(query, "receiver_matchers", syntax));
  filter.active = BoolParam(query, "active", true);
  filter.silenced = BoolParam(query, "silenced", true);
  filter.inhibited = BoolParam(query, "inhibited", true);
  return filter;
}

// Says of receivers whether they are asked for, each worked out once.
class ReceiverFilter {
 public:
  ReceiverFilter(const AlertFilter& filter, const amconfig::Config& config) : filter_(filter) {
    for (const amconfig::Receiver& receiver : config.receivers) {
      Decide(receiver.name, &receiver);
    }
  }

  bool shows_all() const { return !filter_.receiver && filter_.receiver_matchers.empty(); }
  bool Shows(const std::string& name) {
    auto found = shown_.find(name);
    return found != shown_.end() ? found->second : Decide(name, nullptr);
  }
  bool ShowsAny(const std::vector<std::string>& names) {
    if (shows_all()) return true;
    return std::any_of(names.begin(), names.end(),
                       [this](const std::string& name) { return Shows(name); });
  }

 private:
  bool Decide(const std::string& name, const amconfig::Receiver* receiver) {
    bool shown = !filter_.receiver || filter_.receiver->FoundIn(name);
    model::LabelsBuilder labels;
    if (receiver != nullptr) {
      for (const auto& [label, value] : receiver->labels) labels.Set(label, value);
    }
    labels.Set("name", name);
    shown = shown && amconfig::MatchesAll(filter_.receiver_matchers, labels.Build());
    shown_[name] = shown;
    return shown;
  }

  const AlertFilter& filter_;
  std::unordered_map<std::string, bool> shown_;
};

// Times that the client did not give.
void FillTimes(alerting::Alert& alert, TimeMs now, int64_t resolve_timeout_ms) {
  alert.updated_at = alerting::AlertTime::OfMs(now);
  if (alert.starts_at.absent()) {
    alert.starts_at = alert.ends_at.absent() ? alert.updated_at : alert.ends_at;
  }
  if (alert.ends_at.absent()) {
    alert.timeout = true;
    alert.ends_at = alerting::AlertTime::OfMs(now + resolve_timeout_ms);
  }
}

bool ComesBefore(const alerting::GroupView* a, const alerting::GroupView* b) {
  int order = alerting::CompareLabelSets(a->labels, b->labels);
  return order != 0 ? order < 0 : a->receiver < b->receiver;
}

// A group with those of its alerts that are shown.
struct ShownGroup {
  const alerting::GroupView* group;
  std::vector<const alerting::AlertView*> alerts;
};

std::vector<ShownGroup> ShownGroups(const std::vector<alerting::GroupView>& groups,
                                    const AlertFilter& filter, ReceiverFilter& receivers,
                                    TimeMs now) {
  std::vector<const alerting::GroupView*> order;
  for (const alerting::GroupView& group : groups) {
    if (receivers.shows_all() || receivers.Shows(group.receiver)) order.push_back(&group);
  }
  std::stable_sort(order.begin(), order.end(), ComesBefore);
  std::vector<ShownGroup> shown;
  for (const alerting::GroupView* group : order) {
    ShownGroup one{.group = group, .alerts = {}};
    for (const alerting::AlertView& view : group->alerts) {
      if (filter.Shows(*view.alert, view.mutes, now)) one.alerts.push_back(&view);
    }
    if (!one.alerts.empty()) shown.push_back(std::move(one));
  }
  return shown;
}

}  // namespace

net::Response AlertingApi::GetAlerts(const net::Request& request) {
  Result<AlertFilter> filter = ParseAlertFilter(QueryOf(request), deps_.syntax);
  if (!filter.ok()) return HandlerError(400, filter.error().message());
  ReceiverFilter receivers(*filter, *deps_.manager->config()->config);
  TimeMs now = deps_.clock->Now();
  ArrayAnswer answer;
  for (const alerting::AlertView& view : deps_.manager->Alerts()) {
    if (!receivers.ShowsAny(view.receivers)) continue;
    if (!filter->Shows(*view.alert, view.mutes, now)) continue;
    WriteAlert(answer.Next(), *view.alert, view.receivers, view.mutes, {});
  }
  return answer.Finish();
}

net::Response AlertingApi::PostAlerts(const net::Request& request) {
  JsonBody body = ReadJsonBody(request, "alerts");
  if (body.refused) return std::move(*body.refused);
  Posted<std::vector<alerting::Alert>> posted = ReadAlerts(body.json);
  if (posted.refused) return std::move(*posted.refused);

  TimeMs now = deps_.clock->Now();
  int64_t resolve_timeout_ms = deps_.manager->config()->config->global.resolve_timeout_ms;
  std::vector<alerting::Alert> valid;
  valid.reserve(posted.value.size());
  std::vector<std::string> problems;
  for (alerting::Alert& alert : posted.value) {
    FillTimes(alert, now, resolve_timeout_ms);
    (alert.ResolvedAt(now) ? resolved_ : firing_).Increment();
    if (Result<void> checked = alerting::Validate(alert); !checked.ok()) {
      problems.push_back(checked.error().message());
      invalid_.Increment();
      continue;
    }
    alert.Seal();
    valid.push_back(std::move(alert));
  }
  if (!valid.empty()) deps_.manager->Put(std::move(valid));
  if (!problems.empty()) return HandlerError(400, Join(problems, "\n"));
  return Empty(200);
}

net::Response AlertingApi::GetGroups(const net::Request& request) {
  net::Values query = QueryOf(request);
  Result<AlertFilter> filter = ParseAlertFilter(query, deps_.syntax);
  if (!filter.ok()) return HandlerError(400, filter.error().message());
  bool with_muted = BoolParam(query, "muted", true);
  ReceiverFilter receivers(*filter, *deps_.manager->config()->config);
  std::vector<alerting::GroupView> groups = deps_.manager->Groups();
  std::vector<ShownGroup> shown = ShownGroups(groups, *filter, receivers, deps_.clock->Now());
  std::unordered_map<uint64_t, std::vector<std::string>> names;
  for (const ShownGroup& one : shown) {
    for (const alerting::AlertView* view : one.alerts) {
      names[view->alert->fingerprint].push_back(one.group->receiver);
    }
  }
  for (auto& [unused, list] : names) std::sort(list.begin(), list.end());

  ArrayAnswer answer;
  for (const ShownGroup& one : shown) {
    if (!with_muted && !one.group->muted_by.empty()) continue;
    codec::JsonWriter& out = answer.Next();
    out.BeginObject().Key("alerts").BeginArray();
    for (const alerting::AlertView* view : one.alerts) {
      WriteAlert(answer.Next(), *view->alert, names[view->alert->fingerprint], view->mutes,
                 one.group->muted_by);
    }
    out.EndArray();
    WriteLabelSet(out.Key("labels"), one.group->labels);
    out.Key("receiver").BeginObject().Field("name", one.group->receiver).EndObject();
    out.Key("routeLabels").BeginObject();
    for (const auto& [name, value] : one.group->route_labels) out.Field(name, value);
    out.EndObject().EndObject();
  }
  return answer.Finish();
}

}  // namespace watchfire::api
