#include <algorithm>
#include <unordered_map>

#include "base/log.h"
#include "tsdb/head/head.h"
#include "tsdb/head/head_metrics.h"
#include "tsdb/wal/reader.h"

namespace watchfire::head {

// Applies the records of a log to an empty head.
class Replayer {
 public:
  explicit Replayer(Head* head) : head_(head) {}

  Result<void> ReadCheckpoint(const std::string& directory);
  // The damage that ended the reading, if any.
  Result<std::optional<wal::Corruption>> ReadSegments(
      const std::vector<wal::SegmentFile>& segments,
      const std::function<void(uint64_t, uint64_t)>& progress);
  void Finish();
  // Counts those that it does not know.
  std::optional<SeriesId> Find(wal::Ref ref);

  ReplayResult result;

 private:
  Result<void> Apply(std::string_view record);
  Result<void> ApplySeries(std::string_view record);
  Result<void> ApplySamples(std::string_view record);
  Result<void> ApplyHistograms(std::string_view record, bool floats);
  Result<void> ApplyTombstones(std::string_view record);
  void SetRef(wal::Ref ref, SeriesId id);

  Head* head_;
  // Log numbers are nearly dense in a log of ours, and usually in others.
  std::vector<SeriesId> dense_;  // id + 1
  std::unordered_map<wal::Ref, SeriesId> sparse_;
  wal::Ref max_ref_ = 0;

  std::vector<wal::SeriesRecord> series_;
  std::vector<wal::SampleRecord> samples_;
  Head::Transaction transaction_;
};

void Replayer::SetRef(wal::Ref ref, SeriesId id) {
  max_ref_ = std::max(max_ref_, ref);
  if (ref < 4 * result.series + 65536) {
    if (dense_.size() <= ref) dense_.resize(static_cast<size_t>(ref) + 1);
    dense_[static_cast<size_t>(ref)] = id + 1;
  } else {
    sparse_[ref] = id;
  }
}

std::optional<SeriesId> Replayer::Find(wal::Ref ref) {
  if (ref < dense_.size() && dense_[static_cast<size_t>(ref)] != 0) {
    return dense_[static_cast<size_t>(ref)] - 1;
  }
  if (auto found = sparse_.find(ref); found != sparse_.end()) return found->second;
  ++result.unknown_refs;
  return std::nullopt;
}

Result<void> Replayer::ApplySeries(std::string_view record) {
  TRY(wal::DecodeSeries(record, &series_));
  for (const wal::SeriesRecord& series : series_) {
    // A set that could not be created could not have been logged by us; others' are let go.
    Result<std::pair<SeriesId, bool>> made = head_->index_.FindOrCreate(series.labels, true);
    if (!made) {
      WF_LOG(kWarn, "Skipping a series of the write-ahead log", {"err", made.error()});
      continue;
    }
    auto [id, created] = *made;
    if (created) {
      head_->wal_refs_.Set(id, series.ref);
      ++result.series;
      head_->metrics_->series->Increment();
      head_->metrics_->series_created->Increment();
    }
    SetRef(series.ref, id);
  }
  return {};
}

Result<void> Replayer::ApplySamples(std::string_view record) {
  TRY(wal::DecodeSamples(record, &samples_));
  Row* row = nullptr;
  TimeMs row_time = 0;
  for (const wal::SampleRecord& sample : samples_) {
    std::optional<SeriesId> id = Find(sample.ref);
    if (!id) continue;
    if (row == nullptr || row_time != sample.t) {
      row = &transaction_.rows[sample.t];
      row_time = sample.t;
    }
    row->ids.push_back(*id);
    row->values.push_back(sample.v);
    ++result.samples;
  }
  return {};
}

Result<void> Replayer::ApplyHistograms(std::string_view record, bool floats) {
  if (floats) {
    std::vector<wal::FloatHistogramRecord> records;
    TRY(wal::DecodeFloatHistograms(record, &records));
    for (wal::FloatHistogramRecord& one : records) {
      std::optional<SeriesId> id = Find(one.ref);
      if (!id || !ValidateHistogram(one.histogram)) continue;
      one.ref = *id;
      transaction_.float_histograms.push_back(std::move(one));
    }
    return {};
  }
  std::vector<wal::HistogramRecord> records;
  TRY(wal::DecodeHistograms(record, &records));
  for (wal::HistogramRecord& one : records) {
    std::optional<SeriesId> id = Find(one.ref);
    if (!id || !ValidateHistogram(one.histogram)) continue;
    one.ref = *id;
    transaction_.histograms.push_back(std::move(one));
  }
  return {};
}

Result<void> Replayer::ApplyTombstones(std::string_view record) {
  std::vector<wal::TombstoneRecord> records;
  TRY(wal::DecodeTombstones(record, &records));
  for (const wal::TombstoneRecord& one : records) {
    if (std::optional<SeriesId> id = Find(one.ref)) {
      head_->ReplayDeletion(*id, one.mint, one.maxt);
    }
  }
  return {};
}

Result<void> Replayer::Apply(std::string_view record) {
  switch (wal::TypeOf(record)) {
    case wal::RecordType::kSeries:
      TRY(ApplySeries(record));
      break;
    case wal::RecordType::kSamples:
      TRY(ApplySamples(record));
      break;
    case wal::RecordType::kTombstones:
      TRY(ApplyTombstones(record));
      break;
    case wal::RecordType::kHistograms:
    case wal::RecordType::kCustomHistograms:
      TRY(ApplyHistograms(record, false));
      break;
    case wal::RecordType::kFloatHistograms:
    case wal::RecordType::kCustomFloatHistograms:
      TRY(ApplyHistograms(record, true));
      break;
    case wal::RecordType::kExemplars:
    case wal::RecordType::kMmapMarkers:
    case wal::RecordType::kMetadata:
    case wal::RecordType::kUnknown:
      break;  // not kept in memory
  }
  if (!transaction_.empty()) head_->Publish(transaction_);
  transaction_.rows.clear();
  transaction_.histograms.clear();
  transaction_.float_histograms.clear();
  return {};
}

Result<void> Replayer::ReadCheckpoint(const std::string& directory) {
  std::vector<wal::SegmentFile> segments = TRY(wal::ListSegments(*head_->options_.fs, directory));
  wal::Reader reader(*head_->options_.fs, std::move(segments));
  std::string_view record;
  while (reader.Next(&record)) TRY(Apply(record));
  TRY(reader.status());
  if (reader.corruption()) {
    return Error::Corrupt("read checkpoint {}: segment {}: {}", directory,
                          reader.corruption()->segment, reader.corruption()->reason);
  }
  return {};
}

Result<std::optional<wal::Corruption>> Replayer::ReadSegments(
    const std::vector<wal::SegmentFile>& segments,
    const std::function<void(uint64_t, uint64_t)>& progress) {
  if (segments.empty()) return std::optional<wal::Corruption>();
  wal::Reader reader(*head_->options_.fs, segments);
  uint64_t shown = UINT64_MAX;
  uint64_t good_bytes = 0;
  std::string_view record;
  while (reader.Next(&record)) {
    if (reader.segment() != shown) {
      shown = reader.segment();
      good_bytes = 0;
      if (progress) progress(shown, segments.back().number);
    }
    if (Result<void> applied = Apply(record); !applied) {
      // The frame was whole and its content was not: as upstream, the log ends before it.
      return std::optional(wal::Corruption{shown, good_bytes, applied.error().message()});
    }
    good_bytes = reader.good_bytes();
  }
  TRY(reader.status());
  return reader.corruption();
}

// Series logged from now on get numbers behind all that the log has.
void Replayer::Finish() {
  MutexLock lock(head_->created_mutex_);
  head_->next_ref_ = max_ref_ + 1;
}

Result<ReplayResult> Head::Replay(const std::function<void(uint64_t, uint64_t)>& progress) {
  int64_t start = options_.clock->MonotonicNs();
  FileSystem& fs = *options_.fs;
  const std::string& directory = options_.wal_directory;
  Replayer replayer(this);
  uint64_t first = 0;
  if (auto checkpoint = TRY(wal::FindCheckpoint(fs, directory))) {
    TRY(replayer.ReadCheckpoint(checkpoint->path));
    first = checkpoint->number + 1;
  }
  std::vector<wal::SegmentFile> segments = TRY(wal::ListSegments(fs, directory));
  std::erase_if(segments, [&](const wal::SegmentFile& s) { return s.number < first; });
  std::optional<wal::Corruption> damage = TRY(replayer.ReadSegments(segments, progress));
  if (damage) {
    wal_metrics_.corruptions->Increment();
    replayer.result.repaired = true;
    WF_LOG(kWarn, "Encountered WAL read error, attempting repair", {"err", damage->reason},
           {"segment", damage->segment}, {"offset", damage->good_bytes});
    TRY(wal::Repair(fs, directory, *damage));
    WF_LOG(kInfo, "Successfully repaired WAL", {"segment", damage->segment},
           {"kept_bytes", damage->good_bytes});
  }
  TRY(ReplayOutOfOrder([&](wal::Ref ref) { return replayer.Find(ref); }, &replayer.result));
  replayer.Finish();
  if (replayer.result.unknown_refs > 0) {
    metrics_->unknown_refs->Increment(static_cast<double>(replayer.result.unknown_refs));
    WF_LOG(kWarn, "Unknown series references", {"samples", replayer.result.unknown_refs});
  }
  metrics_->replay_seconds->Set(static_cast<double>(options_.clock->MonotonicNs() - start) * 1e-9);
  return replayer.result;
}

}  // namespace watchfire::head
