#include "scrape/pool.h"

#include <set>

#include "base/log.h"
#include "discovery/convert.h"
#include "model/duration.h"

namespace watchfire::scrape {

struct Pool::Found {
  std::vector<Target> targets;  // distinct keys
  std::vector<model::Labels> dropped;
  size_t dropped_count = 0;
};

Result<std::unique_ptr<Pool>> Pool::Make(std::shared_ptr<const config::ScrapeConfig> config,
                                         std::shared_ptr<FailureLog> failure_log,
                                         LoopServices& services) {
  auto plan = std::make_shared<JobPlan>();
  plan->rules = SampleRules::Of(*config);
  plan->http_options = TRY(discovery::ToHttpOptions(config->http_client, services.user_agent));
  plan->profile = TRY(net::MakeHttpProfile(plan->http_options));
  plan->failure_log = std::move(failure_log);
  plan->config = std::move(config);
  return std::unique_ptr<Pool>(new Pool(std::move(plan), services));
}

Pool::Pool(std::shared_ptr<JobPlan> plan, LoopServices& services)
    : plan_(std::move(plan)), services_(services) {
  const std::string& job = plan_->config->job_name;
  services_.metrics.pool_target_limit.With({job}).Set(
      static_cast<double>(plan_->config->target_limit));
  services_.metrics.pool_syncs.With({job});
  services_.metrics.sync_failed.With({job});
  services_.metrics.pool_targets.With({job}).Set(0);
}

Pool::Found Pool::Relabel(const discovery::TargetGroups& groups) {
  const config::ScrapeConfig& config = *plan_->config;
  Found found;
  std::set<std::string_view> keys;
  std::vector<Target> targets;
  for (const auto& group : groups) {
    for (const model::Labels& labels : group->targets) {
      Result<TargetOutcome> made = MakeTarget(config, labels, group->labels);
      if (!made.ok()) {
        services_.metrics.sync_failed.With({config.job_name}).Increment();
        WF_LOG(kError, "Creating target failed", {"component", "scrape manager"},
               {"scrape_pool", config.job_name}, {"source", group->source},
               {"address", labels.Get("__address__")}, {"err", made.error()});
      } else if (made->target) {
        targets.push_back(*std::move(made->target));
      } else {
        ++found.dropped_count;
        if (config.keep_dropped_targets == 0 ||
            found.dropped.size() < config.keep_dropped_targets) {
          found.dropped.push_back(std::move(made->discovered_labels));
        }
      }
    }
  }
  for (const Target& target : targets) {
    if (keys.insert(target.key).second) found.targets.push_back(target);
  }
  return found;
}

std::shared_ptr<Loop> Pool::StartLoop(Target target, Ended& former) {
  auto loop = std::make_shared<Loop>(std::move(target), plan_, services_);
  auto older = former.find(loop->target().key);
  if (older != former.end()) {
    if (older->second->AbandonEnd()) loop->Inherit(*older->second);
    former.erase(older);
  }
  loop->Schedule();
  return loop;
}

Pool::Ended Pool::Sync(const discovery::TargetGroups& groups, Ended& former) {
  int64_t start_ns = services_.clock->MonotonicNs();
  const config::ScrapeConfig& config = *plan_->config;
  Found found = Relabel(groups);
  std::string forced_error;
  if (config.target_limit > 0 && found.targets.size() > config.target_limit) {
    services_.metrics.pool_exceeded_target_limit.Increment();
    forced_error = fmt::format("target_limit exceeded (number of targets: {}, limit: {})",
                               found.targets.size(), config.target_limit);
  }
  {
    MutexLock lock(plan_->mutex);
    plan_->forced_error = std::move(forced_error);
  }
  Ended old;
  {
    MutexLock lock(mutex_);
    old = loops_;
  }
  std::map<std::string, std::shared_ptr<Loop>> loops;
  std::vector<std::shared_ptr<Loop>> order;
  for (Target& target : found.targets) {
    std::shared_ptr<Loop> loop;
    if (auto at = old.find(target.key); at != old.end()) {
      loop = std::move(at->second);
      loop->SetDiscoveredLabels(target.discovered_labels);
      old.erase(at);
    } else {
      loop = StartLoop(std::move(target), former);
    }
    order.push_back(loop);
    loops.emplace(loop->target().key, loop);
  }
  for (const auto& [key, loop] : old) loop->Cancel();
  size_t count = order.size();
  {
    MutexLock lock(mutex_);
    loops_ = std::move(loops);
    order_ = std::move(order);
    dropped_ = std::move(found.dropped);
    dropped_count_ = found.dropped_count;
  }
  for (const auto& [key, loop] : old) loop->WaitIdle();
  services_.metrics.pool_targets.With({config.job_name}).Set(static_cast<double>(count));
  services_.metrics.pool_syncs.With({config.job_name}).Increment();
  services_.metrics.sync_length.With({config.job_name})
      .Observe(static_cast<double>(services_.clock->MonotonicNs() - start_ns) / 1e9);
  return old;
}

void Pool::Cancel() {
  for (const std::shared_ptr<Loop>& loop : Loops()) loop->Cancel();
}

Pool::Ended Pool::TakeLoops() {
  Ended loops;
  {
    MutexLock lock(mutex_);
    loops.swap(loops_);
    order_.clear();
  }
  for (const auto& [key, loop] : loops) loop->WaitIdle();
  return loops;
}

std::vector<std::shared_ptr<Loop>> Pool::Loops() const {
  MutexLock lock(mutex_);
  return order_;
}

void Pool::AddDropped(TargetsStatus& status) const {
  MutexLock lock(mutex_);
  for (const model::Labels& labels : dropped_) {
    status.dropped.push_back({plan_->config->job_name, labels});
  }
  status.dropped_counts[plan_->config->job_name] = dropped_count_;
}

}  // namespace watchfire::scrape
