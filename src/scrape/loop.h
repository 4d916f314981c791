#pragma once
// Scrapes one target on schedule: fetch, parse, append, report. Fires on the scheduler's thread,
// receives on the fetcher's, and works there too when the page is like the last one, else on the
// pool of workers; never two scrapes at once: a tick that comes while the last scrape still runs is
// skipped. Held by its pool, the scheduler and its own
// running work. Thread-safe.
//
// The end of a loop: Cancel() (no scrape starts, a running one is abandoned) and WaitIdle(). Then
// the loop of the same target that follows it may Inherit from it, or ScheduleEnd() writes stale
// markers if nobody does.

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/thread.h"
#include "config/config.h"
#include "exposition/content_type.h"
#include "net/http_client.h"
#include "scrape/failure_log.h"
#include "scrape/layout_table.h"
#include "scrape/metrics.h"
#include "scrape/sample_labels.h"
#include "scrape/scheduler.h"
#include "scrape/scratch.h"
#include "scrape/series_cache.h"
#include "scrape/status.h"
#include "scrape/target.h"
#include "storage/appender.h"

namespace watchfire::scrape {

// What all loops use; owned by the manager, outlives every loop's work.
struct LoopServices {
  storage::Appendable& storage;
  ThreadPool& workers;
  net::HttpFetcher& fetcher;
  Scheduler& scheduler;
  ScratchPool& scratches;
  Metrics& metrics;
  const Clock* clock;
  std::string user_agent;
  int64_t timestamp_tolerance_ms;
  uint64_t offset_seed;
};

// What the loops of one job share; immutable but for the layouts and the forced error.
struct JobPlan {
  std::shared_ptr<const config::ScrapeConfig> config;
  SampleRules rules;
  net::HttpClientOptions http_options;
  std::shared_ptr<net::HttpProfile> profile;
  std::shared_ptr<FailureLog> failure_log;  // may be null
  LayoutTable layouts;
  Mutex mutex;
  // Not empty: scrapes fail with this error instead of being made (target_limit).
  std::string forced_error GUARDED_BY(mutex);
};

class Loop final : public ScheduledTask, public std::enable_shared_from_this<Loop> {
 public:
  Loop(Target target, std::shared_ptr<JobPlan> plan, LoopServices& services);

  // Before Schedule: goes on where `older`, which must be cancelled and idle, stopped.
  void Inherit(Loop& older);
  void Schedule();
  void Cancel();
  void WaitIdle();
  // For a cancelled, idle loop whose target is gone: after two more intervals it writes stale
  // markers at the time of the first tick that was missed, unless AbandonEnd was called.
  void ScheduleEnd();
  // False when the markers are written already.
  bool AbandonEnd();

  TimeMs Fire(TimeMs due, TimeMs now) override;
  TimeMs Reschedule(TimeMs now) override;

  TargetStatus Status() const;
  void SetDiscoveredLabels(const model::Labels& labels);
  // Null before the first good scrape.
  LayoutTable::Layout layout() const;
  const Target& target() const { return target_; }

 private:
  struct Visit {  // one scrape on its way
    TimeMs scheduled = 0;
    TimeMs started = 0;
    int64_t started_ns = 0;
    std::string forced_error;
  };
  struct Page {
    std::string body;
    exposition::Format format = exposition::Format::kText;
  };

  TimeMs FireEnd() REQUIRES(mutex_);
  void StartFetch(const Visit& visit);
  Result<std::shared_ptr<net::HttpTarget>> Connect();
  void TakeResponse(const Visit& visit, Result<net::HttpResponse> response);
  void SubmitWork(const Visit& visit, Result<net::HttpResponse> response);
  void Work(const Visit& visit, Result<net::HttpResponse> response);
  Result<Page> Open(net::HttpResponse response);
  // The result tells of the page, `committed` of the storage.
  Result<void> Store(const Visit& visit, const Page& page, Scratch& scratch, PageCounts& counts,
                     Result<void>* committed);
  Result<Refused> TryStore(const Visit& visit, const Page& page, Scratch& scratch,
                           PageCounts& counts, bool last_try, Result<void>* committed);
  void StoreFailure(const Visit& visit, const PageCounts& counts, double body_bytes,
                    Scratch& scratch);
  void Finish(const Visit& visit, const std::string& error);
  void WriteEnd(TimeMs t);

  TimeMs Timestamp(const Visit& visit) const;
  std::vector<double> Report(const Visit& visit, bool up, const PageCounts& counts,
                             double body_bytes) const;
  void CountRefused(const Refused& refused) const;
  void CountLimits(const Error& error) const;
  void LogError(const char* message, const Error& error) const;
  double SecondsSince(int64_t start_ns) const;

  const Target target_;
  const std::shared_ptr<JobPlan> plan_;
  LoopServices& services_;
  client::Summary& interval_length_;

  // These three belong to the scrape that runs (busy_), or to nobody once the loop is idle.
  SeriesCache cache_;
  TimeMs last_started_ = 0;
  std::string last_format_warning_;

  mutable Mutex mutex_;
  CondVar idle_;
  std::shared_ptr<net::HttpTarget> connection_ GUARDED_BY(mutex_);
  bool busy_ GUARDED_BY(mutex_) = false;
  bool cancelled_ GUARDED_BY(mutex_) = false;
  TimeMs last_scheduled_ GUARDED_BY(mutex_) = 0;  // the tick of the last scrape; 0: none yet
  TimeMs end_due_ GUARDED_BY(mutex_) = 0;         // 0: no end is scheduled
  TimeMs end_time_ GUARDED_BY(mutex_) = 0;
  bool ended_ GUARDED_BY(mutex_) = false;
  LayoutTable::Layout layout_ GUARDED_BY(mutex_);
  model::Labels discovered_labels_ GUARDED_BY(mutex_);
  Health health_ GUARDED_BY(mutex_) = Health::kUnknown;
  std::string last_error_ GUARDED_BY(mutex_);
  TimeMs last_scrape_ GUARDED_BY(mutex_) = 0;
  double last_duration_seconds_ GUARDED_BY(mutex_) = 0;
};

}  // namespace watchfire::scrape
