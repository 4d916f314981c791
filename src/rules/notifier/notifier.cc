#include "rules/notifier/notifier.h"

#include <algorithm>

#include "base/log.h"
#include "base/mutex.h"
#include "discovery/convert.h"
#include "model/relabel.h"
#include "rules/notifier/send_queue.h"

namespace watchfire::rules {
namespace {

using Queues = std::vector<std::shared_ptr<SendQueue>>;

// One section of `alertmanagers`, with what discovery found for it.
struct Section {
  std::shared_ptr<const config::AlertmanagerConfig> config;
  std::shared_ptr<net::HttpClient> client;
  discovery::TargetGroups groups;
  Queues queues;
  std::vector<std::string> dropped;
};

// Swapped whole, so that Put waits for no change.
struct Plan {
  model::Labels external_labels;
  model::RelabelConfigs relabel_configs;
  std::vector<Section> sections;  // section N is job config-N
};

std::string JobName(size_t index) {
  return fmt::format("config-{}", index);
}

Result<Section> MakeSection(const config::AlertmanagerConfig& config,
                            const std::string& user_agent) {
  if (config.sigv4) return Error::Unavailable("sigv4 is not supported yet");
  config::AlertmanagerConfig prepared = config;
  for (model::RelabelConfig& c : prepared.relabel_configs) TRY(c.Prepare());
  for (model::RelabelConfig& c : prepared.alert_relabel_configs) TRY(c.Prepare());
  Section section;
  net::HttpClientOptions options = TRY(discovery::ToHttpOptions(config.http_client, user_agent));
  section.client = TRY(net::HttpClient::Make(std::move(options)));
  section.config = std::make_shared<const config::AlertmanagerConfig>(std::move(prepared));
  return section;
}

Result<std::shared_ptr<Plan>> MakePlan(const config::Config& config,
                                       const std::string& user_agent) {
  auto plan = std::make_shared<Plan>();
  plan->external_labels = config.global.external_labels;
  plan->relabel_configs = config.alerting.alert_relabel_configs;
  for (model::RelabelConfig& c : plan->relabel_configs) TRY(c.Prepare());
  for (size_t i = 0; i < config.alerting.alertmanagers.size(); ++i) {
    Result<Section> section = MakeSection(config.alerting.alertmanagers[i], user_agent);
    if (!section.ok()) return section.error().With("alertmanagers, {}", JobName(i));
    plan->sections.push_back(*std::move(section));
  }
  return plan;
}

// Null: dropped.
alerting::AlertPtr Relabelled(const alerting::AlertPtr& alert,
                              const model::RelabelConfigs& configs) {
  if (configs.empty()) return alert;
  model::LabelsBuilder labels(alert->labels);
  if (!model::Relabel(configs, labels)) return nullptr;
  auto changed = std::make_shared<alerting::Alert>(*alert);
  changed->labels = labels.Build();
  return changed;
}

std::vector<alerting::AlertPtr> RelabelAll(const std::vector<alerting::AlertPtr>& alerts,
                                           const model::RelabelConfigs& configs) {
  std::vector<alerting::AlertPtr> out;
  out.reserve(alerts.size());
  for (const alerting::AlertPtr& alert : alerts) {
    alerting::AlertPtr changed = Relabelled(alert, configs);
    if (changed != nullptr) out.push_back(std::move(changed));
  }
  return out;
}

model::Labels WithExternal(const model::Labels& own, const model::Labels& external) {
  if (external.empty()) return own;
  model::LabelsBuilder labels(own);
  for (const model::LabelView& label : external) {
    if (!own.Has(label.name)) labels.Set(label.name, label.value);
  }
  return labels.Build();
}

alerting::AlertPtr WithExternalLabels(alerting::Alert alert, const model::Labels& external) {
  if (!external.empty()) alert.labels = WithExternal(alert.labels, external);
  return std::make_shared<const alerting::Alert>(std::move(alert));
}

}  // namespace

struct Notifier::Impl {
  explicit Impl(NotifierOptions options_in)
      : options(std::move(options_in)),
        metrics(std::make_shared<NotifierMetrics>(
            options.registry != nullptr ? *options.registry : own_registry,
            options.queue_capacity)) {}

  std::shared_ptr<const Plan> CurrentPlan() const {
    MutexLock lock(mutex);
    return plan;
  }
  // Why targets were left out.
  using Errors = std::vector<std::string>;
  Errors Sync(Section& section);
  void Install(std::shared_ptr<const Plan> next);

  const NotifierOptions options;
  client::Registry own_registry;
  const std::shared_ptr<NotifierMetrics> metrics;
  Senders senders;
  alerting::AlertSink* local = nullptr;

  Mutex changing;  // one change at a time
  bool stopped GUARDED_BY(changing) = false;
  mutable Mutex mutex;
  std::shared_ptr<const Plan> plan GUARDED_BY(mutex) = std::make_shared<Plan>();
};

Notifier::Notifier(NotifierOptions options) {
  if (options.clock == nullptr) options.clock = Clock::System();
  impl_ = std::make_unique<Impl>(std::move(options));
}

Notifier::~Notifier() {
  Stop();
}

discovery::Manager::Jobs Notifier::JobsOf(const config::Config& config) {
  discovery::Manager::Jobs jobs;
  for (size_t i = 0; i < config.alerting.alertmanagers.size(); ++i) {
    jobs[JobName(i)] = config.alerting.alertmanagers[i].discovery;
  }
  return jobs;
}

// Makes the section's queues those of its targets; known addresses keep theirs.
Notifier::Impl::Errors Notifier::Impl::Sync(Section& section) {
  AlertmanagerUrls found = FindAlertmanagers(*section.config, section.groups);
  Queues former = std::exchange(section.queues, {});
  for (AlertmanagerUrl& url : found.active) {
    auto known = std::find_if(former.begin(), former.end(),
                              [&](const auto& queue) { return queue->url().url == url.url; });
    if (known != former.end()) {
      section.queues.push_back(*known);
      continue;
    }
    SendQueue::Options queue_options{.capacity = options.queue_capacity,
                                     .batch_size = std::max<size_t>(options.batch_size, 1),
                                     .timeout_ms = section.config->timeout_ms,
                                     .clock = options.clock};
    std::shared_ptr<UrlMetrics> url_metrics = metrics->Of(url.shown);
    section.queues.push_back(std::make_shared<SendQueue>(std::move(url), section.client,
                                                         queue_options, std::move(url_metrics)));
  }
  section.dropped = std::move(found.dropped);
  return std::move(found.errors);
}

// Queues that the next plan has no more send what they hold, and go.
void Notifier::Impl::Install(std::shared_ptr<const Plan> next) {
  std::vector<SendQueue*> kept;
  for (const Section& section : next->sections) {
    for (const auto& queue : section.queues) kept.push_back(queue.get());
  }
  metrics->discovered.Set(static_cast<double>(kept.size()));
  senders.Provide(kept.size());
  {
    MutexLock lock(mutex);
    plan.swap(next);
  }
  for (const Section& section : next->sections) {
    for (const auto& queue : section.queues) {
      if (std::find(kept.begin(), kept.end(), queue.get()) == kept.end()) {
        queue->Retire(options.drain_on_shutdown);
      }
    }
  }
}

Result<void> Notifier::Check(const config::Config& config) const {
  TRY(MakePlan(config, impl_->options.user_agent));
  return {};
}

Result<void> Notifier::ApplyConfig(const config::Config& config) {
  std::shared_ptr<Plan> next = TRY(MakePlan(config, impl_->options.user_agent));
  MutexLock lock(impl_->changing);
  if (impl_->stopped) return {};
  std::vector<Section> former = impl_->CurrentPlan()->sections;
  for (Section& section : next->sections) {
    auto same = std::find_if(former.begin(), former.end(), [&](const Section& old) {
      return old.config != nullptr && *old.config == *section.config;
    });
    if (same != former.end()) {
      section = std::exchange(*same, {});  // of equal sections each has its own
      continue;
    }
    // Other credentials, say: the targets stay, so there is no need to wait for discovery.
    auto found_same = std::find_if(former.begin(), former.end(), [&](const Section& old) {
      return old.config != nullptr && old.config->discovery == section.config->discovery;
    });
    if (found_same == former.end()) continue;
    section.groups = found_same->groups;
    impl_->Sync(section);  // what it leaves out was told when it was found
  }
  impl_->Install(std::move(next));
  return {};
}

void Notifier::UpdateTargets(const discovery::TargetSets& sets) {
  Impl::Errors errors;
  {
    MutexLock lock(impl_->changing);
    if (impl_->stopped) return;
    auto next = std::make_shared<Plan>(*impl_->CurrentPlan());
    for (size_t i = 0; i < next->sections.size(); ++i) {
      Section& section = next->sections[i];
      auto groups = sets.find(JobName(i));
      section.groups = groups == sets.end() ? discovery::TargetGroups() : groups->second;
      for (std::string& error : impl_->Sync(section)) errors.push_back(std::move(error));
    }
    impl_->Install(std::move(next));
  }
  for (const std::string& error : errors) {
    WF_LOG(kError, "Creating discovered Alertmanagers failed", {"component", "notifier"},
           {"err", error});
  }
}

void Notifier::AttachLocal(alerting::AlertSink* local) {
  impl_->local = local;
}

void Notifier::Put(std::vector<alerting::Alert> alerts) {
  std::shared_ptr<const Plan> plan = impl_->CurrentPlan();
  bool anybody = std::any_of(plan->sections.begin(), plan->sections.end(),
                             [](const Section& section) { return !section.queues.empty(); });
  if (!anybody && impl_->local == nullptr) return;
  std::vector<alerting::AlertPtr> all;
  all.reserve(alerts.size());
  for (alerting::Alert& alert : alerts) {
    all.push_back(WithExternalLabels(std::move(alert), plan->external_labels));
  }
  all = RelabelAll(all, plan->relabel_configs);
  if (impl_->local != nullptr) {
    std::vector<alerting::Alert> copies;
    copies.reserve(all.size());
    for (const alerting::AlertPtr& alert : all) {
      alerting::Alert copy = *alert;
      copy.Seal();  // the labels may be others now
      // What a template made of a label may be no text that an Alertmanager takes.
      if (Result<void> valid = alerting::Validate(copy); !valid.ok()) {
        WF_LOG(kWarn, "An alert is not routed", {"component", "notifier"},
               {"alert", copy.labels.ToString()}, {"err", valid.error()});
        continue;
      }
      copies.push_back(std::move(copy));
    }
    impl_->local->Put(std::move(copies));
  }
  for (const Section& section : plan->sections) {
    std::vector<alerting::AlertPtr> own = RelabelAll(all, section.config->alert_relabel_configs);
    if (own.empty()) continue;
    for (const auto& queue : section.queues) {
      if (queue->Push(own)) impl_->senders.Line(queue);
    }
  }
}

std::optional<model::Labels> Notifier::Routed(const model::Labels& labels) const {
  std::shared_ptr<const Plan> plan = impl_->CurrentPlan();
  model::LabelsBuilder builder(WithExternal(labels, plan->external_labels));
  if (!model::Relabel(plan->relabel_configs, builder)) return std::nullopt;
  return builder.Build();
}

std::vector<std::string> Notifier::Active() const {
  std::vector<std::string> urls;
  std::shared_ptr<const Plan> plan = impl_->CurrentPlan();
  for (const Section& section : plan->sections) {
    for (const auto& queue : section.queues) urls.push_back(queue->url().shown);
  }
  return urls;
}

std::vector<std::string> Notifier::Dropped() const {
  std::vector<std::string> urls;
  std::shared_ptr<const Plan> plan = impl_->CurrentPlan();
  for (const Section& section : plan->sections) {
    urls.insert(urls.end(), section.dropped.begin(), section.dropped.end());
  }
  return urls;
}

void Notifier::Stop() {
  {
    MutexLock lock(impl_->changing);
    if (!impl_->stopped) impl_->Install(std::make_shared<Plan>());
    impl_->stopped = true;
  }
  impl_->senders.Stop(impl_->options.drain_on_shutdown);
}

}  // namespace watchfire::rules
