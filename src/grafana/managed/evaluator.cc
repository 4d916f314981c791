#include "grafana/managed/evaluator.h"

#include <algorithm>

#include "base/hash.h"
#include "base/log.h"

namespace watchfire::grafana {
namespace {

// Unknown outcomes are not told in a rule's first evaluation after the start, nor this soon.
constexpr int64_t kGraceMs = 60'000;
constexpr int64_t kNotReadyWaitMs = 1'000;
constexpr int64_t kMaxWaitMs = 60'000;
constexpr size_t kPoolThreads = 4;

bool IsFiring(const Instance& instance) {
  return instance.state == InstanceState::kAlerting;
}

}  // namespace

struct Evaluator::Group {
  std::shared_ptr<const RuleGroup> rules;
  int64_t offset_ms = 0;
  TimeMs next_due = 0;
  bool running = false;

  // The slot at or before `t`.
  TimeMs SlotOf(TimeMs t) const {
    int64_t interval = rules->interval_ms;
    return (t - offset_ms) / interval * interval + offset_ms;
  }
};

struct Evaluator::Metrics {
  explicit Metrics(client::Registry& registry)
      : evaluations(registry.AddCounter("grafana_alerting_rule_evaluations_total",
                                        "The total number of rule evaluations.", {{"org", "1"}})),
        failures(registry.AddCounter("grafana_alerting_rule_evaluation_failures_total",
                                     "The total number of rule evaluation failures.",
                                     {{"org", "1"}})) {}
  client::Counter& evaluations;
  client::Counter& failures;
};

std::string_view RuleStatus::State() const {
  std::string_view state = "inactive";
  for (const Instance& instance : instances) {
    if (IsFiring(instance)) return "firing";
    if (instance.state == InstanceState::kRecovering) state = "recovering";
    if (instance.state == InstanceState::kPending && state == "inactive") state = "pending";
  }
  return state;
}

Evaluator::Evaluator(EvaluatorOptions options) : options_(std::move(options)) {
  if (options_.registry != nullptr) metrics_ = std::make_unique<Metrics>(*options_.registry);
  started_at_ = options_.clock->Now();
}

Evaluator::~Evaluator() {
  Stop();
}

Result<void> Evaluator::Restore() {
  std::vector<RuleStore::StoredInstance> stored = TRY(options_.rules->Instances());
  MutexLock lock(mutex_);
  for (const RuleStore::StoredInstance& one : stored) {
    Result<Instance> instance = InstanceOf(one.body);
    if (!instance.ok()) {
      WF_LOG(kWarn, "an alert was not restored", {"rule", one.rule_uid},
             {"error", instance.error()});
      continue;
    }
    restored_[one.rule_uid].push_back(*std::move(instance));
  }
  return {};
}

RulePlace Evaluator::PlaceOf(const RuleGroup& group) const {
  RulePlace place;
  place.interval_ms = group.interval_ms;
  place.folder_title = options_.folder_title(group.folder_uid);
  place.external_url = options_.external_url;
  return place;
}

void Evaluator::Reload() {
  std::vector<std::pair<std::string, Effects>> all;
  std::vector<std::string> titles;  // of the rules of `all`
  TakeGroups(all, titles);
  Publish(all);
  for (size_t i = 0; i < all.size(); ++i) Tell(titles[i], all[i].second);
  EnsureThreads();
}

void Evaluator::TakeGroups(std::vector<std::pair<std::string, Effects>>& all,
                           std::vector<std::string>& titles) {
  MutexLock reload(reload_mutex_);
  std::shared_ptr<const RuleGroups> groups = options_.rules->groups();
  TimeMs now = options_.clock->Now();
  std::vector<RulePlace> places;  // asked without the lock
  for (const auto& group : *groups) places.push_back(PlaceOf(*group));
  MutexLock lock(mutex_);
  std::map<std::pair<std::string, std::string>, GroupPtr> next;
  std::map<std::string, std::unique_ptr<RuleState>> states;
  for (size_t i = 0; i < groups->size(); ++i) {
    const std::shared_ptr<const RuleGroup>& group = (*groups)[i];
    std::pair<std::string, std::string> key{group->folder_uid, group->name};
    auto known = groups_.find(key);
    GroupPtr kept = known == groups_.end() ? std::make_shared<Group>() : known->second;
    bool fresh = known == groups_.end() || kept->rules->interval_ms != group->interval_ms;
    kept->rules = group;
    if (fresh) {
      uint64_t hash = XxHash64(group->folder_uid + "\n" + group->name);
      kept->offset_ms = static_cast<int64_t>(hash % static_cast<uint64_t>(group->interval_ms));
      kept->next_due = now;
    }
    next[key] = kept;
    for (const ManagedRule& rule : group->rules) {
      TakeRule(*kept, fresh, {group, &rule}, places[i], now, states, all, titles);
    }
  }
  restored_.clear();
  RulePlace nowhere;
  nowhere.external_url = options_.external_url;
  for (auto& [uid, state] : states_) {
    titles.push_back(state->rule().title);
    all.emplace_back("", state->Clear(now, kReasonDeleted, nowhere));
  }
  groups_ = std::move(next);
  states_ = std::move(states);
}

void Evaluator::TakeRule(Group& group, bool fresh, std::shared_ptr<const ManagedRule> rule,
                         const RulePlace& place, TimeMs now,
                         std::map<std::string, std::unique_ptr<RuleState>>& states,
                         std::vector<std::pair<std::string, Effects>>& all,
                         std::vector<std::string>& titles) {
  auto state = states_.find(rule->uid);
  if (state == states_.end()) {
    auto made = std::make_unique<RuleState>(rule);
    for (Instance& instance : restored_[rule->uid]) made->Restore(std::move(instance));
    states[rule->uid] = std::move(made);
    if (!fresh) group.next_due = now;
    return;
  }
  bool resumed = state->second->rule().paused && !rule->paused;
  Effects effects = state->second->Replace(rule, now, place);
  if (resumed || effects.changed) group.next_due = now;
  all.emplace_back(rule->uid, std::move(effects));
  titles.push_back(rule->title);
  states[rule->uid] = std::move(state->second);
  states_.erase(state);
}

// Writes down what must survive a restart.
void Evaluator::Publish(const std::vector<std::pair<std::string, Effects>>& all) {
  std::vector<RuleStore::RuleInstances> rules;
  std::vector<HistoryEntry> history;
  {
    MutexLock lock(mutex_);
    for (const auto& [uid, effects] : all) {
      history.insert(history.end(), effects.history.begin(), effects.history.end());
      auto state = states_.find(uid);
      if (!effects.changed || state == states_.end()) continue;
      rules.push_back({uid, state->second->StoredInstances()});
    }
  }
  if (rules.empty() && history.empty()) return;
  Result<void> saved = options_.rules->SaveInstances(rules, history);
  if (!saved.ok()) {
    WF_LOG(kError, "states of alerts could not be kept", {"error", saved.error()});
  }
}

void Evaluator::Tell(const std::string& title, const Effects& effects) {
  if (!effects.alerts.empty() && options_.send) options_.send(effects.alerts);
  if (!options_.annotate) return;
  for (const HistoryEntry& entry : effects.history) {
    if (entry.dashboard_uid.empty()) continue;
    options_.annotate(entry.dashboard_uid, entry.panel_id, entry.previous, entry.current,
                      fmt::format("{} {} - {}", title, entry.labels, entry.values));
  }
}

void Evaluator::Start() {
  started_at_ = options_.clock->Now();
  {
    MutexLock lock(mutex_);
    wanted_ = true;
  }
  EnsureThreads();
}

void Evaluator::EnsureThreads() {
  MutexLock lock(mutex_);
  if (wanted_ && !stopping_ && !groups_.empty() && !thread_.joinable()) {
    thread_ = Thread("managed-rules", [this] { Loop(); });
  }
  waiter_.Wake();
}

void Evaluator::Stop() {
  stopping_ = true;
  *cancelled_ = true;
  Thread running;
  {
    MutexLock lock(mutex_);
    running = std::move(thread_);
  }
  waiter_.Wake();
  running.Join();
  pool_.reset();
}

void Evaluator::Loop() {
  while (!stopping_) {
    std::vector<GroupPtr> due = TakeDue(options_.clock->Now());
    size_t groups = 0;
    {
      MutexLock lock(mutex_);
      groups = groups_.size();
    }
    if (groups > 1 && pool_ == nullptr) {
      pool_ = std::make_unique<ThreadPool>("managed-eval", kPoolThreads);
    }
    for (const GroupPtr& group : due) {
      if (pool_ == nullptr) {
        EvaluateGroup(*group, options_.clock->Now());
        continue;
      }
      pool_->Submit([this, group] { EvaluateGroup(*group, options_.clock->Now()); });
    }
    std::optional<TimeMs> next = NextDue();
    int64_t wait = next ? *next - options_.clock->Now() : kMaxWaitMs;
    if (!stopping_ && wait > 0) waiter_.Wait(std::min(wait, kMaxWaitMs));
  }
}

// Those that are due, marked as running, with their next slot.
std::vector<Evaluator::GroupPtr> Evaluator::TakeDue(TimeMs now) {
  bool ready = !options_.ready || options_.ready();
  MutexLock lock(mutex_);
  std::vector<GroupPtr> due;
  for (auto& [key, group] : groups_) {
    if (group->running || group->next_due > now) continue;
    if (!ready) {
      group->next_due = now + kNotReadyWaitMs;
      continue;
    }
    group->next_due = group->SlotOf(now) + group->rules->interval_ms;
    group->running = true;
    due.push_back(group);
  }
  return due;
}

std::optional<TimeMs> Evaluator::NextDue() const {
  MutexLock lock(mutex_);
  std::optional<TimeMs> next;
  for (const auto& [key, group] : groups_) {
    if (group->running) continue;
    if (!next || group->next_due < *next) next = group->next_due;
  }
  return next;
}

void Evaluator::RunDue() {
  TimeMs now = options_.clock->Now();
  for (const GroupPtr& group : TakeDue(now)) EvaluateGroup(*group, now);
}

void Evaluator::EvaluateGroup(Group& group, TimeMs at) {
  std::shared_ptr<const RuleGroup> rules;
  {
    MutexLock lock(mutex_);
    rules = group.rules;
  }
  // Who is silent once is not asked again for each rule of the group.
  std::map<std::string, Error> down;
  for (const ManagedRule& rule : rules->rules) {
    if (stopping_) break;
    if (!rule.paused) EvaluateRule(group, rule.uid, at, down);
  }
  {
    MutexLock lock(mutex_);
    group.running = false;
  }
  waiter_.Wake();
}

void Evaluator::EvaluateRule(Group& group, const std::string& uid, TimeMs at,
                             std::map<std::string, Error>& down) {
  std::shared_ptr<const ManagedRule> rule;
  std::shared_ptr<const RuleGroup> place_group;
  std::set<model::Labels> firing;
  bool first = false;
  {
    MutexLock lock(mutex_);
    auto state = states_.find(uid);
    if (state == states_.end()) return;
    rule = state->second->shared_rule();
    firing = state->second->Firing();
    first = state->second->evaluated_at == 0;
    place_group = group.rules;
  }
  RulePlace place = PlaceOf(*place_group);
  place.grace = first && at - started_at_ < kGraceMs + place.interval_ms;
  place.grace |= at - started_at_ < kGraceMs;
  EvaluationSources sources = options_.sources;
  sources.values = [&](const PanelQuery& query, Cancelled cancelled) -> Result<NodeValue> {
    auto silent = down.find(query.source->uid);
    if (silent != down.end()) return silent->second;
    Result<NodeValue> value = options_.sources.values(query, std::move(cancelled));
    if (!value.ok() && IsSourceDown(value.error())) {
      down.insert({query.source->uid, value.error()});
    }
    return value;
  };
  int64_t began = options_.clock->MonotonicNs();
  Evaluation evaluation = Evaluate(*rule, sources, {at, &firing, cancelled_});
  if (stopping_) return;
  if (metrics_) {
    metrics_->evaluations.Increment();
    if (evaluation.error) metrics_->failures.Increment();
  }
  if (rule->record) Record(*rule, evaluation, at);
  Effects effects;
  {
    MutexLock lock(mutex_);
    auto state = states_.find(uid);
    // Changed meanwhile: what was found is of another rule.
    if (state == states_.end()) return;
    const ManagedRule& now = state->second->rule();
    if (now.id != rule->id || now.version != rule->version) return;
    effects = state->second->Apply(evaluation, at, place);
    state->second->evaluation_seconds =
        static_cast<double>(options_.clock->MonotonicNs() - began) / 1e9;
  }
  if (!place.grace) WatchSources(*rule, evaluation, at, place.interval_ms, effects);
  std::string title = rule->title;
  std::vector<std::pair<std::string, Effects>> all;
  all.emplace_back(uid, std::move(effects));
  Publish(all);
  Tell(title, all[0].second);
}

void Evaluator::WatchSources(const ManagedRule& rule, const Evaluation& evaluation, TimeMs at,
                             int64_t interval_ms, Effects& effects) {
  std::string name = evaluation.datasource_uid;
  if (DataSourcePtr source = options_.sources.resolve(evaluation.datasource_uid)) {
    name = source->name;
  }
  MutexLock lock(mutex_);
  std::vector<alerting::Alert> alerts;
  if (evaluation.source_down && rule.error == ErrorPolicy::kError) {
    alerts =
        source_watch_.Failed({evaluation.datasource_uid, name, rule.title,
                              evaluation.error->message(), at, interval_ms, options_.external_url});
  }
  for (const std::string& uid : evaluation.sources_up) {
    for (alerting::Alert& alert : source_watch_.Answered(uid, at)) {
      alerts.push_back(std::move(alert));
    }
  }
  for (alerting::Alert& alert : alerts) effects.alerts.push_back(std::move(alert));
}

void Evaluator::Record(const ManagedRule& rule, const Evaluation& evaluation, TimeMs at) {
  if (evaluation.error || evaluation.no_data || !options_.appender) return;
  auto node = evaluation.nodes.find(rule.record->from);
  const auto* numbers = node == evaluation.nodes.end()
                            ? nullptr
                            : std::get_if<std::vector<Number>>(&node->second.data);
  if (numbers == nullptr) return;
  std::unique_ptr<storage::Appender> appender = options_.appender();
  if (appender == nullptr) return;
  for (const Number& number : *numbers) {
    if (!number.value) continue;
    model::LabelsBuilder labels(number.labels);
    for (const auto& [name, value] : rule.labels) labels.Set(name, value);
    labels.Set(model::kMetricName, rule.record->metric);
    Result<storage::SeriesRef> written = appender->Append(0, labels.Build(), at, *number.value);
    if (!written.ok()) {
      WF_LOG(kWarn, "a recorded sample was refused", {"rule", rule.title},
             {"error", written.error()});
    }
  }
  Result<void> committed = appender->Commit();
  if (!committed.ok()) {
    WF_LOG(kWarn, "recorded samples were not kept", {"rule", rule.title},
           {"error", committed.error()});
  }
}

RuleStatus Evaluator::StatusOf(const Group& group, const ManagedRule& rule) const {
  RuleStatus status;
  status.group = group.rules;
  status.rule = &rule;
  auto state = states_.find(rule.uid);
  if (state == states_.end()) return status;
  status.health = state->second->health;
  status.last_error = state->second->last_error;
  status.evaluated_at = state->second->evaluated_at;
  status.evaluation_seconds = state->second->evaluation_seconds;
  for (const auto& [key, instance] : state->second->instances()) {
    status.instances.push_back(instance);
  }
  return status;
}

std::vector<RuleStatus> Evaluator::Statuses() const {
  std::vector<RuleStatus> statuses;
  {
    MutexLock lock(mutex_);
    for (const auto& [key, group] : groups_) {
      for (const ManagedRule& rule : group->rules->rules) {
        statuses.push_back(StatusOf(*group, rule));
      }
    }
  }
  std::map<std::string, std::string> titles;
  for (RuleStatus& status : statuses) {
    auto [title, fresh] = titles.try_emplace(status.group->folder_uid);
    if (fresh) title->second = options_.folder_title(status.group->folder_uid);
    status.folder_title = title->second;
  }
  return statuses;
}

std::optional<RuleStatus> Evaluator::StatusOf(std::string_view uid) const {
  for (RuleStatus& status : Statuses()) {
    if (status.rule->uid == uid) return std::move(status);
  }
  return std::nullopt;
}

}  // namespace watchfire::grafana
