#include "grafana/managed/managed_alerting.h"

#include <algorithm>
#include <set>

#include "base/log.h"
#include "base/time_zone.h"
#include "grafana/managed/impl.h"
#include "model/duration.h"
#include "notify/notify.h"
#include "notify/parts/template_data.h"

namespace watchfire::grafana {
namespace {

// The Alertmanager that the internal one behaves as.
constexpr std::string_view kManagerVersion = "0.34.0";
constexpr int64_t kTestTimeoutMs = 15'000;

bool SameRoutes(std::vector<RuleRoute> a, std::vector<RuleRoute> b) {
  auto key = [](const RuleRoute& route) { return route.receiver + "\n" + route.Hash(); };
  auto tidy = [&key](std::vector<RuleRoute>& routes) {
    std::ranges::sort(routes, {}, key);
    routes.erase(std::unique(routes.begin(), routes.end()), routes.end());
  };
  tidy(a);
  tidy(b);
  return a == b;
}

void AddReceivers(const codec::Json& policy, std::set<std::string>& names) {
  const codec::Json* receiver = policy.Find("receiver");
  if (receiver != nullptr && receiver->AsString() != nullptr) names.insert(*receiver->AsString());
  const codec::Json* routes = policy.Find("routes");
  if (routes == nullptr || routes->AsArray() == nullptr) return;
  for (const codec::Json& child : *routes->AsArray()) AddReceivers(child, names);
}

}  // namespace

Result<std::unique_ptr<ManagedAlerting>> ManagedAlerting::Open(ManagedDependencies dependencies) {
  auto impl = std::make_unique<Impl>(std::move(dependencies));
  TRY(impl->Open());
  return std::unique_ptr<ManagedAlerting>(new ManagedAlerting(std::move(impl)));
}

ManagedAlerting::ManagedAlerting(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

ManagedAlerting::~ManagedAlerting() {
  Stop();
}

void ManagedAlerting::Start() {
  std::vector<std::string> files;
  {
    MutexLock lock(impl_->provision_mutex);
    files = impl_->provisioned_files;
  }
  Result<void> forgotten = impl_->contacts->ForgetUnseenPolicies(files);
  if (!forgotten.ok()) {
    WF_LOG(kWarn, "policies of files that are gone are kept", {"error", forgotten.error()});
  }
  for (const std::string& warning : impl_->Warnings()) {
    WF_LOG(kWarn, "managed alerting", {"warning", warning});
  }
  impl_->evaluator->Start();
}

void ManagedAlerting::Stop() {
  impl_->evaluator->Stop();
  if (alerting::Alertmanager* manager = impl_->Manager()) manager->Stop();
}

Result<void> ManagedAlerting::Provision(const codec::Json& document, const std::string& file) {
  return impl_->Provision(document, file);
}

// ---- Impl

Result<void> ManagedAlerting::Impl::Open() {
  rules = TRY(RuleStore::Open(deps.database, deps.clock));
  contacts = TRY(Contacts::Open(
      {deps.database, deps.settings, deps.files, [this] { return RoutesOf(*rules->groups()); }}));
  contacts->OnChange([this] { ApplyContacts(); });
  EvaluatorOptions options;
  options.rules = rules.get();
  options.clock = deps.clock;
  options.sources.resolve = [this](std::string_view uid) { return deps.sources->Resolve(uid); };
  options.sources.values = [this](const PanelQuery& query, Cancelled cancelled) {
    return deps.values ? deps.values(query) : deps.queries->Values(query, std::move(cancelled));
  };
  options.folder_title = [this](std::string_view uid) { return FolderTitle(uid); };
  options.send = [this](std::vector<alerting::Alert> alerts) { Send(std::move(alerts)); };
  options.annotate = deps.annotate;
  options.appender = deps.appender;
  options.ready = deps.ready;
  options.registry = deps.registry;
  options.external_url = deps.external_url;
  evaluator = std::make_unique<Evaluator>(std::move(options));
  TRY(evaluator->Restore());
  evaluator->Reload();
  if (NeedsManager()) TRY(EnsureManager());
  return {};
}

bool ManagedAlerting::Impl::NeedsManager() const {
  return !rules->groups()->empty() || !contacts->state()->IsInitial();
}

std::string ManagedAlerting::Impl::FolderTitle(std::string_view uid) const {
  if (uid.empty()) return "General";
  Result<Folder> folder = deps.dashboards->FindFolder(uid);
  return folder.ok() ? folder->title : std::string(uid);
}

int64_t ManagedAlerting::Impl::MinIntervalMs() const {
  return deps.settings->other.alerting_min_interval_ms;
}

// ---- rules

std::vector<RuleRoute> ManagedAlerting::Impl::RoutesOf(const RuleGroups& groups) const {
  std::vector<RuleRoute> routes;
  for (const auto& group : groups) {
    for (const ManagedRule& rule : group->rules) {
      if (rule.route) routes.push_back(*rule.route);
    }
  }
  return routes;
}

Result<void> ManagedAlerting::Impl::CheckGroups(const std::vector<RuleGroup>& groups) const {
  std::vector<RuleRoute> routes = RoutesOf(*rules->groups());
  bool routed = false;
  for (const RuleGroup& group : groups) {
    if (group.name.empty()) return Error::Invalid("a rule group needs a name");
    TRY(ValidateInterval(group.interval_ms, MinIntervalMs()));
    if (!group.folder_uid.empty()) {
      Result<Folder> folder = deps.dashboards->FindFolder(group.folder_uid);
      if (!folder.ok()) return Error::NotFound("folder \"{}\" not found", group.folder_uid);
    }
    for (const ManagedRule& rule : group.rules) {
      TRY(Validate(rule));
      if (!rule.route) continue;
      if (!contacts->state()->HasReceiver(rule.route->receiver)) {
        return Error::Invalid(
            "rule \"{}\": notification_settings: there is no contact point \"{}\"", rule.title,
            rule.route->receiver);
      }
      routed = true;
      routes.push_back(*rule.route);
    }
  }
  if (!routed) return {};
  Result<alerting::LoadedConfig> built = contacts->Build(&routes);
  if (!built.ok()) return built.error().With("notification_settings");
  return {};
}

void ManagedAlerting::Impl::RulesChanged(const std::vector<RuleRoute>& routes_before) {
  std::vector<RuleRoute> routes = RoutesOf(*rules->groups());
  if (!SameRoutes(routes, routes_before) || (Manager() == nullptr && NeedsManager())) {
    ApplyContacts();
  }
  evaluator->Reload();
}

Result<void> ManagedAlerting::Impl::PutGroups(std::vector<RuleGroup> groups,
                                              const RuleEditor& editor) {
  TRY(CheckGroups(groups));
  std::vector<RuleRoute> before = RoutesOf(*rules->groups());
  TRY(rules->PutGroups(std::move(groups), editor));
  RulesChanged(before);
  return {};
}

Result<ManagedRule> ManagedAlerting::Impl::PutRule(ManagedRule rule, const RuleEditor& editor) {
  RuleGroup group;
  group.folder_uid = rule.folder_uid;
  group.name = rule.group;
  group.rules = {rule};
  if (auto there = rules->FindGroup(rule.folder_uid, rule.group)) {
    group.interval_ms = there->interval_ms;
  }
  TRY(CheckGroups({group}));
  std::vector<RuleRoute> before = RoutesOf(*rules->groups());
  ManagedRule stored = TRY(rules->PutRule(std::move(rule), editor));
  RulesChanged(before);
  return stored;
}

Result<void> ManagedAlerting::Impl::DeleteRule(std::string_view uid, const RuleEditor& editor) {
  std::vector<RuleRoute> before = RoutesOf(*rules->groups());
  TRY(rules->DeleteRule(uid, editor));
  RulesChanged(before);
  return {};
}

Result<void> ManagedAlerting::Impl::DeleteGroup(std::string_view folder_uid, std::string_view name,
                                                const RuleEditor& editor) {
  std::vector<RuleRoute> before = RoutesOf(*rules->groups());
  TRY(rules->DeleteGroup(folder_uid, name, editor));
  RulesChanged(before);
  return {};
}

Evaluation ManagedAlerting::Impl::Preview(const ManagedRule& rule, TimeMs at) const {
  return Evaluate(rule, evaluator->sources(), {at, nullptr, nullptr});
}

// ---- where alerts go

alerting::Alertmanager* ManagedAlerting::Impl::Manager() const {
  MutexLock lock(manager_mutex);
  return manager.get();
}

Result<alerting::Alertmanager*> ManagedAlerting::Impl::EnsureManager() {
  MutexLock apply(apply_mutex);
  if (alerting::Alertmanager* there = Manager()) return there;
  alerting::AlertmanagerOptions options;
  options.storage_path = deps.storage_path;
  options.external_url = deps.external_url;
  options.version = kManagerVersion;
  options.clock = deps.clock;
  options.files = deps.files;
  options.registry = &manager_metrics;
  options.flush_log = deps.flush_log;
  options.managed = true;
  options.executor = deps.executor;
  options.own_threads = deps.own_threads;
  std::unique_ptr<alerting::Alertmanager> made =
      TRY(alerting::Alertmanager::Make(std::move(options)));
  alerting::LoadedConfig loaded = TRY(contacts->Build());
  TRY(made->Apply(loaded));
  MutexLock lock(manager_mutex);
  manager = std::move(made);
  return manager.get();
}

void ManagedAlerting::Impl::ApplyContacts() {
  alerting::Alertmanager* there = Manager();
  if (there == nullptr) {
    if (!NeedsManager()) return;
    Result<alerting::Alertmanager*> made = EnsureManager();
    if (!made.ok()) {
      WF_LOG(kError, "managed alerts cannot be sent", {"error", made.error()});
    }
    return;
  }
  MutexLock apply(apply_mutex);
  Result<alerting::LoadedConfig> loaded = contacts->Build();
  Result<void> applied = loaded.ok() ? there->Apply(*loaded) : Result<void>(loaded.error());
  if (applied.ok()) return;
  there->ReportFailedReload();
  WF_LOG(kError, "contact points and policies could not be applied", {"error", applied.error()});
}

void ManagedAlerting::Impl::Send(std::vector<alerting::Alert> alerts) {
  Result<alerting::Alertmanager*> to = EnsureManager();
  if (!to.ok()) {
    WF_LOG(kError, "managed alerts cannot be sent", {"error", to.error()});
    return;
  }
  (*to)->Put(std::move(alerts));
}

Result<alerting::Attempt> ManagedAlerting::Impl::TestPoint(
    const ContactPoint& point, const model::Labels& labels,
    const alerting::Annotations& annotations) const {
  std::string why = UndeliveredBecause(point, deps.settings);
  if (!why.empty()) return Error::Invalid("{}", why);
  ContactState state = *contacts->state();
  state.points = {point};
  state.policy_files.clear();
  state.policy = DefaultPolicy();
  state.policy.Set("receiver", codec::Json::OfString(point.name));
  alerting::LoadedConfig loaded = TRY(BuildConfig(state, {}, deps.settings, *deps.files));
  notify::Environment environment;
  environment.templates = std::make_shared<const templates::AlertTemplates>(
      TRY(templates::AlertTemplates::Load(loaded.template_texts)));
  environment.external_url = deps.external_url;
  environment.user_agent = fmt::format("Alertmanager/{}", kManagerVersion);
  environment.clock = deps.clock;
  environment.zones = SystemZones(deps.files);
  environment.files = deps.files;
  environment.managed = true;
  alerting::ReceiverNotifiers built = TRY(notify::Build(loaded.config->receivers[0], environment));
  TimeMs now = deps.clock->Now();
  alerting::Alert alert;
  model::LabelsBuilder all;
  all.Set("alertname", "TestAlert").Set("instance", "Grafana");
  for (const model::LabelView& label : labels) all.Set(label.name, label.value);
  alert.labels = all.Build();
  alert.annotations = annotations;
  if (annotations.empty()) alert.annotations = {{"summary", "Notification test"}};
  alert.annotations.emplace_back(notify::kValueStringAnnotation,
                                 "[ metric='foo' labels={instance=bar} value=10 ]");
  alert.annotations.emplace_back(notify::kValuesAnnotation, R"({"B":22,"C":1})");
  std::ranges::sort(alert.annotations);
  alert.starts_at = alerting::AlertTime::OfMs(now);
  alert.ends_at = alerting::AlertTime::OfMs(now + 3'600'000);
  alert.updated_at = alert.starts_at;
  alert.Seal();
  alerting::Notification notification;
  notification.receiver = point.name;
  notification.group_labels = alert.labels.Keep({"alertname"});
  notification.group_key = "test-" + point.uid + "-" + std::to_string(now);
  notification.alerts = {std::make_shared<const alerting::Alert>(std::move(alert))};
  notification.now = now;
  notification.reason = alerting::Reason::kTest;
  alerting::NotifyContext context;
  context.timeout_ms = kTestTimeoutMs;
  alerting::Attempt attempt;
  for (const auto& notifier : built.notifiers) {
    attempt = notifier->Notify(notification, context);
    if (!attempt.delivered) break;
  }
  return attempt;
}

std::vector<std::string> ManagedAlerting::Impl::Warnings() const {
  std::shared_ptr<const ContactState> state = contacts->state();
  std::vector<std::string> warnings;
  codec::Json policy = EffectivePolicy(*state, &warnings);
  if (!NeedsManager()) return warnings;
  std::set<std::string> used;
  AddReceivers(policy, used);
  for (const RuleRoute& route : RoutesOf(*rules->groups())) used.insert(route.receiver);
  for (const ContactPoint& point : state->points) {
    if (!used.contains(point.name)) continue;
    std::string why = UndeliveredBecause(point, deps.settings);
    if (!why.empty()) {
      warnings.push_back(fmt::format("contact point \"{}\": {}", point.name, why));
    }
  }
  return warnings;
}

}  // namespace watchfire::grafana
