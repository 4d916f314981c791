#pragma once
// ManagedAlerting: rules that people make in pages or provision for Grafana, evaluated here, with
// an Alertmanager of their own (contact points, policies, mute timings, templates, silences) beside
// that of alertmanager.yml, so that neither sees the other's.
//
// Rules, contact points, policies, timings and templates lie in the server's database; what is
// firing is restored at the start. Threads: one that knows which group is due, and a small pool for
// evaluations where there are several groups; none of both, and no Alertmanager, while there is
// neither a rule nor a contact point.
// Thread-safe.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "alerting/manager/alertmanager.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/result.h"
#include "base/thread.h"
#include "client/registry.h"
#include "codec/json.h"
#include "grafana/dashboards/dashboards.h"
#include "grafana/datasources/datasources.h"
#include "grafana/queries/queries.h"
#include "grafana/settings/settings.h"
#include "storage/appender.h"
#include "store/database.h"

namespace watchfire::grafana {

struct ManagedDependencies {
  store::Database* database = nullptr;
  Dashboards* dashboards = nullptr;  // folders, and annotations go through `annotate`
  DataSources* sources = nullptr;
  Queries* queries = nullptr;
  const Settings* settings = nullptr;
  const Clock* clock = nullptr;
  FileSystem* files = nullptr;
  client::Registry* registry = nullptr;
  alerting::FlushLog* flush_log = nullptr;  // the delivery log; may be null
  std::string storage_path;                 // directory of the Alertmanager's snapshots
  std::string external_url;                 // of the Grafana face, without a trailing slash
  // A state change, for the linked panel: dashboard uid, panel id, old and new state, text.
  std::function<void(const std::string&, int64_t, const std::string&, const std::string&,
                     const std::string&)>
      annotate;
  // For recording rules; empty: nothing is recorded. May give null while it is not ready.
  std::function<std::unique_ptr<storage::Appender>()> appender;
  // Whether data can be asked for; empty: it can. Nothing is evaluated before.
  std::function<bool()> ready;

  // For tests: answers in place of `queries`; who sends, and no threads of the Alertmanager.
  std::function<Result<NodeValue>(const PanelQuery&)> values = nullptr;
  alerting::Executor* executor = nullptr;
  bool own_threads = true;
};

class ManagedAlerting {
 public:
  static Result<std::unique_ptr<ManagedAlerting>> Open(ManagedDependencies dependencies);
  ~ManagedAlerting();
  // After provisioning was applied and the storage is ready.
  void Start();
  void Stop();

  // A file of provisioning/alerting as one document (YAML made JSON), all of it or nothing.
  // kInvalid names the item. Policies of several files are merged (contacts/contact_state.h);
  // `editable: true` in the document leaves what it gives open to changes in pages.
  Result<void> Provision(const codec::Json& document, const std::string& file);

  // What the API needs: grafana/managed/impl.h.
  struct Impl;
  Impl& impl() { return *impl_; }

 private:
  explicit ManagedAlerting(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace watchfire::grafana
