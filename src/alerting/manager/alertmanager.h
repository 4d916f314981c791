#pragma once
// Alertmanager: the whole way from an alert to its receivers, as one part that `app` constructs and
// the API asks: alerts, routes, groups, silences, inhibition, what was notified, and why.
//
//   LoadedConfig loaded = TRY(LoadConfigFile(path, options, files));   // checks, changes nothing
//   auto manager = TRY(Alertmanager::Make(options));                   // snapshots read
//   TRY(manager->Apply(loaded));                                      // routes and groups
//   (re)built manager->Put(alerts);
//
// Thread-safe but for Apply and Stop, which the main thread calls. Put never waits for a receiver.
// Reading takes snapshots: an answer is of one moment for each alert, not over all of them.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "alerting/alerts/alert_sink.h"
#include "alerting/alerts/flush_record.h"
#include "alerting/amconfig/config.h"
#include "alerting/cluster/cluster.h"
#include "alerting/routing/route_tree.h"
#include "alerting/silences/silences.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/result.h"
#include "client/registry.h"

namespace watchfire::alerting {

class Executor;

// A configuration with its template files, read and checked.
struct LoadedConfig {
  std::shared_ptr<const amconfig::Config> config;
  std::vector<std::string> template_texts;  // in order of the globs, files of a glob sorted
  double hash = 0;                          // alertmanager_config_hash
  // What loads but will fail or surprise: templates of receivers that do not parse or fail on an
  // example, a repeat interval beyond the retention. `receiver "x": slack_configs[0].title: …`.
  std::vector<std::string> warnings;
};
Result<LoadedConfig> LoadConfigFile(const std::string& path, amconfig::MatcherSyntax syntax,
                                    FileSystem& files);
// The same of a text; paths are relative to those of `filename`. `running`: the text comes from
// somebody who may not read files, so of its templates only those are read that the running
// configuration has too; a warning tells which are not.
Result<LoadedConfig> LoadConfigText(std::string_view text, const std::string& filename,
                                    amconfig::MatcherSyntax syntax, FileSystem& files,
                                    const amconfig::Config* running = nullptr);
// Of a server without a file: one route, one receiver "default" that tells nobody.
LoadedConfig BuiltInConfig();

// What mutes an alert, at the moment of asking.
struct Mutes {
  std::vector<std::string> silenced_by;   // ids
  std::vector<std::string> inhibited_by;  // fingerprints as text
  std::vector<std::string> muted_by;      // names of intervals; of groups only
  bool any() const { return !silenced_by.empty() || !inhibited_by.empty() || !muted_by.empty(); }
};

struct AlertView {
  AlertPtr alert;
  std::vector<std::string> receivers;  // in order of routes, repeats possible
  Mutes mutes;
};

struct GroupView {
  model::Labels labels;
  std::string receiver;
  std::string route_id;
  std::string group_key;
  std::map<std::string, std::string> route_labels;
  std::vector<AlertView> alerts;      // in the order of BeforeInGroup
  std::vector<std::string> muted_by;  // at the last flush
  TimeMs created = 0;
  TimeMs last_flush = 0;  // 0: never
  TimeMs next_flush = 0;
  bool flushing = false;  // now
  int64_t group_wait_ms = 0;
  int64_t group_interval_ms = 0;
  int64_t repeat_interval_ms = 0;
};

// Where an alert goes and what becomes of it there: one entry for each route it ends in.
struct RouteExplanation {
  std::string route_id;
  std::string receiver;
  // From the root to the route: every node with its matchers, as text.
  std::vector<std::string> path;
  model::Labels group_labels;
  std::string group_key;
  bool group_exists = false;
  GroupView group;                              // if it exists: without its alerts
  std::vector<std::string> muted_by_intervals;  // on now
  struct Integration {
    std::string integration;
    size_t index = 0;
    bool send_resolved = true;
    TimeMs last_sent = 0;  // 0: never
    std::string last_error;
    TimeMs last_error_at = 0;
    // What the next tick would do if nothing changed, and why, in a sentence.
    Reason next_reason = Reason::kNone;
    TimeMs next_send = 0;  // the earliest tick at which something will be sent; 0: none in sight
    std::string verdict;
  };
  std::vector<Integration> integrations;
};

struct Explanation {
  AlertPtr alert;  // null: no such alert is known; labels are looked at alone
  model::Labels labels;
  bool resolved = false;
  Mutes mutes;
  std::vector<RouteExplanation> routes;
  // The answer in a sentence: "Not sent: silenced by … until …".
  std::string verdict;
};

// What a changed configuration would do to the alerts of now.
struct DryRunChange {
  AlertPtr alert;
  std::vector<std::string> before;  // receivers
  std::vector<std::string> after;
};
struct DryRun {
  std::vector<std::string> warnings;
  size_t alerts = 0;
  std::vector<DryRunChange> changes;  // alerts whose receivers, grouping or mutes differ
  struct GroupChange {
    std::string receiver;
    std::string group_key;
    size_t alerts_before = 0;
    size_t alerts_after = 0;
    bool notifies = false;  // the first tick under the new configuration would send
  };
  std::vector<GroupChange> groups;
};

struct AlertmanagerOptions {
  std::string storage_path;  // directory of the snapshots; "": nothing is kept
  int64_t retention_ms = 120LL * 3'600'000;
  int64_t maintenance_interval_ms = 15 * 60'000;
  int64_t gc_interval_ms = 30 * 60'000;
  int64_t dispatch_start_delay_ms = 0;
  size_t per_alertname_limit = 0;
  size_t max_silences = 0;
  size_t max_silence_size_bytes = 0;
  bool log_silences = false;
  amconfig::MatcherSyntax syntax = amconfig::MatcherSyntax::kFallback;
  std::string external_url;               // without a trailing slash
  std::string version;                    // of the Alertmanager whose behaviour is kept
  std::optional<ClusterOptions> cluster;  // unset: alone
  int64_t peer_timeout_ms = 15'000;
  const Clock* clock = nullptr;
  FileSystem* files = nullptr;
  client::Registry* registry = nullptr;
  FlushLog* flush_log = nullptr;  // may be null; outlives the manager
  // Its alerts come from managed rules (notify/parts/environment.h).
  bool managed = false;

  // For tests: who makes notifiers (unset: notify::Build), who runs them, and no threads of its
  // own, so that RunDue does the work.
  std::function<Result<ReceiverNotifiers>(const amconfig::Receiver&)> build_receiver = nullptr;
  Executor* executor = nullptr;
  bool own_threads = true;
};

class Alertmanager : public AlertSink {
 public:
  // Reads the snapshots; a corrupt one is an error that names it.
  static Result<std::unique_ptr<Alertmanager>> Make(AlertmanagerOptions options);
  // Ends running notifications, saves the snapshots.
  ~Alertmanager() override;

  // What Apply would refuse; changes nothing.
  Result<void> Check(const LoadedConfig& loaded) const;
  // Routes, receivers and inhibition of a checked configuration; groups are built anew from the
  // alerts that are known. An error leaves everything as it was.
  Result<void> Apply(const LoadedConfig& loaded);
  // A configuration could not be loaded or applied; for the metric that dashboards watch.
  void ReportFailedReload();
  void Stop();

  void Put(std::vector<Alert> alerts) override;

  std::shared_ptr<const LoadedConfig> config() const;
  std::shared_ptr<const routing::RouteTree> routes() const;
  Silences& silences();
  const Cluster* cluster() const;  // null: alone

  // Not resolved ones only, by fingerprint.
  std::vector<AlertView> Alerts() const;
  AlertPtr Find(uint64_t fingerprint) const;
  Mutes MutesOf(uint64_t fingerprint, const model::Labels& labels) const;
  std::vector<GroupView> Groups() const;

  Explanation Explain(const model::Labels& labels) const;
  DryRun Try(const LoadedConfig& candidate) const;
  // Says one made-up alert (or `alert`) to one integration or, without a name, to all of a
  // receiver. kNotFound: there is no such receiver or integration.
  Result<std::vector<IntegrationRecord>> SendTest(const std::string& receiver,
                                                  const std::string& integration, size_t index,
                                                  std::optional<Alert> alert);
  // A silence of exactly this alert that ends when it is resolved; returns its id.
  Result<std::string> Acknowledge(uint64_t fingerprint, const std::string& by,
                                  const std::string& comment);

  // Without threads of its own: does what is due, and when the next is.
  void RunDue();
  std::optional<int64_t> NextDueNs() const;

 private:
  struct Impl;
  explicit Alertmanager(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace watchfire::alerting
