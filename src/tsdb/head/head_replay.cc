#include <algorithm>

#include "base/log.h"
#include "base/thread.h"
#include "tsdb/head/head.h"
#include "tsdb/head/head_metrics.h"
#include "tsdb/head/replay_reader.h"
#include "tsdb/wal/reader.h"

namespace watchfire::head {
namespace {

// What goes through the queue at once: so much that handing it over costs nothing, and so little
// that it stays in the cache.
constexpr uint64_t kSamplesPerBatch = 8192;
constexpr size_t kStepsPerBatch = 256;

// Not a reason to stop: the rest is as good without them.
bool TellMissingSegments(uint64_t expected, const std::vector<wal::SegmentFile>& segments) {
  if (segments.empty() || segments.front().number <= expected) return false;
  WF_LOG(kWarn, "Segments of the write-ahead log are missing; what they held is lost",
         {"first", wal::SegmentName(expected)},
         {"last", wal::SegmentName(segments.front().number - 1)});
  return true;
}

}  // namespace

// Applies the records of a log to an empty head.
class Replayer {
 public:
  using Progress = std::function<void(uint64_t, uint64_t)>;

  explicit Replayer(Head* head)
      : head_(head),
        reader_(&head->index_, head->min_valid_time_.load(),
                [head](wal::Ref ref, SeriesId id) { head->wal_refs_.Set(id, ref); }) {}

  Result<void> ReadCheckpoint(const std::string& directory);
  // The damage that ended the reading, if any.
  Result<std::optional<wal::Corruption>> ReadSegments(std::vector<wal::SegmentFile> segments,
                                                      const Progress& progress);
  Result<void> ReadOutOfOrder();
  // Looks for chunks of what the log should have had.
  void FindLostChunks(bool damaged);
  ReplayResult Finish();
  uint64_t unknown_records() const { return reader_.unknown_records(); }

 private:
  void Read(wal::Reader* log, const Progress& progress, uint64_t last_segment);
  void Apply(ReplayStep step);

  Head* head_;
  // Of the reading thread while it runs.
  ReplayReader reader_;
  ReplayQueue queue_;
  std::optional<wal::Corruption> broken_record_;

  ReplayResult result_;
};

void Replayer::Apply(ReplayStep step) {
  result_.samples += step.samples;
  Head::Transaction transaction;
  transaction.rows = std::move(step.rows);
  transaction.histograms = std::move(step.histograms);
  transaction.float_histograms = std::move(step.float_histograms);
  transaction.exemplars = std::move(step.exemplars);
  transaction.metadata = std::move(step.metadata);
  if (!transaction.empty()) head_->Publish(transaction);
  for (const wal::TombstoneRecord& one : step.tombstones) {
    head_->ReplayDeletion(static_cast<SeriesId>(one.ref), one.mint, one.maxt);
  }
}

// The reading thread's work.
void Replayer::Read(wal::Reader* log, const Progress& progress, uint64_t last_segment) {
  uint64_t shown = UINT64_MAX;
  uint64_t good_bytes = 0;
  ReplaySteps steps;
  uint64_t samples = 0;
  std::string_view record;
  while (log->Next(&record)) {
    if (log->segment() != shown) {
      shown = log->segment();
      good_bytes = 0;
      if (progress) progress(shown, last_segment);
    }
    size_t before = steps.size();
    if (Result<void> read = reader_.Read(record, &steps); !read) {
      // The frame was whole and its content was not: as upstream, the log ends before it.
      broken_record_ = wal::Corruption{shown, good_bytes, read.error().message()};
      break;
    }
    good_bytes = log->good_bytes();
    if (steps.size() > before) samples += steps.back().samples;
    if (samples < kSamplesPerBatch && steps.size() < kStepsPerBatch) continue;
    queue_.Push(std::exchange(steps, {}));
    samples = 0;
  }
  queue_.Push(std::move(steps));
  queue_.FinishPushing();
}

Result<std::optional<wal::Corruption>> Replayer::ReadSegments(
    std::vector<wal::SegmentFile> segments, const Progress& progress) {
  if (segments.empty()) return std::optional<wal::Corruption>();
  uint64_t last = segments.back().number;
  wal::Reader log(*head_->options_.fs, std::move(segments));
  queue_.Begin();
  broken_record_.reset();
  Thread reading("wal-replay", [&] { Read(&log, progress, last); });
  while (std::optional<ReplaySteps> steps = queue_.Pop()) {
    for (ReplayStep& step : *steps) Apply(std::move(step));
  }
  reading.Join();
  TRY(log.status());
  return broken_record_ ? broken_record_ : log.corruption();
}

Result<void> Replayer::ReadCheckpoint(const std::string& directory) {
  std::vector<wal::SegmentFile> segments = TRY(wal::ListSegments(*head_->options_.fs, directory));
  if (segments.empty() || segments.front().number != 0) {
    return Error::Corrupt("read checkpoint {}: segment {} is missing", directory,
                          wal::SegmentName(0));
  }
  auto damage = TRY(ReadSegments(std::move(segments), nullptr));
  if (!damage) return {};
  return Error::Corrupt("read checkpoint {}: segment {}, offset {}: {}", directory, damage->segment,
                        damage->good_bytes, damage->reason);
}

Result<void> Replayer::ReadOutOfOrder() {
  auto find = [&](wal::Ref ref) { return reader_.Find(ref); };
  return head_->ReplayOutOfOrder(find, &result_);
}

void Replayer::FindLostChunks(bool damaged) {
  auto find = [&](wal::Ref ref) { return reader_.FindAndReserve(ref); };
  head_->FindLostChunks(find, damaged || result_.repaired);
}

// Series logged from now on get numbers behind all that the log has.
ReplayResult Replayer::Finish() {
  result_.series = reader_.created();
  result_.unknown_refs = reader_.unknown_refs();
  head_->metrics_->series->Increment(static_cast<double>(result_.series));
  head_->metrics_->series_created->Increment(static_cast<double>(result_.series));
  if (reader_.passed_over()) head_->log_outlives_memory_ = true;
  MutexLock lock(head_->created_mutex_);
  head_->next_ref_ = reader_.max_ref() + 1;
  return result_;
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
  bool missing = TellMissingSegments(first, segments);
  auto damage = TRY(replayer.ReadSegments(std::move(segments), progress));
  if (damage) {
    wal_metrics_.corruptions->Increment();
    WF_LOG(kWarn, "Encountered WAL read error, attempting repair", {"err", damage->reason},
           {"segment", damage->segment}, {"offset", damage->good_bytes});
    TRY(wal::Repair(fs, directory, *damage));
    WF_LOG(kInfo, "Successfully repaired WAL", {"segment", damage->segment},
           {"kept_bytes", damage->good_bytes});
  }
  TRY(replayer.ReadOutOfOrder());
  replayer.FindLostChunks(damage || missing);
  ReplayResult result = replayer.Finish();
  result.repaired |= damage.has_value();
  if (result.unknown_refs > 0) {
    metrics_->unknown_refs->Increment(static_cast<double>(result.unknown_refs));
    WF_LOG(kWarn, "Unknown series references", {"samples", result.unknown_refs});
  }
  if (replayer.unknown_records() > 0) {
    WF_LOG(kWarn, "Skipped records of unknown types in the write-ahead log",
           {"records", replayer.unknown_records()});
  }
  metrics_->replay_seconds->Set(static_cast<double>(options_.clock->MonotonicNs() - start) * 1e-9);
  return result;
}

}  // namespace watchfire::head
