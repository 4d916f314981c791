#include "alerting/nflog/notification_log.h"

#include <algorithm>
#include <map>

#include "alerting/nflog/entry_record.h"
#include "base/mutex.h"
#include "codec/records.h"

namespace watchfire::alerting {
namespace {

constexpr int64_t kNsPerMs = 1'000'000;
// Nobody has so much; a file that says so is not ours.
constexpr uint64_t kMaxSnapshot = 1ULL << 30;
// An entry of a million alerts has 18 MB.
constexpr size_t kMaxRecord = 64 << 20;

const std::vector<double> kSeconds = {.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10};

struct Metrics {
  explicit Metrics(client::Registry& registry);
  client::Summary& gc_duration;
  client::Summary& snapshot_duration;
  client::Gauge& snapshot_size;
  client::Counter& maintenance;
  client::Counter& maintenance_errors;
  client::Counter& queries;
  client::Counter& query_errors;
  client::Histogram& query_duration;
  client::Counter& propagated;
};

Metrics::Metrics(client::Registry& registry)
    : gc_duration(registry.AddSummary(
          "alertmanager_nflog_gc_duration_seconds",
          "Duration of the last notification log garbage collection cycle.", {})),
      snapshot_duration(registry.AddSummary("alertmanager_nflog_snapshot_duration_seconds",
                                            "Duration of the last notification log snapshot.", {})),
      snapshot_size(registry.AddGauge("alertmanager_nflog_snapshot_size_bytes",
                                      "Size of the last notification log snapshot in bytes.")),
      maintenance(
          registry.AddCounter("alertmanager_nflog_maintenance_total",
                              "How many maintenances were executed for the notification log.")),
      maintenance_errors(registry.AddCounter(
          "alertmanager_nflog_maintenance_errors_total",
          "How many maintenances were executed for the notification log that failed.")),
      queries(registry.AddCounter("alertmanager_nflog_queries_total",
                                  "Number of notification log queries were received.")),
      query_errors(registry.AddCounter("alertmanager_nflog_query_errors_total",
                                       "Number notification log received queries that failed.")),
      query_duration(registry.AddHistogram("alertmanager_nflog_query_duration_seconds",
                                           "Duration of notification log query evaluation.",
                                           kSeconds)),
      propagated(registry.AddCounter(
          "alertmanager_nflog_gossip_messages_propagated_total",
          "Number of received gossip messages that have been further gossiped.")) {}

Result<std::vector<EntryRecord>> DecodeAll(std::string_view bytes) {
  std::vector<EntryRecord> out;
  auto take = [&](std::string_view record) -> Result<void> {
    out.push_back(TRY(DecodeEntry(record)));
    return {};
  };
  TRY(ForEachRecord(bytes, kMaxRecord, take));
  return out;
}

}  // namespace

std::string NflogKey::Text() const {
  return fmt::format("{}:{}/{}/{}", group_key, receiver, integration, index);
}

uint64_t AlertHash(const model::Labels& labels) {
  return labels.StableHash();
}

struct NotificationLog::Impl {
  explicit Impl(Options o)
      : options(std::move(o)),
        own_registry(options.registry == nullptr ? std::make_unique<client::Registry>() : nullptr),
        metrics(own_registry ? *own_registry : *options.registry) {}

  struct Stored {
    NflogKey key;
    std::shared_ptr<const NflogEntry> entry;
  };

  double SecondsSince(int64_t start_ns) const {
    return static_cast<double>(options.clock->MonotonicNs() - start_ns) / 1e9;
  }
  void Put(EntryRecord record) REQUIRES(mutex) {
    std::string text = record.key.Text();
    entries[std::move(text)] = {std::move(record.key),
                                std::make_shared<const NflogEntry>(std::move(record.entry))};
  }

  const Options options;
  std::unique_ptr<client::Registry> own_registry;
  Metrics metrics;
  mutable SharedMutex mutex;
  std::map<std::string, Stored> entries GUARDED_BY(mutex);  // by the key's text
  std::function<void(std::string)> broadcast;
};

NotificationLog::NotificationLog(Options options)
    : impl_(std::make_unique<Impl>(std::move(options))) {
  WF_CHECK(impl_->options.clock != nullptr);
}

NotificationLog::~NotificationLog() = default;

std::shared_ptr<const NflogEntry> NotificationLog::Find(const NflogKey& key) const {
  int64_t start = impl_->options.clock->MonotonicNs();
  int64_t now_ns = impl_->options.clock->Now() * kNsPerMs;
  std::string text = key.Text();
  std::shared_ptr<const NflogEntry> found;
  {
    ReaderLock lock(impl_->mutex);
    auto stored = impl_->entries.find(text);
    if (stored != impl_->entries.end()) found = stored->second.entry;
  }
  if (found && found->expires_at_ns <= now_ns) found = nullptr;
  impl_->metrics.queries.Increment();
  // As upstream does, though nothing is wrong with a first notification.
  if (!found) impl_->metrics.query_errors.Increment();
  impl_->metrics.query_duration.Observe(impl_->SecondsSince(start));
  return found;
}

void NotificationLog::Log(const NflogKey& key, std::vector<uint64_t> firing,
                          std::vector<uint64_t> resolved, ReceiverData data, int64_t expiry_ms) {
  TimeMs now = impl_->options.clock->Now();
  int64_t keep_ms = impl_->options.retention_ms;
  if (expiry_ms > 0) keep_ms = std::min(keep_ms, expiry_ms);
  std::sort(firing.begin(), firing.end());
  std::sort(resolved.begin(), resolved.end());
  NflogEntry entry{now * kNsPerMs, (now + keep_ms) * kNsPerMs, std::move(firing),
                   std::move(resolved), std::move(data)};
  std::string news;
  {
    WriterLock lock(impl_->mutex);
    auto known = impl_->entries.find(key.Text());
    if (known != impl_->entries.end()) {
      int64_t before = known->second.entry->timestamp_ns;
      // Whatever the clock says (it was set back, or a peer's is ahead): this was told later, and
      // were it not written, it would be told again at every tick.
      entry.timestamp_ns = std::max(entry.timestamp_ns, before + 1);
    }
    AppendRecord(news, EncodeEntry(key, entry));
    impl_->Put({key, std::move(entry)});
  }
  if (impl_->broadcast) impl_->broadcast(std::move(news));
}

size_t NotificationLog::Gc(TimeMs now) {
  int64_t start = impl_->options.clock->MonotonicNs();
  size_t forgotten = 0;
  {
    WriterLock lock(impl_->mutex);
    forgotten = std::erase_if(impl_->entries, [&](const auto& item) {
      return item.second.entry->expires_at_ns <= now * kNsPerMs;
    });
  }
  impl_->metrics.gc_duration.Observe(impl_->SecondsSince(start));
  return forgotten;
}

Result<void> NotificationLog::Load(const std::string& path, FileSystem& files) {
  if (!files.Exists(path)) return {};
  std::string bytes = TRY(files.ReadFile(path, kMaxSnapshot));
  Result<std::vector<EntryRecord>> records = DecodeAll(bytes);
  if (!records.ok()) return records.error().With("{}", path);
  WriterLock lock(impl_->mutex);
  impl_->entries.clear();
  for (EntryRecord& record : *records) impl_->Put(std::move(record));
  return {};
}

Result<void> NotificationLog::Save(const std::string& path, FileSystem& files) const {
  int64_t start = impl_->options.clock->MonotonicNs();
  std::string bytes = Marshal();
  impl_->metrics.maintenance.Increment();
  impl_->metrics.snapshot_size.Set(static_cast<double>(bytes.size()));
  Result<void> written = files.WriteFileAtomically(path, bytes);
  if (!written.ok()) impl_->metrics.maintenance_errors.Increment();
  impl_->metrics.snapshot_duration.Observe(impl_->SecondsSince(start));
  return written;
}

std::string NotificationLog::Marshal() const {
  std::string out;
  ReaderLock lock(impl_->mutex);
  for (const auto& [text, stored] : impl_->entries) {
    AppendRecord(out, EncodeEntry(stored.key, *stored.entry));
  }
  return out;
}

Result<void> NotificationLog::Merge(std::string_view bytes) {
  std::vector<EntryRecord> records = TRY(DecodeAll(bytes));
  int64_t now_ns = impl_->options.clock->Now() * kNsPerMs;
  std::string news;
  {
    WriterLock lock(impl_->mutex);
    for (EntryRecord& record : records) {
      if (record.entry.expires_at_ns < now_ns) continue;
      auto known = impl_->entries.find(record.key.Text());
      bool newer = known == impl_->entries.end() ||
                   known->second.entry->timestamp_ns < record.entry.timestamp_ns;
      if (!newer) continue;
      AppendRecord(news, EncodeEntry(record.key, record.entry));
      impl_->metrics.propagated.Increment();
      impl_->Put(std::move(record));
    }
  }
  if (!news.empty() && impl_->broadcast) impl_->broadcast(std::move(news));
  return {};
}

void NotificationLog::SetBroadcast(std::function<void(std::string)> broadcast) {
  impl_->broadcast = std::move(broadcast);
}

}  // namespace watchfire::alerting
