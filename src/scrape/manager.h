#pragma once
// Scraping: one pool a job, one loop a target, each fetched at its own offset within the interval,
// parsed, relabelled and appended in one transaction together with `up` and the scrape_* series.
//
//   scrape::Manager scrapes({.host = hostname}, {&db, &pool, &registry, clock});
//   TRY(scrapes.ApplyConfig(config));
//   discovery sink: [&](const discovery::TargetSets& sets) { scrapes.UpdateTargets(sets); }
//
// No thread a target: one thread ("scrape-loop") knows when which target is due, one ("fetch")
// moves all bytes and stores pages that are laid out like the last one, and the pool of workers
// does those that are new, large or failed. Per scraped sample this costs one
// comparison of its key with the last page's and one number parsed (exposition/parser.h);
// relabelling and label parsing happen once in the life of a series.
//
// All public functions are thread-safe. Stop ends all loops and waits for running appends; it
// writes no stale markers, so that a restart shows no gap.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/thread.h"
#include "client/registry.h"
#include "config/config.h"
#include "discovery/target_group.h"
#include "scrape/status.h"
#include "storage/appender.h"

namespace watchfire::scrape {

struct ManagerOptions {
  // Spreads the offsets of servers that scrape the same targets; usually the host's name.
  std::string host;
  std::string user_agent = "Prometheus/3.14.0";
  // A scrape that starts at most this late (and 1 % of its interval) is stamped with its scheduled
  // time, which storage keeps far smaller. 0: never.
  int64_t timestamp_tolerance_ms = 10;
};

struct ManagerDependencies {
  storage::Appendable* storage = nullptr;
  ThreadPool* workers = nullptr;
  client::Registry* registry = nullptr;
  const Clock* clock = Clock::System();
};

class Manager {
 public:
  Manager(ManagerOptions options, ManagerDependencies dependencies);
  ~Manager();

  // Makes, keeps and ends pools. A pool whose job is unchanged goes on undisturbed; a changed one
  // restarts its loops with the targets it has. An error (an unreadable CA file, say) names the job
  // and leaves every pool as it was.
  Result<void> ApplyConfig(std::shared_ptr<const config::Config> config);

  // Replaces the targets of every job; a job that is not named has none. Jobs without a pool are
  // kept for a later ApplyConfig.
  void UpdateTargets(const discovery::TargetSets& sets);

  void Stop();

  TargetsStatus Targets() const;
  // Job names, sorted.
  std::vector<std::string> PoolNames() const;
  std::optional<config::ScrapeConfig> PoolConfig(const std::string& job) const;
  // What the pages of all active targets say of their families: of one target after the other,
  // sorted by family. `family` not empty: only that one. Stops when `visit` returns false.
  void VisitMetadata(const std::string& family,
                     const std::function<bool(const TargetMetadata&)>& visit) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace watchfire::scrape
