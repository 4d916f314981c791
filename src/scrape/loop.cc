#include "scrape/loop.h"

#include <algorithm>

#include "base/log.h"
#include "base/numbers.h"
#include "model/duration.h"
#include "model/sample.h"
#include "net/url.h"

namespace watchfire::scrape {
namespace {

// Samples further in the future than this are refused.
constexpr int64_t kMostAheadMs = 600'000;
// What the fetcher's thread does itself: pages of some thousand known lines, as long as no more
// than this many sockets wait for it.
constexpr size_t kMostInlineBytes = 512 << 10;
constexpr size_t kMostInlineCompressed = 64 << 10;
constexpr size_t kMostInlineBacklog = 16;

}  // namespace

Loop::Loop(Target target, std::shared_ptr<JobPlan> plan, LoopServices& services)
    : target_(std::move(target)),
      plan_(std::move(plan)),
      services_(services),
      interval_length_(
          services.metrics.interval_length.With({model::FormatDuration(target_.interval_ms)})),
      cache_(plan_->rules, target_.labels, plan_->layouts),
      discovered_labels_(target_.discovered_labels) {}

void Loop::Inherit(Loop& older) {
  cache_.Inherit(std::move(older.cache_));
  last_started_ = older.last_started_;
  MutexLock lock(mutex_);
  MutexLock older_lock(older.mutex_);
  last_scheduled_ = older.last_scheduled_;
  layout_ = older.layout_;
  health_ = older.health_;
  last_error_ = older.last_error_;
  last_scrape_ = older.last_scrape_;
  last_duration_seconds_ = older.last_duration_seconds_;
}

void Loop::Schedule() {
  TimeMs from = services_.clock->Now();
  {
    MutexLock lock(mutex_);
    // An inherited tick is not scraped twice; one far ahead is of a clock that was set back.
    bool done = last_scheduled_ >= from && last_scheduled_ - from < target_.interval_ms;
    if (done) from = last_scheduled_ + 1;
  }
  TimeMs due = NextScheduled(target_.hash, services_.offset_seed, target_.interval_ms, from);
  services_.scheduler.Add(due, shared_from_this());
}

void Loop::Cancel() {
  std::shared_ptr<net::HttpTarget> connection;
  {
    MutexLock lock(mutex_);
    cancelled_ = true;
    connection = connection_;
  }
  if (connection) services_.fetcher.Cancel(connection);
}

void Loop::WaitIdle() {
  MutexLock lock(mutex_);
  while (busy_) idle_.Wait(mutex_);
}

void Loop::ScheduleEnd() {
  TimeMs now = services_.clock->Now();
  TimeMs due;
  {
    MutexLock lock(mutex_);
    if (last_scheduled_ == 0) return;  // Never scraped: nothing to mark.
    // The tick of the last scrape may be this very millisecond.
    end_time_ = NextScheduled(target_.hash, services_.offset_seed, target_.interval_ms,
                              std::max(now, last_scheduled_ + 1));
    end_due_ = due = end_time_ + target_.interval_ms + target_.interval_ms / 10;
    connection_ = nullptr;
  }
  services_.scheduler.Add(due, shared_from_this());
}

bool Loop::AbandonEnd() {
  MutexLock lock(mutex_);
  while (busy_) idle_.Wait(mutex_);
  end_due_ = 0;
  return !ended_;
}

TimeMs Loop::Reschedule(TimeMs now) {
  MutexLock lock(mutex_);
  if (cancelled_) return now;
  return NextScheduled(target_.hash, services_.offset_seed, target_.interval_ms, now);
}

TimeMs Loop::Fire(TimeMs due, TimeMs now) {
  Visit visit;
  int64_t interval_ms = target_.interval_ms;
  TimeMs latest = due + (now - due) / interval_ms * interval_ms;
  {
    MutexLock lock(mutex_);
    if (cancelled_) return end_due_ != 0 && due >= end_due_ ? FireEnd() : kMaxTime;
    if (busy_) return latest + interval_ms;
    busy_ = true;
    last_scheduled_ = latest;
  }
  visit.scheduled = latest;
  visit.started = services_.clock->Now();
  visit.started_ns = services_.clock->MonotonicNs();
  {
    MutexLock lock(plan_->mutex);
    visit.forced_error = plan_->forced_error;
  }
  if (plan_->http_options.oauth2) {
    // Asking for a token may take as long as the network likes.
    services_.workers.Submit([self = shared_from_this(), visit] { self->StartFetch(visit); });
  } else {
    StartFetch(visit);
  }
  return latest + interval_ms;
}

TimeMs Loop::FireEnd() {
  busy_ = true;
  services_.workers.Submit([self = shared_from_this(), t = end_time_] { self->WriteEnd(t); });
  return kMaxTime;
}

Result<std::shared_ptr<net::HttpTarget>> Loop::Connect() {
  {
    MutexLock lock(mutex_);
    if (connection_) return connection_;
  }
  const config::ScrapeConfig& config = *plan_->config;
  std::shared_ptr<net::HttpProfile> profile = plan_->profile;
  if (!target_.unix_socket.empty()) {
    net::HttpClientOptions options = plan_->http_options;
    options.unix_socket = target_.unix_socket;
    profile = TRY(net::MakeHttpProfile(std::move(options)));
  }
  net::Headers headers;
  headers.Set("Accept",
              exposition::AcceptHeader(config.scrape_protocols.value_or(std::vector<std::string>()),
                                       config.metric_name_escaping_scheme));
  // Compression costs both ends far more than moving the bytes within one machine.
  bool compress = config.enable_compression && !net::IsLoopback(target_.url);
  headers.Set("Accept-Encoding", compress ? "gzip" : "identity");
  headers.Set("X-Prometheus-Scrape-Timeout-Seconds",
              FormatFloatFixed(ToSeconds(target_.timeout_ms)));
  auto connection =
      TRY(services_.fetcher.AddTarget(std::move(profile), target_.url, std::move(headers)));
  MutexLock lock(mutex_);
  connection_ = connection;
  return connection;
}

void Loop::SubmitWork(const Visit& visit, Result<net::HttpResponse> response) {
  services_.workers.Submit(
      [self = shared_from_this(), visit, response = std::move(response)]() mutable {
        self->Work(visit, std::move(response));
      });
}

// On the fetcher's thread. Storing a page as the last one is done in the time that waking a worker
// takes, and while the page is in this core's cache.
void Loop::TakeResponse(const Visit& visit, Result<net::HttpResponse> response) {
  bool light =
      response.ok() && cache_.layout() && services_.fetcher.backlog() <= kMostInlineBacklog;
  if (light) {
    std::string_view encoding = response->headers.Get("Content-Encoding");
    bool compressed = !encoding.empty() && encoding != "identity";
    light = response->body.size() <= (compressed ? kMostInlineCompressed : kMostInlineBytes);
  }
  if (light) return Work(visit, std::move(response));
  SubmitWork(visit, std::move(response));
}

void Loop::StartFetch(const Visit& visit) {
  if (!visit.forced_error.empty()) {
    return SubmitWork(visit, Error::Limit("{}", visit.forced_error));
  }
  Result<std::shared_ptr<net::HttpTarget>> connection = Connect();
  if (!connection.ok()) return SubmitWork(visit, connection.error());
  net::HttpFetcher::FetchOptions options;
  options.timeout_ms = target_.timeout_ms;
  options.body_limit = plan_->config->body_size_limit;
  options.buffer = services_.scratches.TakeBuffer();
  services_.fetcher.Fetch(*connection, std::move(options),
                          [self = shared_from_this(), visit](Result<net::HttpResponse> response) {
                            self->TakeResponse(visit, std::move(response));
                          });
  bool cancelled;
  {
    MutexLock lock(mutex_);
    cancelled = cancelled_;
  }
  // A Cancel that came before there was anything to cancel.
  if (cancelled) services_.fetcher.Cancel(*connection);
}

void Loop::Work(const Visit& visit, Result<net::HttpResponse> response) {
  {
    MutexLock lock(mutex_);
    if (cancelled_) {
      busy_ = false;
      idle_.NotifyAll();
      return;
    }
  }
  std::unique_ptr<Scratch> scratch = services_.scratches.Take();
  std::string error;
  PageCounts counts;
  double body_bytes = 0;
  Result<void> committed;
  Result<Page> page = response.ok() ? Open(*std::move(response)) : response.error();
  if (page.ok()) {
    body_bytes = static_cast<double>(page->body.size());
    Result<void> stored = Store(visit, *page, *scratch, counts, &committed);
    if (!stored.ok()) {
      CountLimits(stored.error());
      error = stored.error().message();
    }
    services_.scratches.GiveBuffer(std::move(page->body));
  } else {
    error = page.error().message();
    if (page.error().code() == ErrorCode::kLimit && visit.forced_error.empty()) {
      body_bytes = -1;
      services_.metrics.exceeded_body_size_limit.Increment();
    }
  }
  if (!error.empty()) {
    StoreFailure(visit, counts, body_bytes, *scratch);
  } else if (!committed.ok()) {
    // The target is well and its series are not stale: nothing is written about it.
    error = committed.error().With("the scrape cannot be stored").message();
  }
  services_.scratches.Give(std::move(scratch));
  Finish(visit, error);
}

Result<Loop::Page> Loop::Open(net::HttpResponse response) {
  if (response.status != 200) {
    return Error::Io("server returned HTTP status {} {}", response.status,
                     net::StatusText(response.status));
  }
  const config::ScrapeConfig& config = *plan_->config;
  uint64_t limit = config.body_size_limit > 0 ? config.body_size_limit : net::kDefaultBodyLimit;
  TRY(net::DecodeBody(response.headers.Get("Content-Encoding"), limit, response.body));
  std::string_view content_type = response.headers.Get("Content-Type");
  exposition::ChosenFormat chosen =
      TRY(exposition::ChooseFormat(content_type, config.fallback_scrape_protocol));
  if (chosen.warning != last_format_warning_) {
    last_format_warning_ = chosen.warning;
    if (!chosen.warning.empty()) {
      WF_LOG(kWarn, "Failed to determine correct type of scrape target",
             {"component", "scrape manager"}, {"scrape_pool", config.job_name},
             {"target", target_.url}, {"err", chosen.warning});
    }
  }
  return Page{std::move(response.body), chosen.format};
}

TimeMs Loop::Timestamp(const Visit& visit) const {
  return SampleTime(visit.scheduled, visit.started, target_.interval_ms,
                    services_.timestamp_tolerance_ms);
}

Result<void> Loop::Store(const Visit& visit, const Page& page, Scratch& scratch, PageCounts& counts,
                         Result<void>* committed) {
  Refused refused = TRY(TryStore(visit, page, scratch, counts, /*last_try=*/false, committed));
  if (refused.unknown_ref) {
    // The storage has dropped series that were not written for long.
    cache_.Forget();
    refused = TRY(TryStore(visit, page, scratch, counts, /*last_try=*/true, committed));
  }
  CountRefused(refused);
  return {};
}

Result<Refused> Loop::TryStore(const Visit& visit, const Page& page, Scratch& scratch,
                               PageCounts& counts, bool last_try, Result<void>* committed) {
  std::unique_ptr<exposition::Parser> parser = TRY(exposition::NewParser(page.format, page.body));
  std::unique_ptr<storage::Appender> appender = services_.storage.NewAppender();
  Result<void> read = cache_.Read(*parser, *appender, scratch, counts);
  if (!read.ok()) {
    appender->Rollback();
    return read.error();
  }
  std::vector<double> report = Report(visit, true, counts, static_cast<double>(page.body.size()));
  Result<Refused> refused =
      cache_.Append(*appender, Timestamp(visit), visit.started + kMostAheadMs, report, scratch);
  if (!refused.ok() || (refused->unknown_ref && !last_try)) {
    appender->Rollback();
    return refused;
  }
  *committed = appender->Commit();
  if (!committed->ok()) LogError("Scrape commit failed", committed->error());
  return refused;
}

void Loop::StoreFailure(const Visit& visit, const PageCounts& counts, double body_bytes,
                        Scratch& scratch) {
  std::vector<double> report = Report(visit, false, counts, body_bytes);
  for (int attempt = 0; attempt < 2; ++attempt) {
    std::unique_ptr<storage::Appender> appender = services_.storage.NewAppender();
    Result<Refused> refused = cache_.AppendFailure(*appender, Timestamp(visit), report, scratch);
    if (refused.ok() && refused->unknown_ref && attempt == 0) {
      appender->Rollback();
      cache_.Forget();
      continue;
    }
    Result<void> committed = refused.ok() ? appender->Commit() : refused.error();
    if (!committed.ok()) LogError("Appending scrape report failed", committed.error());
    return;
  }
}

std::vector<double> Loop::Report(const Visit& visit, bool up, const PageCounts& counts,
                                 double body_bytes) const {
  std::vector<double> report = {
      up ? 1.0 : 0.0,
      SecondsSince(visit.started_ns),
      static_cast<double>(counts.scraped),
      static_cast<double>(counts.after_relabeling),
      static_cast<double>(counts.series_added),
      ToSeconds(target_.timeout_ms),
      static_cast<double>(plan_->rules.sample_limit),
      body_bytes,
  };
  report.resize(SeriesCache::ReportNames(plan_->rules).size());
  return report;
}

void Loop::CountRefused(const Refused& refused) const {
  auto note = [&](size_t count, client::Counter& counter, const char* message) {
    if (count == 0) return;
    counter.Increment(static_cast<double>(count));
    WF_LOG(kWarn, message, {"component", "scrape manager"},
           {"scrape_pool", plan_->config->job_name}, {"target", target_.url},
           {"num_dropped", count});
  };
  note(refused.out_of_order, services_.metrics.sample_out_of_order,
       "Error on ingesting out-of-order samples");
  note(refused.duplicate, services_.metrics.sample_duplicate,
       "Error on ingesting samples with different value but same timestamp");
  note(refused.out_of_bounds, services_.metrics.sample_out_of_bounds,
       "Error on ingesting samples that are too old or are too far into the future");
}

void Loop::LogError(const char* message, const Error& error) const {
  WF_LOG(kError, message, {"component", "scrape manager"}, {"scrape_pool", plan_->config->job_name},
         {"target", target_.url}, {"err", error});
}

void Loop::CountLimits(const Error& error) const {
  if (error.code() != ErrorCode::kLimit) return;
  if (error.message() == "sample limit exceeded") {
    services_.metrics.exceeded_sample_limit.Increment();
  } else if (error.message().starts_with("label_")) {
    services_.metrics.pool_exceeded_label_limits.Increment();
  }
}

void Loop::Finish(const Visit& visit, const std::string& error) {
  double seconds = SecondsSince(visit.started_ns);
  services_.metrics.scrape_duration.Observe(seconds);
  if (last_started_ != 0) {
    double interval = ToSeconds(visit.started - last_started_);
    interval_length_.Observe(interval);
  }
  last_started_ = visit.started;
  if (!error.empty()) {
    WF_LOG(kDebug, "Scrape failed", {"component", "scrape manager"},
           {"scrape_pool", plan_->config->job_name}, {"target", target_.url}, {"err", error});
    if (plan_->failure_log) {
      plan_->failure_log->Write(visit.started, plan_->config->job_name, target_.url, error);
    }
  }
  MutexLock lock(mutex_);
  layout_ = cache_.layout();
  health_ = error.empty() ? Health::kUp : Health::kDown;
  last_error_ = error;
  last_scrape_ = visit.started;
  last_duration_seconds_ = seconds;
  busy_ = false;
  idle_.NotifyAll();
}

void Loop::WriteEnd(TimeMs t) {
  std::vector<storage::SeriesRef> refs = cache_.ActiveRefs();
  std::vector<double> markers(refs.size(), model::kStaleNan);
  std::vector<storage::RowError> refused;  // Series that have gone on under another target.
  std::unique_ptr<storage::Appender> appender = services_.storage.NewAppender();
  appender->AppendRow(t, refs, markers, &refused);
  Result<void> committed = appender->Commit();
  if (!committed.ok()) LogError("Stale commit failed", committed.error());
  MutexLock lock(mutex_);
  ended_ = true;
  busy_ = false;
  idle_.NotifyAll();
}

TargetStatus Loop::Status() const {
  TargetStatus status;
  status.pool = plan_->config->job_name;
  status.labels = target_.labels;
  status.url = target_.url;
  status.interval_ms = target_.interval_ms;
  status.timeout_ms = target_.timeout_ms;
  MutexLock lock(mutex_);
  status.discovered_labels = discovered_labels_;
  status.last_error = last_error_;
  status.last_scrape = last_scrape_;
  status.last_duration_seconds = last_duration_seconds_;
  status.health = health_;
  return status;
}

void Loop::SetDiscoveredLabels(const model::Labels& labels) {
  MutexLock lock(mutex_);
  discovered_labels_ = labels;
}

LayoutTable::Layout Loop::layout() const {
  MutexLock lock(mutex_);
  return layout_;
}

double Loop::SecondsSince(int64_t start_ns) const {
  return static_cast<double>(services_.clock->MonotonicNs() - start_ns) / 1e9;
}

}  // namespace watchfire::scrape
