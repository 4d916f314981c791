#pragma once
// All targets of one job: relabels what discovery found, removes doubles, keeps one loop a target,
// starts new ones, stops those that are gone, and counts what was dropped. Changed from one thread
// at a time (the manager sees to it); what the API asks for is guarded by a lock of its own.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "config/config.h"
#include "discovery/target_group.h"
#include "scrape/loop.h"
#include "scrape/status.h"

namespace watchfire::scrape {

class Pool {
 public:
  // Loops that ended, by target key.
  using Ended = std::map<std::string, std::shared_ptr<Loop>>;

  // Nothing runs before Sync. kInvalid and kUnavailable: the job's HTTP options.
  static Result<std::unique_ptr<Pool>> Make(std::shared_ptr<const config::ScrapeConfig> config,
                                            std::shared_ptr<FailureLog> failure_log,
                                            LoopServices& services);

  // Makes the targets these. A new loop goes on where the one in `former` with the same key
  // stopped, be it of the pool that this one replaces or one that ended lately; what is taken is
  // erased. Returns the loops that ended, cancelled and idle.
  Ended Sync(const discovery::TargetGroups& groups, Ended& former);
  // Starts no scrape any more and abandons the running ones, without waiting.
  void Cancel();
  // After Cancel: all loops, once none of them is busy; the pool is left empty.
  Ended TakeLoops();

  const config::ScrapeConfig& config() const { return *plan_->config; }
  std::vector<std::shared_ptr<Loop>> Loops() const;
  void AddDropped(TargetsStatus& status) const;
  LayoutTable::Sizes LayoutSizes() const { return plan_->layouts.Count(); }

 private:
  Pool(std::shared_ptr<JobPlan> plan, LoopServices& services);
  struct Found;
  Found Relabel(const discovery::TargetGroups& groups);
  std::shared_ptr<Loop> StartLoop(Target target, Ended& former);

  const std::shared_ptr<JobPlan> plan_;
  LoopServices& services_;

  mutable Mutex mutex_;
  std::map<std::string, std::shared_ptr<Loop>> loops_ GUARDED_BY(mutex_);  // by target key
  std::vector<std::shared_ptr<Loop>> order_ GUARDED_BY(mutex_);            // as discovered
  std::vector<model::Labels> dropped_ GUARDED_BY(mutex_);
  size_t dropped_count_ GUARDED_BY(mutex_) = 0;
};

}  // namespace watchfire::scrape
