#include "scrape/manager.h"

#include <algorithm>

#include "base/hash.h"
#include "base/log.h"
#include "base/mutex.h"
#include "model/duration.h"
#include "scrape/pool.h"

namespace watchfire::scrape {

std::string_view HealthName(Health health) {
  switch (health) {
    case Health::kUnknown:
      return "unknown";
    case Health::kUp:
      return "up";
    case Health::kDown:
      return "down";
  }
  return "unknown";
}

namespace {

// The running pools. Apart from the manager because the registry, which asks for their sizes at
// each gathering, outlives it: then the list is empty.
struct PoolList {
  mutable Mutex mutex;
  std::map<std::string, std::shared_ptr<Pool>> pools GUARDED_BY(mutex);

  std::map<std::string, std::shared_ptr<Pool>> Copy() const {
    MutexLock lock(mutex);
    return pools;
  }
  std::vector<client::MetricFamily> Collect() const {
    using client::MetricKind;
    client::MetricFamily layouts{"prometheus_target_scrape_pool_symboltable_items",
                                 "Current number of distinct page layouts in this scrape pool.",
                                 MetricKind::kGauge,
                                 {}};
    client::MetricFamily entries{"prometheus_target_metadata_cache_entries",
                                 "Total number of metric metadata entries in the cache",
                                 MetricKind::kGauge,
                                 {}};
    client::MetricFamily bytes{
        "prometheus_target_metadata_cache_bytes",
        "The number of bytes that are currently used for storing metric metadata in the cache",
        MetricKind::kGauge,
        {}};
    MutexLock lock(mutex);
    for (const auto& [job, pool] : pools) {
      LayoutTable::Sizes sizes = pool->LayoutSizes();
      auto add = [&job = job](client::MetricFamily& family, size_t value) {
        client::MetricPoint point;
        point.labels = {{"scrape_job", job}};
        point.value = static_cast<double>(value);
        family.points.push_back(std::move(point));
      };
      add(layouts, sizes.layouts);
      add(entries, sizes.meta_lines);
      add(bytes, sizes.meta_bytes);
    }
    if (layouts.points.empty()) return {};
    return {std::move(layouts), std::move(entries), std::move(bytes)};
  }
};

}  // namespace

struct Manager::Impl {
  Metrics metrics;
  ScratchPool scratches;
  Scheduler scheduler;
  net::HttpFetcher fetcher;
  LoopServices services;

  // Serialises ApplyConfig, UpdateTargets and Stop, which may wait for loops; taken before any
  // other.
  Mutex apply_mutex;
  discovery::TargetSets sets GUARDED_BY(apply_mutex);
  // Loops on their way to their stale markers, by job and target key.
  std::map<std::string, std::map<std::string, std::weak_ptr<Loop>>> ending GUARDED_BY(apply_mutex);
  bool stopped GUARDED_BY(apply_mutex) = false;

  const std::shared_ptr<PoolList> list = std::make_shared<PoolList>();

  Impl(const ManagerOptions& options, const ManagerDependencies& dependencies)
      : metrics(*dependencies.registry),
        scheduler(dependencies.clock),
        fetcher({.thread_name = "fetch"}),
        services{*dependencies.storage,
                 *dependencies.workers,
                 fetcher,
                 scheduler,
                 scratches,
                 metrics,
                 dependencies.clock,
                 options.user_agent,
                 options.timestamp_tolerance_ms,
                 Hash(options.host)} {
    dependencies.registry->AddCollector([list = list] { return list->Collect(); });
  }
  ~Impl() {
    // Loops must not outlive the fetcher.
    MutexLock lock(list->mutex);
    list->pools.clear();
  }

  std::map<std::string, std::shared_ptr<Pool>> Pools() const { return list->Copy(); }

  // New pools for what is new or changed; null where the running one stays.
  Result<std::map<std::string, std::shared_ptr<Pool>>> MakePools(const config::Config& config) {
    std::map<std::string, std::shared_ptr<Pool>> running = Pools();
    std::map<std::string, std::shared_ptr<FailureLog>> logs;
    std::map<std::string, std::shared_ptr<Pool>> next;
    for (const config::ScrapeConfig& job : config.scrape_configs) {
      auto at = running.find(job.job_name);
      if (at != running.end() && at->second->config() == job) {
        next[job.job_name] = nullptr;
        continue;
      }
      bool reload = at != running.end();
      (reload ? metrics.pool_reloads : metrics.pools).Increment();
      Result<std::unique_ptr<Pool>> pool = MakePool(job, logs);
      if (!pool.ok()) {
        (reload ? metrics.pool_reloads_failed : metrics.pools_failed).Increment();
        return pool.error().With("error creating new scrape pool {}", job.job_name);
      }
      next[job.job_name] = *std::move(pool);
    }
    return next;
  }

  Result<std::unique_ptr<Pool>> MakePool(const config::ScrapeConfig& job,
                                         std::map<std::string, std::shared_ptr<FailureLog>>& logs) {
    std::shared_ptr<FailureLog> log;
    if (!job.scrape_failure_log_file.empty()) {
      std::shared_ptr<FailureLog>& shared = logs[job.scrape_failure_log_file];
      if (!shared) {
        shared = TRY(FailureLog::Open(job.scrape_failure_log_file, *FileSystem::Local()));
      }
      log = shared;
    }
    return Pool::Make(std::make_shared<const config::ScrapeConfig>(job), std::move(log), services);
  }

  Result<void> Apply(const config::Config& config) {
    MutexLock apply_lock(apply_mutex);
    if (stopped) return Error::Unavailable("the scrape manager is stopped");
    std::map<std::string, std::shared_ptr<Pool>> next = TRY(MakePools(config));
    std::map<std::string, std::shared_ptr<Pool>> old = Pools();
    for (const auto& [job, pool] : old) {
      auto at = next.find(job);
      if (at == next.end() || at->second) pool->Cancel();
    }
    for (auto& [job, pool] : next) {
      if (!pool) {
        pool = old.at(job);
        old.erase(job);
        continue;
      }
      int64_t start_ns = services.clock->MonotonicNs();
      Pool::Ended former = TakeEnding(job);
      bool reload = old.contains(job);
      if (reload) {
        former.merge(old.at(job)->TakeLoops());
        old.erase(job);
      }
      pool->Sync(sets[job], former);
      End(job, former);
      if (reload) {
        metrics.reload_length.With({model::FormatDuration(pool->config().scrape_interval_ms)})
            .Observe(static_cast<double>(services.clock->MonotonicNs() - start_ns) / 1e9);
      }
    }
    {
      MutexLock lock(list->mutex);
      list->pools = std::move(next);
    }
    for (const auto& [job, pool] : old) {
      End(job, pool->TakeLoops());
      RemoveMetrics(job);
    }
    return {};
  }

  void Update(const discovery::TargetSets& next) {
    MutexLock apply_lock(apply_mutex);
    if (stopped) return;
    sets = next;
    for (const auto& [job, pool] : Pools()) {
      Pool::Ended former = TakeEnding(job);
      Pool::Ended ended = pool->Sync(sets[job], former);
      Keep(job, former);
      End(job, ended);
    }
  }

  // The loops of a job that wait for their end; those that were not taken go back by Keep.
  Pool::Ended TakeEnding(const std::string& job) REQUIRES(apply_mutex) {
    Pool::Ended out;
    for (const auto& [key, weak] : ending[job]) {
      if (std::shared_ptr<Loop> loop = weak.lock()) out.emplace(key, std::move(loop));
    }
    ending.erase(job);
    return out;
  }

  void Keep(const std::string& job, const Pool::Ended& loops) REQUIRES(apply_mutex) {
    for (const auto& [key, loop] : loops) ending[job][key] = loop;
  }

  void End(const std::string& job, const Pool::Ended& loops) REQUIRES(apply_mutex) {
    for (const auto& [key, loop] : loops) loop->ScheduleEnd();
    Keep(job, loops);
  }

  void RemoveMetrics(const std::string& job) {
    metrics.pool_syncs.Remove({job});
    metrics.pool_targets.Remove({job});
    metrics.pool_target_limit.Remove({job});
    metrics.sync_length.Remove({job});
    metrics.sync_failed.Remove({job});
  }

  void Stop() {
    // Nothing fires from here on, so every loop comes to rest.
    scheduler.Stop();
    MutexLock apply_lock(apply_mutex);
    if (stopped) return;
    stopped = true;
    std::map<std::string, std::shared_ptr<Pool>> old = Pools();
    for (const auto& [job, pool] : old) pool->Cancel();
    for (const auto& [job, pool] : old) {
      for (const std::shared_ptr<Loop>& loop : pool->Loops()) loop->WaitIdle();
    }
    for (const auto& [job, loops] : ending) {
      for (const auto& [key, weak] : loops) {
        if (std::shared_ptr<Loop> loop = weak.lock()) loop->WaitIdle();
      }
    }
    ending.clear();
  }
};

Manager::Manager(ManagerOptions options, ManagerDependencies dependencies)
    : impl_(std::make_unique<Impl>(options, dependencies)) {}

Manager::~Manager() {
  Stop();
}

Result<void> Manager::ApplyConfig(std::shared_ptr<const config::Config> config) {
  return impl_->Apply(*config);
}

void Manager::UpdateTargets(const discovery::TargetSets& sets) {
  impl_->Update(sets);
}

void Manager::Stop() {
  impl_->Stop();
}

TargetsStatus Manager::Targets() const {
  TargetsStatus status;
  for (const auto& [job, pool] : impl_->Pools()) {
    for (const std::shared_ptr<Loop>& loop : pool->Loops()) {
      status.active.push_back(loop->Status());
    }
    pool->AddDropped(status);
  }
  return status;
}

std::vector<std::string> Manager::PoolNames() const {
  std::vector<std::string> names;
  for (const auto& [job, pool] : impl_->Pools()) names.push_back(job);
  return names;
}

std::optional<config::ScrapeConfig> Manager::PoolConfig(const std::string& job) const {
  std::map<std::string, std::shared_ptr<Pool>> pools = impl_->Pools();
  auto at = pools.find(job);
  if (at == pools.end()) return std::nullopt;
  return at->second->config();
}

void Manager::VisitMetadata(const std::string& family,
                            const std::function<bool(const TargetMetadata&)>& visit) const {
  for (const auto& [job, pool] : impl_->Pools()) {
    for (const std::shared_ptr<Loop>& loop : pool->Loops()) {
      LayoutTable::Layout layout = loop->layout();
      if (!layout) continue;
      auto families = layout->Metadata();
      std::sort(families.begin(), families.end(),
                [](const auto& a, const auto& b) { return a.first < b.first; });
      for (auto& [name, metadata] : families) {
        if (!family.empty() && name != family) continue;
        if (!visit({loop->target().labels, name, std::move(metadata)})) return;
      }
    }
  }
}

}  // namespace watchfire::scrape
