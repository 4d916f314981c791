#include "tsdb/head/out_of_order.h"

#include <algorithm>

#include "base/log.h"

namespace watchfire::head {

OutOfOrder::OutOfOrder(const Options& options)
    : options_(options), current_(std::make_shared<OooStore>()) {
  stores_.push_back(current_);
}

OooStores OutOfOrder::stores() const {
  OooStores out;
  if (!any_.load(std::memory_order_acquire)) return out;
  MutexLock lock(stores_mutex_);
  for (const std::shared_ptr<OooStore>& store : stores_) {
    if (!store->empty()) out.push_back(store);
  }
  return out;
}

TimeMs OutOfOrder::mint() const {
  TimeMs mint = kMaxTime;
  for (const auto& store : stores()) mint = std::min(mint, store->mint());
  return mint;
}

TimeMs OutOfOrder::maxt() const {
  TimeMs maxt = kMinTime;
  for (const auto& store : stores()) maxt = std::max(maxt, store->maxt());
  return maxt;
}

bool OutOfOrder::Has(SeriesId id) const {
  OooStores all = stores();
  return std::any_of(all.begin(), all.end(), [&](const auto& store) { return store->Has(id); });
}

TimeMs OutOfOrder::NewestTime(SeriesId id) const {
  TimeMs newest = kMinTime;
  for (const auto& store : stores()) newest = std::max(newest, store->NewestTime(id));
  return newest;
}

const wal::WalMetrics& OutOfOrder::Metrics() {
  if (metrics_ == nullptr) {
    metrics_ = std::make_unique<wal::WalMetrics>(
        wal::MakeWalMetrics(*options_.registry, "prometheus_tsdb_out_of_order_wbl_"));
  }
  return *metrics_;
}

Result<void> OutOfOrder::OpenLog() {
  if (writer_ != nullptr) return {};
  wal::WriterOptions options;
  options.fs = options_.fs;
  options.clock = options_.clock;
  options.directory = options_.directory;
  options.segment_bytes = options_.segment_bytes;
  options.metrics = &Metrics();
  writer_ = TRY(wal::Writer::Open(options));
  return {};
}

Result<void> OutOfOrder::Log(std::span<const wal::PreparedRecord> records) {
  TRY(OpenLog());
  return writer_->Log(records);
}

Result<bool> OutOfOrder::Replay(const std::function<Result<void>(std::string_view)>& apply) {
  MutexLock lock(commit_mutex_);
  FileSystem& fs = *options_.fs;
  std::vector<wal::SegmentFile> segments = TRY(wal::ListSegments(fs, options_.directory));
  if (segments.empty()) return false;
  wal::Reader reader(fs, std::move(segments));
  std::optional<wal::Corruption> damage;
  uint64_t segment = UINT64_MAX;
  uint64_t good_bytes = 0;
  std::string_view record;
  while (reader.Next(&record)) {
    if (reader.segment() != segment) good_bytes = 0;
    segment = reader.segment();
    if (Result<void> applied = apply(record); !applied) {
      damage = wal::Corruption{segment, good_bytes, applied.error().message()};
      break;
    }
    good_bytes = reader.good_bytes();
  }
  TRY(reader.status());
  if (!damage) damage = reader.corruption();
  if (!damage) return false;
  Metrics().corruptions->Increment();
  WF_LOG(kWarn, "Loading WBL error, attempting repair", {"err", damage->reason},
         {"segment", damage->segment}, {"offset", damage->good_bytes});
  TRY(wal::Repair(fs, options_.directory, *damage));
  return true;
}

Result<OutOfOrderCut> OutOfOrder::Cut(int64_t width_ms) {
  OutOfOrderCut cut;
  MutexLock lock(commit_mutex_);
  bool samples = !stores().empty();
  std::vector<wal::SegmentFile> segments = TRY(wal::ListSegments(*options_.fs, options_.directory));
  if (!samples && std::all_of(segments.begin(), segments.end(),
                              [](const wal::SegmentFile& one) { return one.size == 0; })) {
    return cut;
  }
  bool was_open = writer_ != nullptr;
  TRY(OpenLog());
  cut.next_segment = was_open ? TRY(writer_->NextSegment()) : writer_->segment();
  {
    MutexLock stores_lock(stores_mutex_);
    if (!current_->empty()) {
      current_ = std::make_shared<OooStore>();
      stores_.push_back(current_);
    }
    cut.stores.assign(stores_.begin(), stores_.end() - 1);
  }
  std::set<TimeMs> starts;
  for (const auto& store : cut.stores) store->AddRangeStarts(width_ms, &starts);
  for (TimeMs start : starts) cut.ranges.push_back({start, start + width_ms});
  return cut;
}

Result<void> OutOfOrder::Truncate(const OutOfOrderCut& cut) {
  MutexLock lock(commit_mutex_);
  {
    MutexLock stores_lock(stores_mutex_);
    std::erase_if(stores_, [&](const std::shared_ptr<OooStore>& store) {
      return store != current_ &&
             std::find(cut.stores.begin(), cut.stores.end(), store) != cut.stores.end();
    });
    bool any = std::any_of(stores_.begin(), stores_.end(),
                           [](const auto& store) { return !store->empty(); });
    any_.store(any, std::memory_order_release);
  }
  Metrics().truncations->Increment();
  int64_t start = options_.clock->MonotonicNs();
  Result<void> removed;
  // In order of numbers, so that what a crash leaves is consecutive.
  for (const wal::SegmentFile& one : TRY(wal::ListSegments(*options_.fs, options_.directory))) {
    if (one.number >= cut.next_segment || !removed) break;
    removed = options_.fs->Remove(one.path);
  }
  if (!removed) Metrics().truncations_failed->Increment();
  Metrics().truncate_duration_seconds->Observe(
      static_cast<double>(options_.clock->MonotonicNs() - start) * 1e-9);
  return removed;
}

Result<void> OutOfOrder::Close() {
  MutexLock lock(commit_mutex_);
  if (writer_ == nullptr) return {};
  return writer_->Close();
}

uint64_t OutOfOrder::LogBytes() const {
  uint64_t bytes = 0;
  Result<std::vector<wal::SegmentFile>> segments =
      wal::ListSegments(*options_.fs, options_.directory);
  if (!segments) return 0;
  for (const wal::SegmentFile& one : *segments) bytes += one.size;
  return bytes;
}

size_t OutOfOrder::bytes() const {
  size_t bytes = 0;
  for (const auto& store : stores()) bytes += store->bytes();
  return bytes;
}

}  // namespace watchfire::head
