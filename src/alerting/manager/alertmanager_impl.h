#pragma once
// The inside of Alertmanager, shared by the sources that answer its questions. Members stand in the
// order in which they need each other. Internal to the room.

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "alerting/alerts/alert_store.h"
#include "alerting/dispatch/dispatcher.h"
#include "alerting/inhibit/inhibitor.h"
#include "alerting/manager/acknowledgements.h"
#include "alerting/manager/alertmanager.h"
#include "alerting/manager/journal.h"
#include "alerting/manager/upkeep.h"
#include "alerting/nflog/notification_log.h"
#include "base/mutex.h"
#include "notify/notify.h"

namespace watchfire::alerting {

struct ManagerMetrics {
  explicit ManagerMetrics(client::Registry* registry);

  std::unique_ptr<client::Registry> own;  // if nobody wants them
  client::Gauge* config_hash;
  client::Gauge* reload_ok;
  client::Gauge* reload_time;
  client::Gauge* receivers;
  client::Gauge* integrations;
  client::Gauge* inhibition_rules;
  client::Gauge* cluster_enabled;
  client::Counter* written_to_inhibitor;
  client::Counter* written_to_dispatcher;
};

// What the metric of alerts counts, for as long as there is something to count: the registry may
// outlive the manager.
struct MarkSource {
  Mutex mutex;
  const Dispatcher* dispatcher GUARDED_BY(mutex) = nullptr;
};

struct Alertmanager::Impl {
  explicit Impl(AlertmanagerOptions options_in);

  Result<void> Open();
  // What came after the snapshots.
  void OpenJournals();
  // Changes of silences and of what was told go to the journals and to peers.
  void PassOnChanges();
  Result<void> JoinCluster();
  void RegisterMarks();
  // Of every put.
  void Hear(const std::vector<AlertPtr>& alerts);
  void Stop();

  // ---- configuration
  Result<void> Apply(const LoadedConfig& loaded);
  // Notifiers of every receiver that a route names.
  Result<std::shared_ptr<Routing>> BuildRouting(const LoadedConfig& loaded) const;
  Result<ReceiverNotifiers> BuildReceiver(const amconfig::Receiver& receiver,
                                          const LoadedConfig& loaded) const;
  Result<notify::Environment> EnvironmentOf(const LoadedConfig& loaded) const;

  // ---- upkeep
  void AddUpkeep();
  void CollectGarbage();
  void SaveSnapshots();

  // ---- questions
  struct Place {
    const routing::RouteNode* route = nullptr;
    model::Labels group_labels;
  };
  std::shared_ptr<const Inhibitor> CurrentInhibitor() const;
  std::shared_ptr<const Routing> CurrentRouting() const;
  Mutes MutesOf(uint64_t fingerprint, const model::Labels& labels) const;
  AlertView ViewOf(const AlertPtr& alert) const;
  GroupView ViewOf(const GroupState& state) const;
  std::vector<RouteExplanation> ExplainRoutes(const Explanation& about) const;
  std::string Verdict(const Explanation& about) const;
  std::string MutedVerdict(const Explanation& about) const;
  DryRun Try(const LoadedConfig& candidate) const;
  Result<std::vector<IntegrationRecord>> SendTest(const std::string& receiver,
                                                  const std::string& integration, size_t index,
                                                  std::optional<Alert> alert);

  const AlertmanagerOptions options;
  ManagerMetrics metrics;
  AlertStore store;
  Silences silences;
  NotificationLog nflog;
  std::unique_ptr<Journal> silences_journal;  // null: nothing is kept
  std::unique_ptr<Journal> nflog_journal;
  Acknowledgements acknowledgements;
  std::shared_ptr<MarkSource> marks = std::make_shared<MarkSource>();
  bool stopped = false;

  mutable Mutex mutex;
  std::shared_ptr<const LoadedConfig> config GUARDED_BY(mutex);
  std::shared_ptr<Inhibitor> inhibitor GUARDED_BY(mutex);
  // The dispatcher's, but never away: during a reload, the old one.
  std::shared_ptr<const Routing> active_routing GUARDED_BY(mutex);
  // Held while alerts are handed to the inhibitor and the dispatcher, and while both are built anew
  // from the store, so that neither misses one. Taken before `mutex`.
  Mutex feed_mutex;

  // Set once the cluster is there: it merges records, which may be passed on, from its first
  // moment.
  std::atomic<Cluster*> broadcast_to = nullptr;
  std::unique_ptr<Cluster> cluster;
  std::unique_ptr<Dispatcher> dispatcher;
  Upkeep upkeep;
};

}  // namespace watchfire::alerting
