#include "tsdb/head/head.h"

#include <algorithm>

#include "base/log.h"
#include "tsdb/head/head_metrics.h"
#include "tsdb/wal/sample_codec.h"

namespace watchfire::head {
namespace {

// Larger transactions are spread over several records, which stay far below a segment.
constexpr size_t kSamplesPerRecord = 100'000;
constexpr size_t kSeriesRecordBytes = 256 * 1024;

}  // namespace

Head::Head(const HeadOptions& options)
    : options_(options),
      metrics_(std::make_unique<Metrics>(*options.registry)),
      wal_metrics_(wal::MakeWalMetrics(*options.registry)),
      samples_(options.chunk_range_ms),
      out_of_order_({options.fs, options.clock,
                     options.wbl_directory.empty() ? JoinPath(DirName(options.wal_directory), "wbl")
                                                   : options.wbl_directory,
                     options.segment_bytes, options.registry}),
      exemplars_(*options.registry) {
  exemplars_.Resize(options.max_exemplars);
  out_of_order_.SetWindow(options.out_of_order_window_ms);
  index_.OnCreate([this](SeriesId id) { Created(id); });
}

Head::~Head() {
  if (Result<void> closed = Close(); !closed) {
    WF_LOG(kError, "Closing the head failed", {"err", closed.error()});
  }
}

Result<void> Head::OpenLog() {
  wal::WriterOptions options;
  options.fs = options_.fs;
  options.directory = options_.wal_directory;
  options.segment_bytes = options_.segment_bytes;
  options.clock = options_.clock;
  options.metrics = &wal_metrics_;
  writer_ = TRY(wal::Writer::Open(options));
  return RecoverLostChunks();
}

Result<void> Head::Close() {
  if (writer_ == nullptr) return {};
  Result<void> late = out_of_order_.Close();
  Result<void> closed = writer_->Close();
  return closed ? late : closed;
}

void Head::Saw(TimeMs mint, TimeMs maxt) {
  TimeMs known = min_time_.load(std::memory_order_relaxed);
  while (mint < known && !min_time_.compare_exchange_weak(known, mint)) {
  }
  known = max_time_.load(std::memory_order_relaxed);
  while (maxt > known && !max_time_.compare_exchange_weak(known, maxt)) {
  }
}

TimeMs Head::AppendBound() const {
  TimeMs newest = max_time_.load(std::memory_order_relaxed);
  TimeMs valid = min_valid_time_.load(std::memory_order_seq_cst);
  return newest == kMinTime ? valid : std::max(valid, newest - options_.chunk_range_ms / 2);
}

Result<void> Head::Commit(Transaction transaction) {
  if (transaction.empty()) return {};
  if (writer_ == nullptr) return Error::Unavailable("the database is not open for writing");
  if (!transaction.late.empty()) return CommitLate(std::move(transaction));
  TRY(Log(EncodeWhole(transaction)));
  Publish(transaction);
  return {};
}

std::vector<wal::PreparedRecord> Head::Encode(const Samples& samples) const {
  std::vector<wal::PreparedRecord> records;
  ByteWriter bytes;
  std::optional<wal::SamplesEncoder> encoder;
  std::vector<wal::Ref> refs;
  size_t in_record = 0;
  auto finish = [&] {
    if (in_record > 0) records.push_back(wal::Prepare(options_.compression, bytes.view()));
    bytes.clear();
    encoder.reset();
    in_record = 0;
  };
  for (const auto& [t, row] : samples.rows) {
    for (size_t from = 0; from < row.ids.size();) {
      size_t n = std::min(row.ids.size() - from, kSamplesPerRecord - in_record);
      refs.resize(n);
      for (size_t i = 0; i < n; ++i) refs[i] = WalRef(row.ids[from + i]);
      if (!encoder) encoder.emplace(wal::BaseRef(refs), t, &bytes);
      encoder->AddRow(refs, t, std::span(row.values).subspan(from, n),
                      wal::BestOrder(options_.compression));
      in_record += n;
      from += n;
      if (in_record == kSamplesPerRecord) finish();
    }
  }
  finish();
  EncodeHistogramRecords(samples, &records);
  return records;
}

void Head::EncodeHistogramRecords(const Samples& samples,
                                  std::vector<wal::PreparedRecord>* out) const {
  for (bool custom : {false, true}) {
    std::vector<wal::HistogramRecord> chosen;
    for (const wal::HistogramRecord& record : samples.histograms) {
      if ((record.histogram.schema == model::kCustomBucketsSchema) != custom) continue;
      chosen.push_back(record);
      chosen.back().ref = WalRef(static_cast<SeriesId>(record.ref));
    }
    if (chosen.empty()) continue;
    ByteWriter bytes;
    wal::EncodeHistograms(chosen, custom, &bytes);
    out->push_back(wal::Prepare(options_.compression, bytes.view()));
  }
  for (bool custom : {false, true}) {
    std::vector<wal::FloatHistogramRecord> chosen;
    for (const wal::FloatHistogramRecord& record : samples.float_histograms) {
      if ((record.histogram.schema == model::kCustomBucketsSchema) != custom) continue;
      chosen.push_back(record);
      chosen.back().ref = WalRef(static_cast<SeriesId>(record.ref));
    }
    if (chosen.empty()) continue;
    ByteWriter bytes;
    wal::EncodeFloatHistograms(chosen, custom, &bytes);
    out->push_back(wal::Prepare(options_.compression, bytes.view()));
  }
}

std::vector<wal::PreparedRecord> Head::EncodeNewSeries(std::span<const SeriesId> ids) const {
  std::vector<wal::PreparedRecord> records;
  ByteWriter bytes;
  std::vector<wal::SeriesRecord> batch;
  size_t batch_bytes = 0;
  std::shared_ptr<const index::LabelStore> labels = index_.store();
  for (const SeriesId& id : ids) {
    batch.push_back({WalRef(id), labels->LabelsOf(id)});
    batch_bytes += batch.back().labels.bytes().size();
    if (batch_bytes < kSeriesRecordBytes && &id != &ids.back()) continue;
    bytes.clear();
    wal::EncodeSeries(batch, &bytes);
    records.push_back(wal::Prepare(options_.compression, bytes.view()));
    batch.clear();
    batch_bytes = 0;
  }
  return records;
}

Result<void> Head::Log(std::vector<wal::PreparedRecord> records) {
  MutexLock lock(log_mutex_);
  std::vector<SeriesId> created;
  {
    MutexLock created_lock(created_mutex_);
    created = not_logged_;
  }
  if (!created.empty()) {
    std::vector<wal::PreparedRecord> all = EncodeNewSeries(created);
    std::move(records.begin(), records.end(), std::back_inserter(all));
    records = std::move(all);
  }
  TRY(writer_->Log(records));
  if (created.empty()) return {};
  MutexLock created_lock(created_mutex_);
  not_logged_.erase(not_logged_.begin(),
                    not_logged_.begin() + static_cast<ptrdiff_t>(created.size()));
  return {};
}

void Head::Publish(const Transaction& transaction) {
  uint64_t histograms = 0;
  TimeMs mint = kMaxTime;
  TimeMs maxt = kMinTime;
  auto publish_others = [&](uint64_t sequence) {
    bool only_rows = transaction.histograms.empty() && transaction.float_histograms.empty() &&
                     transaction.late.empty();
    if (only_rows) return;
    uint64_t watermark = samples_.OldestReader();
    if (!transaction.late.empty()) PublishLate(transaction.late, sequence, watermark);
    auto keep = [&](SeriesId id, chunk::HistogramPoint point) {
      TimeMs t = point.t;
      if (!histograms_.Append(id, std::move(point), sequence, watermark)) return;
      ++histograms;
      mint = std::min(mint, t);
      maxt = std::max(maxt, t);
    };
    for (const wal::HistogramRecord& record : transaction.histograms) {
      keep(static_cast<SeriesId>(record.ref), {record.t, 0, false, record.histogram, {}});
    }
    for (const wal::FloatHistogramRecord& record : transaction.float_histograms) {
      keep(static_cast<SeriesId>(record.ref), {record.t, 0, true, {}, record.histogram});
    }
  };
  SampleStore::Outcome outcome = samples_.Apply(transaction.rows, publish_others);
  Saw(std::min(mint, outcome.mint), std::max(maxt, outcome.maxt));
  TimeMs oldest = min_time_.load(std::memory_order_relaxed);
  TimeMs newest = max_time_.load(std::memory_order_relaxed);
  if (oldest <= newest) {
    metrics_->min_time->Set(static_cast<double>(oldest));
    metrics_->min_time_seconds->Set(ToSeconds(oldest));
    metrics_->max_time->Set(static_cast<double>(newest));
    metrics_->max_time_seconds->Set(ToSeconds(newest));
  }
  metrics_->chunks->Set(static_cast<double>(samples_.num_segments()));
  metrics_->appended_floats->Increment(static_cast<double>(outcome.appended));
  metrics_->appended_histograms->Increment(static_cast<double>(histograms));
  metrics_->out_of_order.floats->Increment(static_cast<double>(outcome.refused));
  if (!transaction.metadata.empty()) AddMetadata(transaction.metadata);
  if (!transaction.exemplars.empty()) AddExemplars(transaction.exemplars);
}

HeadStats Head::Stats() {
  SampleStore::Stats samples = samples_.GetStats();
  HeadStats stats;
  stats.num_series = index_.num_series();
  stats.chunk_count = samples.segments + histograms_.num_series();
  stats.min_time = min_time_.load(std::memory_order_relaxed);
  stats.max_time = max_time_.load(std::memory_order_relaxed);
  return stats;
}

HeadMemory Head::Memory() {
  SampleStore::Stats samples = samples_.GetStats();
  HeadMemory memory;
  memory.labels = index_.MemoryUsage().total();
  memory.slots = samples.slot_bytes;
  memory.samples = samples.arena_bytes;
  memory.columns = samples.column_bytes;
  memory.histograms = histograms_.bytes();
  memory.late = out_of_order_.bytes();
  return memory;
}

}  // namespace watchfire::head
