#include "alerting/delivery/delivery_log.h"

#include <deque>

#include "alerting/delivery/delivery_reader.h"
#include "alerting/delivery/delivery_writer.h"
#include "base/log.h"
#include "base/mutex.h"
#include "base/thread.h"

namespace watchfire::alerting {
namespace {

// Records of one transaction: readers and other writers of the file wait no longer than for these.
constexpr size_t kMaxBatch = 500;
constexpr int64_t kTrimStep = 200;
constexpr int64_t kTrimIntervalMs = 60'000;
constexpr int64_t kLogIntervalMs = 60'000;
// What waits is mostly bodies of attempts.
constexpr size_t kMaxQueuedBytes = 32 << 20;

size_t BytesOf(const FlushRecord& record) {
  size_t bytes = sizeof(record) + record.alerts.size() * sizeof(FlushedAlert);
  for (const IntegrationRecord& integration : record.integrations) {
    for (const AttemptRecord& attempt : integration.attempts) {
      bytes += sizeof(attempt) + attempt.attempt.body.size() + attempt.attempt.response.size();
    }
  }
  return bytes;
}

// "delivered", "failed", "skipped", "muted", in this order.
constexpr Outcome kOutcomes[] = {Outcome::kDelivered, Outcome::kFailed, Outcome::kSkipped,
                                 Outcome::kMuted};

}  // namespace

struct DeliveryLog::Impl {
  Impl(store::Database* database_in, Options options_in)
      : database(database_in), options(options_in) {
    client::Registry* registry = options.registry;
    if (registry == nullptr) registry = &own_registry;
    dropped = &registry->AddCounter("watchfire_deliveries_dropped_total",
                                    "Flushes that the delivery log could not keep.");
    total = &registry->AddCounterFamily(
        "watchfire_deliveries_total",
        "What integrations did at ticks of groups, as the delivery log kept it.", {"outcome"});
    for (Outcome outcome : kOutcomes) total->With({std::string(OutcomeText(outcome))});
    rows_kept = &registry->AddGauge("watchfire_deliveries_rows", "Rows of the delivery log.");
  }

  // The thread.
  void Run();
  void WriteBatch(const std::vector<FlushRecord>& batch);
  Result<void> Write(std::span<const FlushRecord> records);
  void Trim();
  Result<int64_t> TrimOnce(TimeMs now);
  void Report(std::string_view message, const Error& error, size_t lost);

  store::Database* const database;
  const Options options;
  client::Registry own_registry;
  client::Counter* dropped = nullptr;
  client::Family<client::Counter>* total = nullptr;
  client::Gauge* rows_kept = nullptr;

  // Of the thread alone.
  DeliveryWriter writer;
  int64_t rows = 0;
  TimeMs last_trim = kMinTime;
  TimeMs last_report = kMinTime;
  uint64_t unreported = 0;

  Mutex mutex;
  CondVar wake;
  CondVar written;
  std::deque<FlushRecord> queue GUARDED_BY(mutex);
  size_t queued_bytes GUARDED_BY(mutex) = 0;
  uint64_t recorded GUARDED_BY(mutex) = 0;
  uint64_t finished GUARDED_BY(mutex) = 0;  // written or dropped
  bool stopping GUARDED_BY(mutex) = false;
  Thread thread;
};

DeliveryLog::DeliveryLog(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<DeliveryLog>> DeliveryLog::Open(store::Database* database, Options options) {
  WF_CHECK(options.clock != nullptr);
  TRY(database->Migrate("delivery", kDeliveryMigrations));
  auto impl = std::make_unique<Impl>(database, options);
  store::Rows rows = TRY(database->Read("SELECT count(*) FROM deliveries"));
  impl->rows = store::IntOf(rows[0][0]);
  impl->rows_kept->Set(static_cast<double>(impl->rows));
  impl->thread = Thread("deliveries", [raw = impl.get()] { raw->Run(); });
  return std::unique_ptr<DeliveryLog>(new DeliveryLog(std::move(impl)));
}

DeliveryLog::~DeliveryLog() {
  {
    MutexLock lock(impl_->mutex);
    impl_->stopping = true;
    impl_->wake.NotifyAll();
  }
  impl_->thread.Join();
}

void DeliveryLog::Record(FlushRecord record) {
  size_t bytes = BytesOf(record);
  size_t lost = 0;
  {
    MutexLock lock(impl_->mutex);
    ++impl_->recorded;
    impl_->queue.push_back(std::move(record));
    impl_->queued_bytes += bytes;
    while (impl_->queue.size() > impl_->options.queue_capacity ||
           (impl_->queued_bytes > kMaxQueuedBytes && impl_->queue.size() > 1)) {
      impl_->queued_bytes -= BytesOf(impl_->queue.front());
      impl_->queue.pop_front();
      ++impl_->finished;
      ++lost;
    }
    impl_->wake.NotifyAll();
  }
  if (lost > 0) impl_->dropped->Increment(static_cast<double>(lost));
}

void DeliveryLog::Flush() {
  MutexLock lock(impl_->mutex);
  uint64_t until = impl_->recorded;
  while (impl_->finished < until) impl_->written.Wait(impl_->mutex);
}

Result<std::vector<Delivery>> DeliveryLog::Find(const DeliveryQuery& query) const {
  std::vector<Delivery> found;
  Result<void> read = impl_->database->ReadMany([&](store::Connection& c) -> Result<void> {
    found = TRY(FindDeliveries(c, query));
    return {};
  });
  if (!read.ok()) return read.error();
  return found;
}

Result<Delivery> DeliveryLog::Get(int64_t id) const {
  Delivery found;
  Result<void> read = impl_->database->ReadMany([&](store::Connection& c) -> Result<void> {
    found = TRY(GetDelivery(c, id));
    return {};
  });
  if (!read.ok()) return read.error();
  return found;
}

void DeliveryLog::Impl::Run() {
  while (true) {
    std::vector<FlushRecord> batch;
    {
      MutexLock lock(mutex);
      while (queue.empty() && !stopping) {
        if (!wake.WaitFor(mutex, kTrimIntervalMs)) break;
      }
      if (queue.empty() && stopping) return;
      while (!queue.empty() && batch.size() < kMaxBatch) {
        queued_bytes -= BytesOf(queue.front());
        batch.push_back(std::move(queue.front()));
        queue.pop_front();
      }
    }
    if (!batch.empty()) WriteBatch(batch);
    Trim();
    MutexLock lock(mutex);
    finished += batch.size();
    written.NotifyAll();
  }
}

void DeliveryLog::Impl::WriteBatch(const std::vector<FlushRecord>& batch) {
  Result<void> done = Write(batch);
  if (done.ok()) return;
  // One record that cannot be written must not take the others with it; a bad disk takes all.
  if (batch.size() == 1 || done.error().code() == ErrorCode::kIo ||
      done.error().code() == ErrorCode::kCorrupt) {
    Report("Deliveries could not be written", done.error(), batch.size());
    return;
  }
  for (const FlushRecord& record : batch) {
    Result<void> one = Write(std::span(&record, 1));
    if (!one.ok()) Report("A delivery could not be written", one.error(), 1);
  }
}

Result<void> DeliveryLog::Impl::Write(std::span<const FlushRecord> records) {
  Result<void> done = database->Write([&](store::Connection& c) -> Result<void> {
    for (const FlushRecord& record : records) TRY(writer.Write(c, record));
    return {};
  });
  if (!done.ok()) {
    writer.Forget();
    return done;
  }
  DeliveryWriter::Counts counts = writer.TakeCounts();
  for (const auto& [outcome, ticks] : counts.ticks) {
    total->With({std::string(OutcomeText(outcome))}).Increment(static_cast<double>(ticks));
  }
  rows += counts.new_rows;
  rows_kept->Set(static_cast<double>(rows));
  return {};
}

void DeliveryLog::Impl::Trim() {
  TimeMs now = options.clock->Now();
  bool due = now - last_trim >= kTrimIntervalMs || now < last_trim;
  bool full = rows > static_cast<int64_t>(options.max_rows);
  if (!due && !full) return;
  last_trim = now;
  while (true) {
    Result<int64_t> removed = TrimOnce(now);
    if (!removed.ok()) {
      Report("Old deliveries could not be removed", removed.error(), 0);
      return;
    }
    rows -= *removed;
    rows_kept->Set(static_cast<double>(rows));
    if (*removed < kTrimStep) return;
  }
}

Result<int64_t> DeliveryLog::Impl::TrimOnce(TimeMs now) {
  int64_t removed = 0;
  Result<void> done = database->Write([&](store::Connection& c) -> Result<void> {
    removed = TRY(writer.Trim(c, now - options.retention_ms, kTrimStep));
    int64_t above = rows - removed - static_cast<int64_t>(options.max_rows);
    int64_t room = std::min(above, kTrimStep - removed);
    if (room > 0) removed += TRY(writer.Trim(c, kMaxTime, room));
    return {};
  });
  if (done.ok()) return removed;
  writer.Forget();
  return done.error();
}

void DeliveryLog::Impl::Report(std::string_view message, const Error& error, size_t lost) {
  dropped->Increment(static_cast<double>(lost));
  unreported += lost;
  TimeMs now = options.clock->Now();
  if (now - last_report < kLogIntervalMs && now >= last_report) return;
  last_report = now;
  WF_LOG(kError, message, {"component", "deliveries"}, {"dropped", unreported}, {"err", error});
  unreported = 0;
}

}  // namespace watchfire::alerting
