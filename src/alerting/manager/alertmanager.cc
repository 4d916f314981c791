#include "alerting/manager/alertmanager.h"

#include <algorithm>
#include <set>

#include "alerting/manager/alertmanager_impl.h"
#include "base/log.h"
#include "base/time_zone.h"
#include "model/duration.h"
#include "template/library/alert_templates.h"

namespace watchfire::alerting {
namespace {

constexpr int64_t kAcknowledgementCheckMs = 10'000;
constexpr std::string_view kSilencesFile = "silences";
constexpr std::string_view kNflogFile = "nflog";

Silences::Options SilenceOptions(const AlertmanagerOptions& options) {
  Silences::Options out;
  out.retention_ms = options.retention_ms;
  out.max_silences = options.max_silences;
  out.max_silence_size_bytes = options.max_silence_size_bytes;
  out.log = options.log_silences;
  out.clock = options.clock;
  out.registry = options.registry;
  return out;
}

client::MetricPoint StatePoint(std::string_view state, size_t value) {
  client::MetricPoint point;
  point.labels = {{"state", std::string(state)}};
  point.value = static_cast<double>(value);
  return point;
}

std::set<std::string> ReceiversOf(const routing::RouteTree& tree) {
  std::set<std::string> names;
  for (const routing::RouteNode* node : tree.nodes()) names.insert(node->receiver);
  return names;
}

}  // namespace

ManagerMetrics::ManagerMetrics(client::Registry* registry)
    : own(registry == nullptr ? std::make_unique<client::Registry>() : nullptr) {
  client::Registry& to = registry == nullptr ? *own : *registry;
  config_hash = &to.AddGauge("alertmanager_config_hash",
                             "Hash of the currently loaded alertmanager configuration. Note that "
                             "this is not a cryptographically strong hash.");
  reload_ok = &to.AddGauge("alertmanager_config_last_reload_successful",
                           "Whether the last configuration reload attempt was successful.");
  reload_time = &to.AddGauge("alertmanager_config_last_reload_success_timestamp_seconds",
                             "Timestamp of the last successful configuration reload.");
  receivers = &to.AddGauge("alertmanager_receivers", "Number of configured receivers.");
  integrations = &to.AddGauge("alertmanager_integrations", "Number of configured integrations.");
  inhibition_rules =
      &to.AddGauge("alertmanager_inhibition_rules", "Number of configured inhibition rules.");
  cluster_enabled = &to.AddGauge("alertmanager_cluster_enabled",
                                 "Indicates whether the clustering is enabled or not.");
  client::Family<client::Counter>& writes = to.AddCounterFamily(
      "alertmanager_alerts_subscriber_channel_writes_total",
      "Number of times alerts were written to subscriber channels", {"subscriber"});
  written_to_inhibitor = &writes.With({"inhibitor"});
  written_to_dispatcher = &writes.With({"dispatcher"});
}

Alertmanager::Impl::Impl(AlertmanagerOptions options_in)
    : options(std::move(options_in)),
      metrics(options.registry),
      store({.per_alertname_limit = options.per_alertname_limit,
             .clock = options.clock,
             .registry = options.registry}),
      silences(SilenceOptions(options)),
      nflog({.retention_ms = options.retention_ms,
             .clock = options.clock,
             .registry = options.registry}),
      acknowledgements(&silences, &store, options.clock),
      upkeep(options.clock) {}

Result<void> Alertmanager::Impl::Open() {
  if (!options.storage_path.empty()) {
    TRY(options.files->CreateDirectories(options.storage_path));
    TRY(silences.Load(JoinPath(options.storage_path, kSilencesFile), *options.files));
    TRY(nflog.Load(JoinPath(options.storage_path, kNflogFile), *options.files));
    OpenJournals();
  }
  PassOnChanges();
  if (options.cluster) TRY(JoinCluster());
  metrics.cluster_enabled->Set(options.cluster ? 1 : 0);
  Dispatcher::Options dispatch;
  dispatch.clock = options.clock;
  dispatch.silences = &silences;
  dispatch.nflog = &nflog;
  dispatch.flush_log = options.flush_log;
  dispatch.registry = options.registry;
  dispatch.peer_timeout_ms = options.peer_timeout_ms;
  dispatch.start_delay_ms = options.dispatch_start_delay_ms;
  dispatch.executor = options.executor;
  dispatch.own_thread = options.own_threads;
  if (cluster) {
    dispatch.ready = [this] { return cluster->ready(); };
    dispatch.position = [this] { return cluster->Position(); };
  }
  dispatcher = std::make_unique<Dispatcher>(std::move(dispatch));
  store.Subscribe([this](const std::vector<AlertPtr>& alerts) { Hear(alerts); });
  RegisterMarks();
  AddUpkeep();
  return {};
}

void Alertmanager::Impl::OpenJournals() {
  auto open = [this](auto& state, std::string_view file) {
    auto journal = std::make_unique<Journal>(JoinPath(options.storage_path, file), options.files);
    journal->Replay([&state](std::string_view records) { return state.Merge(records); });
    return journal;
  };
  silences_journal = open(silences, kSilencesFile);
  nflog_journal = open(nflog, kNflogFile);
}

void Alertmanager::Impl::PassOnChanges() {
  auto pass_on = [this](Journal* journal, std::string_view channel) {
    return [this, journal, channel](std::string records) {
      if (journal != nullptr) journal->Append(records);
      if (Cluster* to = broadcast_to.load()) to->Broadcast(channel, std::move(records));
    };
  };
  silences.SetBroadcast(pass_on(silences_journal.get(), "sil"));
  nflog.SetBroadcast(pass_on(nflog_journal.get(), "nfl"));
}

Result<void> Alertmanager::Impl::JoinCluster() {
  ClusterChannel of_silences{[this] { return silences.Marshal(); },
                             [this](std::string_view bytes) { return silences.Merge(bytes); }};
  ClusterChannel of_nflog{[this] { return nflog.Marshal(); },
                          [this](std::string_view bytes) { return nflog.Merge(bytes); }};
  cluster = TRY(Cluster::Start(*options.cluster,
                               {{"sil", std::move(of_silences)}, {"nfl", std::move(of_nflog)}}));
  broadcast_to = cluster.get();
  return {};
}

void Alertmanager::Impl::RegisterMarks() {
  {
    MutexLock lock(marks->mutex);
    marks->dispatcher = dispatcher.get();
  }
  if (options.registry == nullptr) return;
  options.registry->AddCollector([source = marks] {
    MarkCounts counts;
    {
      MutexLock lock(source->mutex);
      if (source->dispatcher != nullptr) counts = source->dispatcher->CountMarks();
    }
    client::MetricFamily family;
    family.name = "alertmanager_alerts";
    family.help = "How many alerts by state.";
    family.kind = client::MetricKind::kGauge;
    family.points = {StatePoint("active", counts.active),
                     StatePoint("suppressed", counts.suppressed),
                     StatePoint("unprocessed", counts.unprocessed)};
    return std::vector<client::MetricFamily>{std::move(family)};
  });
}

void Alertmanager::Impl::Hear(const std::vector<AlertPtr>& alerts) {
  MutexLock feed(feed_mutex);
  std::shared_ptr<Inhibitor> current;
  {
    MutexLock lock(mutex);
    current = inhibitor;
  }
  // First, so that a source mutes what comes with it.
  if (current != nullptr) current->Update(alerts);
  acknowledgements.Heard(alerts);
  dispatcher->Insert(alerts);
  metrics.written_to_inhibitor->Increment(static_cast<double>(alerts.size()));
  metrics.written_to_dispatcher->Increment(static_cast<double>(alerts.size()));
}

void Alertmanager::Impl::AddUpkeep() {
  upkeep.Add(options.maintenance_interval_ms, [this] { SaveSnapshots(); });
  upkeep.Add(options.gc_interval_ms, [this] { CollectGarbage(); });
  upkeep.Add(kAcknowledgementCheckMs, [this] { acknowledgements.Check(); });
  if (options.own_threads) upkeep.Start("alert-upkeep");
}

void Alertmanager::Impl::CollectGarbage() {
  TimeMs now = options.clock->Now();
  std::vector<AlertPtr> gone = store.Gc(now);
  for (const AlertPtr& alert : gone) silences.Forget(alert->fingerprint);
  // Who is forgotten cannot be seen to be over later.
  acknowledgements.Heard(gone);
  std::shared_ptr<Inhibitor> current;
  {
    MutexLock lock(mutex);
    current = inhibitor;
  }
  if (current != nullptr) current->Gc(now);
}

void Alertmanager::Impl::SaveSnapshots() {
  TimeMs now = options.clock->Now();
  silences.Gc(now);
  nflog.Gc(now);
  if (options.storage_path.empty()) return;
  auto save = [this](auto& state, Journal& journal, std::string_view file) {
    journal.BeginSnapshot();
    Result<void> saved = state.Save(JoinPath(options.storage_path, file), *options.files);
    if (saved.ok()) {
      journal.EndSnapshot();
    } else {
      WF_LOG(kError, "Creating snapshot failed", {"component", file}, {"err", saved.error()});
    }
  };
  save(silences, *silences_journal, kSilencesFile);
  save(nflog, *nflog_journal, kNflogFile);
}

void Alertmanager::Impl::Stop() {
  if (stopped) return;
  stopped = true;
  {
    MutexLock lock(marks->mutex);
    marks->dispatcher = nullptr;
  }
  upkeep.Stop();
  dispatcher->Stop();
  // Peers need not wait for one that says nothing any more.
  broadcast_to = nullptr;
  cluster.reset();
  SaveSnapshots();
}

Result<notify::Environment> Alertmanager::Impl::EnvironmentOf(const LoadedConfig& loaded) const {
  notify::Environment environment;
  environment.templates = std::make_shared<const templates::AlertTemplates>(
      TRY(templates::AlertTemplates::Load(loaded.template_texts)));
  environment.external_url = options.external_url;
  environment.user_agent = "Alertmanager/" + options.version;
  environment.clock = options.clock;
  environment.zones = SystemZones(options.files);
  environment.files = options.files;
  environment.managed = options.managed;
  return environment;
}

Result<ReceiverNotifiers> Alertmanager::Impl::BuildReceiver(const amconfig::Receiver& receiver,
                                                            const LoadedConfig& loaded) const {
  if (options.build_receiver != nullptr) return options.build_receiver(receiver);
  return notify::Build(receiver, TRY(EnvironmentOf(loaded)));
}

Result<std::shared_ptr<Routing>> Alertmanager::Impl::BuildRouting(
    const LoadedConfig& loaded) const {
  const amconfig::Config& parsed = *loaded.config;
  auto routing = std::make_shared<Routing>();
  routing->tree = std::make_shared<const routing::RouteTree>(*parsed.route);
  routing->intervals = routing::TimeIntervals(parsed);
  std::set<std::string> named = ReceiversOf(*routing->tree);
  notify::Environment environment;
  if (options.build_receiver == nullptr) environment = TRY(EnvironmentOf(loaded));
  for (const amconfig::Receiver& receiver : parsed.receivers) {
    if (named.count(receiver.name) == 0) continue;
    Result<ReceiverNotifiers> built = options.build_receiver != nullptr
                                          ? options.build_receiver(receiver)
                                          : notify::Build(receiver, environment);
    if (!built.ok()) return built.error().With("receiver {}", receiver.name);
    routing->receivers[receiver.name] = *std::move(built);
  }
  return routing;
}

Result<void> Alertmanager::Impl::Apply(const LoadedConfig& loaded) {
  std::shared_ptr<Routing> built = TRY(BuildRouting(loaded));
  auto next = std::make_shared<Inhibitor>(loaded.config->inhibit_rules);
  built->inhibitor = next;
  auto copy = std::make_shared<LoadedConfig>(loaded);
  for (const routing::RouteNode* node : built->tree->nodes()) {
    if (node->repeat_interval_ms <= options.retention_ms) continue;
    copy->warnings.push_back(
        fmt::format("route {}: repeat_interval {} is longer than the retention {}: it repeats "
                    "after the retention",
                    node->key, model::FormatDuration(node->repeat_interval_ms),
                    model::FormatDuration(options.retention_ms)));
    WF_LOG(kWarn,
           "repeat_interval is greater than the data retention period. It can lead to "
           "notifications being repeated more often than expected.",
           {"component", "dispatcher"}, {"repeat_interval", node->repeat_interval_ms / 1000},
           {"retention", options.retention_ms / 1000}, {"route", node->key});
  }
  for (const amconfig::Receiver& receiver : loaded.config->receivers) {
    if (built->receivers.count(receiver.name) > 0) continue;
    WF_LOG(kInfo, "Skipping creation of receiver not referenced by any route",
           {"component", "configuration"}, {"receiver", receiver.name});
  }
  size_t integrations = 0;
  for (const auto& [name, receiver] : built->receivers) integrations += receiver.notifiers.size();

  dispatcher->Clear();
  {
    MutexLock feed(feed_mutex);
    std::vector<AlertPtr> alerts = store.All();
    next->Update(alerts);
    {
      MutexLock lock(mutex);
      inhibitor = next;
      config = copy;
      active_routing = built;
    }
    dispatcher->Apply(built, alerts);
  }
  metrics.receivers->Set(static_cast<double>(built->receivers.size()));
  metrics.integrations->Set(static_cast<double>(integrations));
  metrics.inhibition_rules->Set(static_cast<double>(loaded.config->inhibit_rules.size()));
  metrics.config_hash->Set(loaded.hash);
  metrics.reload_ok->Set(1);
  metrics.reload_time->Set(ToSeconds(options.clock->Now()));
  return {};
}

Alertmanager::Alertmanager(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Alertmanager::~Alertmanager() {
  Stop();
}

Result<std::unique_ptr<Alertmanager>> Alertmanager::Make(AlertmanagerOptions options) {
  WF_CHECK(options.clock != nullptr && options.files != nullptr);
  auto impl = std::make_unique<Impl>(std::move(options));
  TRY(impl->Open());
  return std::unique_ptr<Alertmanager>(new Alertmanager(std::move(impl)));
}

Result<void> Alertmanager::Check(const LoadedConfig& loaded) const {
  TRY(impl_->BuildRouting(loaded));
  return {};
}

Result<void> Alertmanager::Apply(const LoadedConfig& loaded) {
  if (impl_->stopped) return Error::Unavailable("shutting down");
  Result<void> applied = impl_->Apply(loaded);
  if (!applied.ok()) ReportFailedReload();
  return applied;
}

void Alertmanager::ReportFailedReload() {
  impl_->metrics.reload_ok->Set(0);
}

void Alertmanager::Stop() {
  impl_->Stop();
}

void Alertmanager::Put(std::vector<Alert> alerts) {
  impl_->store.Put(std::move(alerts));
}

std::shared_ptr<const LoadedConfig> Alertmanager::config() const {
  MutexLock lock(impl_->mutex);
  return impl_->config;
}

std::shared_ptr<const routing::RouteTree> Alertmanager::routes() const {
  std::shared_ptr<const Routing> routing = impl_->CurrentRouting();
  return routing == nullptr ? nullptr : routing->tree;
}

Silences& Alertmanager::silences() {
  return impl_->silences;
}

const Cluster* Alertmanager::cluster() const {
  return impl_->cluster.get();
}

AlertPtr Alertmanager::Find(uint64_t fingerprint) const {
  return impl_->store.Get(fingerprint);
}

Result<std::string> Alertmanager::Acknowledge(uint64_t fingerprint, const std::string& by,
                                              const std::string& comment) {
  return impl_->acknowledgements.Acknowledge(fingerprint, by, comment);
}

void Alertmanager::RunDue() {
  impl_->dispatcher->RunDue();
  impl_->upkeep.RunDue();
}

std::optional<int64_t> Alertmanager::NextDueNs() const {
  std::optional<int64_t> next = impl_->dispatcher->NextDueNs();
  std::optional<int64_t> upkeep = impl_->upkeep.NextDueNs();
  if (!next || (upkeep && *upkeep < *next)) next = upkeep;
  return next;
}

}  // namespace watchfire::alerting
