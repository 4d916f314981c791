#include "discovery/manager.h"

#include <algorithm>
#include <set>

#include "base/log.h"
#include "base/mutex.h"
#include "base/thread.h"
#include "discovery/discoverer.h"
#include "discovery/metrics.h"

namespace watchfire::discovery {

namespace {

constexpr int64_t kNsPerMs = 1'000'000;

// A running mechanism and what it found; guarded by the manager's mutex once it runs.
struct Provider {
  MechanismConfig config;
  std::set<std::string> jobs;
  std::map<std::string, std::shared_ptr<const TargetGroup>> groups;  // by source
  std::vector<std::string> order;                                    // sources, as first reported
  std::unique_ptr<Discoverer> discoverer;
};

// A mechanism that shall run, and for whom.
struct Wanted {
  std::shared_ptr<Provider> provider;
  std::set<std::string> jobs;
};

}  // namespace

struct Manager::Impl {
  const Options options;
  const Clock* const clock;
  const Sink sink;
  Metrics metrics;

  // Held while mechanisms are started and stopped, so that ApplyConfig calls follow one another;
  // taken before `mutex`, which mechanisms need for their reports.
  Mutex apply_mutex;
  Mutex mutex;
  CondVar wake;
  std::vector<std::shared_ptr<Provider>> providers GUARDED_BY(mutex);
  std::set<std::string> jobs GUARDED_BY(mutex);
  bool changed GUARDED_BY(mutex) = false;
  bool at_once GUARDED_BY(mutex) = false;
  bool stopping GUARDED_BY(mutex) = false;
  Thread thread;

  Impl(Options options_in, client::Registry& registry, const Clock* clock_in, Sink sink_in)
      : options(std::move(options_in)),
        clock(clock_in),
        sink(std::move(sink_in)),
        metrics(registry) {
    metrics.failed_configs.With({options.name}).Set(0);
    metrics.received_updates.With({options.name});
    metrics.sent_updates.With({options.name});
    metrics.delayed_updates.With({options.name});
    thread = Thread("sd-manager", [this] { Run(); });
  }

  void Receive(Provider& provider, std::vector<TargetGroup> groups) {
    metrics.received_updates.With({options.name}).Increment();
    MutexLock lock(mutex);
    for (TargetGroup& group : groups) {
      std::string source = group.source;
      if (group.targets.empty()) {
        provider.groups.erase(source);
        std::erase(provider.order, source);
        continue;
      }
      auto& slot = provider.groups[source];
      if (!slot) provider.order.push_back(source);
      slot = std::make_shared<const TargetGroup>(std::move(group));
    }
    changed = true;
    wake.NotifyAll();
  }

  TargetSets Sets() REQUIRES(mutex) {
    TargetSets sets;
    for (const std::string& job : jobs) sets[job];
    for (const std::shared_ptr<Provider>& provider : providers) {
      for (const std::string& job : provider->jobs) {
        TargetGroups& groups = sets[job];
        for (const std::string& source : provider->order) {
          groups.push_back(provider->groups.at(source));
        }
      }
    }
    return sets;
  }

  void Run() {
    while (true) {
      TargetSets sets;
      {
        MutexLock lock(mutex);
        while (!changed && !stopping) wake.Wait(mutex);
        if (stopping) return;
        changed = false;
        at_once = false;
        sets = Sets();
      }
      Send(sets);
      // What comes in while we wait goes out together.
      int64_t until_ns = clock->MonotonicNs() + options.interval_ms * kNsPerMs;
      MutexLock lock(mutex);
      bool counted = false;
      while (!stopping && !at_once) {
        int64_t left_ms = (until_ns - clock->MonotonicNs()) / kNsPerMs;
        if (left_ms <= 0) break;
        if (changed && !counted) {
          metrics.delayed_updates.With({options.name}).Increment();
          counted = true;
        }
        wake.WaitFor(mutex, left_ms);
      }
    }
  }

  void Send(const TargetSets& sets) {
    for (const auto& [job, groups] : sets) {
      size_t count = 0;
      for (const auto& group : groups) count += group->targets.size();
      metrics.discovered_targets.With({options.name, job}).Set(static_cast<double>(count));
    }
    sink(sets);
    metrics.sent_updates.With({options.name}).Increment();
    metrics.last_update_seconds.With({options.name}).Set(ToSeconds(clock->Now()));
  }

  // What `jobs_in` asks for: running mechanisms are kept, missing ones are made but not started.
  std::vector<Wanted> Arrange(const Jobs& jobs_in,
                              const std::vector<std::shared_ptr<Provider>>& running) {
    std::vector<Wanted> next;
    size_t failed = 0;
    for (const auto& [job, configs] : jobs_in) {
      JobMechanisms mechanisms = MechanismsOf(configs);
      for (const std::string& key : mechanisms.unsupported) {
        ++failed;
        WF_LOG(kError,
               "This service discovery mechanism is not supported yet: the job gets no targets "
               "from it",
               {"component", "discovery"}, {"config", job}, {"key", key});
      }
      for (MechanismConfig& config : mechanisms.supported) {
        auto same = std::find_if(next.begin(), next.end(), [&](const Wanted& wanted) {
          return wanted.provider->config == config;
        });
        if (same != next.end()) {
          same->jobs.insert(job);
        } else if (std::shared_ptr<Provider> provider = FindOrMake(config, job, running)) {
          next.push_back({std::move(provider), {job}});
        } else {
          ++failed;
        }
      }
    }
    metrics.failed_configs.With({options.name}).Set(static_cast<double>(failed));
    return next;
  }

  // Null when the mechanism cannot be made.
  std::shared_ptr<Provider> FindOrMake(const MechanismConfig& config, const std::string& job,
                                       const std::vector<std::shared_ptr<Provider>>& running) {
    for (const std::shared_ptr<Provider>& provider : running) {
      if (provider->config == config) return provider;
    }
    Result<std::unique_ptr<Discoverer>> made = MakeDiscoverer(config, job, metrics);
    if (!made.ok()) {
      WF_LOG(kError, "Cannot create service discovery", {"component", "discovery"},
             {"type", MechanismName(config)}, {"config", job}, {"err", made.error()});
      return nullptr;
    }
    auto provider = std::make_shared<Provider>();
    provider->config = config;
    provider->discoverer = *std::move(made);
    return provider;
  }

  void Apply(const Jobs& wanted) {
    MutexLock apply_lock(apply_mutex);
    std::vector<std::shared_ptr<Provider>> old;
    std::set<std::string> old_jobs;
    {
      MutexLock lock(mutex);
      if (stopping) return;
      old = providers;
      old_jobs = jobs;
    }
    std::vector<Wanted> next = Arrange(wanted, old);
    std::vector<std::shared_ptr<Provider>> started;
    for (const Wanted& one : next) {
      const std::shared_ptr<Provider>& provider = one.provider;
      started.push_back(provider);
      if (std::find(old.begin(), old.end(), provider) != old.end()) continue;
      Provider* raw = provider.get();  // The discoverer is destroyed before its provider.
      provider->discoverer->Start(
          [this, raw](std::vector<TargetGroup> groups) { Receive(*raw, std::move(groups)); });
    }
    {
      MutexLock lock(mutex);
      for (Wanted& one : next) one.provider->jobs = std::move(one.jobs);
      providers = started;
      jobs.clear();
      for (const auto& [job, configs] : wanted) jobs.insert(job);
      changed = true;
      at_once = true;
    }
    for (const std::string& job : old_jobs) {
      if (!wanted.contains(job)) metrics.discovered_targets.Remove({options.name, job});
    }
    wake.NotifyAll();
    // Destroying a discoverer waits for its thread, which may be waiting for `mutex`.
    for (const std::shared_ptr<Provider>& provider : old) {
      if (std::find(started.begin(), started.end(), provider) == started.end()) {
        provider->discoverer.reset();
      }
    }
  }

  void Stop() {
    {
      MutexLock lock(mutex);
      stopping = true;
    }
    wake.NotifyAll();
    thread.Join();
    MutexLock apply_lock(apply_mutex);
    std::vector<std::shared_ptr<Provider>> old;
    {
      MutexLock lock(mutex);
      old.swap(providers);
    }
    for (const std::shared_ptr<Provider>& provider : old) provider->discoverer.reset();
  }
};

Manager::Manager(Options options, client::Registry* registry, const Clock* clock, Sink sink)
    : impl_(std::make_unique<Impl>(std::move(options), *registry, clock, std::move(sink))) {}

Manager::~Manager() {
  Stop();
}

void Manager::ApplyConfig(const Jobs& jobs) {
  impl_->Apply(jobs);
}

void Manager::Stop() {
  impl_->Stop();
}

}  // namespace watchfire::discovery
