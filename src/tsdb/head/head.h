#pragma once
// Head: the newest hours of a database, in memory: index + samples + the log that lets them survive
// a crash. It is an Appendable and a Queryable; the database (tsdb/db) owns it.
//
// A transaction is collected in its appender, encoded and compressed in the caller's thread, logged
// with one write, and then published at once. Series are logged before the first sample of theirs:
// every commit logs all new ones first. The numbers that name series in the log count up; ids are
// used again when their series is gone (head_gc.cc).
//
// Thread-safe after Replay and OpenLog, which one thread calls first. Never does: fsync on commit
// (as upstream), write blocks.

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/file.h"
#include "base/mutex.h"
#include "client/registry.h"
#include "storage/appender.h"
#include "storage/querier.h"
#include "tsdb/chunk/encoded_chunk.h"
#include "tsdb/head/active_appenders.h"
#include "tsdb/head/deletions.h"
#include "tsdb/head/exemplar_store.h"
#include "tsdb/head/histogram_store.h"
#include "tsdb/head/metadata_store.h"
#include "tsdb/head/out_of_order.h"
#include "tsdb/head/wal_refs.h"
#include "tsdb/index/index.h"
#include "tsdb/samples/sample_store.h"
#include "tsdb/wal/record.h"
#include "tsdb/wal/writer.h"

namespace watchfire::head {

struct HeadOptions {
  FileSystem* fs = nullptr;      // required
  const Clock* clock = nullptr;  // required
  std::string wal_directory;
  std::string wbl_directory;           // empty: `wbl` beside the other
  int64_t out_of_order_window_ms = 0;  // see SetOutOfOrderWindow
  int64_t chunk_range_ms = kEraMs;     // what becomes a block at once (min-block-duration)
  uint64_t max_exemplars = 0;          // see SetMaxExemplars
  bool metadata_records = false;       // keep and log what UpdateMetadata says
  wal::Compression compression = wal::Compression::kZstd;
  uint64_t segment_bytes = wal::kDefaultSegmentBytes;
  client::Registry* registry = nullptr;  // required
};

struct HeadStats {
  uint64_t num_series = 0;
  uint64_t chunk_count = 0;  // stretches of samples, which become chunks
  TimeMs min_time = kMaxTime;
  TimeMs max_time = kMinTime;  // below min_time while empty
};

// Bytes by purpose, as far as the head counts them itself.
struct HeadMemory {
  uint64_t labels = 0;
  uint64_t slots = 0;
  uint64_t samples = 0;
  uint64_t columns = 0;
  uint64_t histograms = 0;
  uint64_t late = 0;  // out of order
  uint64_t total() const { return labels + slots + samples + columns + histograms + late; }
};

struct ReplayResult {
  uint64_t samples = 0;
  uint64_t series = 0;
  uint64_t unknown_refs = 0;
  bool repaired = false;
};

class Head final : public storage::Appendable, public storage::Queryable {
 public:
  explicit Head(const HeadOptions& options);
  ~Head() override;

  // ---- start and end, in this order
  // Reads what the log has, mending its damaged end; samples that RaiseMinValidTime put out of
  // bounds are passed over. `progress(segment, last)` before each segment, from another thread.
  Result<ReplayResult> Replay(const std::function<void(uint64_t, uint64_t)>& progress);
  Result<void> OpenLog();
  Result<void> Close();

  std::unique_ptr<storage::Appender> NewAppender() override;
  Result<std::unique_ptr<storage::Querier>> NewQuerier(TimeMs mint, TimeMs maxt) override;

  HeadStats Stats();
  HeadMemory Memory();
  index::Cardinality TopCardinality(size_t limit) const { return index_.TopCardinality(limit); }

  // ---- towards blocks
  // What should become a block now, if anything: the first chunk range, once the head spans more
  // than one and a half of them.
  std::optional<TimeRange> CompactableRange() const;
  // The in-order samples in [mint, maxt) as of now, as chunks, without what is deleted; appends go
  // on meanwhile. Must be gone before the next Truncate, and be used by one thread.
  std::unique_ptr<chunk::ChunkSource> Source(TimeMs mint, TimeMs maxt);

  // ---- deletion
  // Deletes what matches and lies in [mint, maxt], both inclusive: logged, then hidden from queries
  // and blocks. Returns the number of series that lose something.
  Result<uint64_t> Delete(TimeMs mint, TimeMs maxt, const model::Matchers& matchers);

  // ---- beside the samples
  // At most so many exemplars are kept, from now on; 0: none.
  void SetMaxExemplars(uint64_t max) { exemplars_.Resize(max); }
  // mint ≤ t ≤ maxt, of series that match one of the sets, in order of labels.
  std::vector<SeriesExemplars> SelectExemplars(TimeMs mint, TimeMs maxt,
                                               const std::vector<model::Matchers>& sets) const {
    return exemplars_.Select(mint, maxt, sets);
  }
  std::optional<model::Metadata> MetadataOf(const model::Labels& labels) const;

  // ---- out of order
  // Samples up to so much older than the newest are taken from now on; 0: none. What was taken
  // stays until it is in blocks.
  void SetOutOfOrderWindow(int64_t window_ms) { out_of_order_.SetWindow(window_ms); }
  // Once after each head compaction: cut, one block for each range of the cut, load the blocks,
  // truncate. A cut that could not be written is in the next one again.
  Result<OutOfOrderCut> CutOutOfOrder() { return out_of_order_.Cut(options_.chunk_range_ms); }
  // As Source, of the samples of the cut. The cut must outlive it.
  std::unique_ptr<chunk::ChunkSource> OutOfOrderSource(const OutOfOrderCut& cut, TimeMs mint,
                                                       TimeMs maxt);
  Result<void> TruncateOutOfOrder(const OutOfOrderCut& cut) { return out_of_order_.Truncate(cut); }
  uint64_t OutOfOrderLogBytes() const { return out_of_order_.LogBytes(); }
  // Adds samples that were found elsewhere (chunks of a Prometheus that its log lacks), as
  // out-of-order samples; those that the head has are left out. Ascending in time. Returns the
  // number added. After OpenLog.
  Result<uint64_t> AddRecovered(const model::Labels& labels, storage::Columns floats,
                                std::span<const chunk::HistogramPoint> points);

  // Before a range becomes a block: samples below `t` are out of bounds from now on (it never
  // falls), then waits for the transactions that may still have such. False if that took too long.
  void RaiseMinValidTime(TimeMs t);
  bool WaitForAppendersBelow(TimeMs t, int64_t timeout_ms = kPatienceMs) {
    return appenders_.WaitBelow(t, timeout_ms);
  }

  // Forgets whole eras that end at or before `t`, unused series, and the log that holds nothing
  // newer.
  Result<void> Truncate(TimeMs t) EXCLUDES(truncate_mutex_);
  // The last part of Truncate again, if the disk did not take it then.
  Result<void> TruncateLog() EXCLUDES(truncate_mutex_);
  // Removes the series that have nothing in the head and that nobody is about to append to. Waits
  // at most so long for transactions and for queries that may know them, else it is for the next
  // time. Returns the number removed. Truncate calls it.
  size_t CollectGarbage(int64_t timeout_ms = kPatienceMs) EXCLUDES(garbage_mutex_);
  // What was removed and could not be forgotten yet, as queries were looking at it. Cheap; for once
  // a minute.
  void ForgetRemoved() EXCLUDES(garbage_mutex_);
  static constexpr int64_t kPatienceMs = 5'000;

 private:
  friend class HeadAppender;
  friend class HeadQuerier;
  friend class HeadSeries;
  friend class HeadSeriesSet;
  friend class HeadSource;
  friend class LateSource;
  friend class Replayer;

  struct Samples {
    Rows rows;
    std::vector<wal::HistogramRecord> histograms;  // refs are series ids here
    std::vector<wal::FloatHistogramRecord> float_histograms;
    bool empty() const { return rows.empty() && histograms.empty() && float_histograms.empty(); }
  };
  struct Transaction : Samples {
    Samples late;  // out of order
    std::vector<wal::ExemplarRecord> exemplars;
    std::vector<wal::MetadataRecord> metadata;
    bool empty() const {
      return Samples::empty() && late.empty() && exemplars.empty() && metadata.empty();
    }
  };
  struct Metrics;

  Result<void> Commit(Transaction transaction) EXCLUDES(log_mutex_);
  std::vector<wal::PreparedRecord> EncodeWhole(const Transaction& transaction) const;
  std::vector<wal::PreparedRecord> Encode(const Samples& samples) const;
  void EncodeHistogramRecords(const Samples& samples, std::vector<wal::PreparedRecord>* out) const;
  Result<void> Log(std::vector<wal::PreparedRecord> records) EXCLUDES(log_mutex_);
  std::vector<wal::PreparedRecord> EncodeNewSeries(std::span<const SeriesId> ids) const;
  void Publish(const Transaction& transaction);
  Result<void> CommitLate(Transaction transaction);
  void PublishLate(const Samples& late, uint64_t sequence, uint64_t watermark);
  Result<void> ReplayOutOfOrder(const std::function<std::optional<SeriesId>(wal::Ref)>& find,
                                ReplayResult* result);
  Result<uint64_t> AddRecoveredIn(const model::Labels& labels, storage::Columns floats,
                                  std::span<const chunk::HistogramPoint> points);
  void ReplayDeletion(SeriesId id, TimeMs mint, TimeMs maxt);
  // Of records, whose refs are series ids here.
  void AddExemplars(std::span<const wal::ExemplarRecord> exemplars);
  void AddMetadata(std::span<const wal::MetadataRecord> metadata);
  Result<void> WriteCheckpoint(TimeMs mint, bool whole) REQUIRES(truncate_mutex_);
  // The log has nothing before `t` afterwards.
  Result<void> ForgetInLog(TimeMs t) EXCLUDES(truncate_mutex_);

  // ---- chunks of a Prometheus (head_recover.cc)
  struct LostChunk {  // of which the log lacks some
    std::optional<SeriesId> id;
    model::Labels labels;  // without an id: the log does not know the series
    chunk::OwnedChunk chunk;
  };
  std::string DirectoryBeside(std::string_view name) const;
  void FindLostChunks(const std::function<std::optional<SeriesId>(wal::Ref)>& find, bool damaged);
  void LookAtChunk(std::optional<SeriesId> id, const model::Labels* labels, bool damaged,
                   const chunk::ChunkView& chunk);
  bool Holds(SeriesId id, const chunk::ChunkView& chunk, bool damaged);
  Result<void> RecoverLostChunks();
  void RemoveOldChunks(TimeMs mint);
  wal::Ref WalRef(SeriesId id) const { return wal_refs_.Get(id); }
  // Whether a checkpoint up to that segment still needs the series that the log calls so.
  bool CheckpointNeeds(wal::Ref ref, uint64_t last_segment) const EXCLUDES(created_mutex_);
  void ForgetRefsUpTo(uint64_t last_segment) EXCLUDES(created_mutex_);

  // ---- garbage (head_gc.cc)
  void Created(SeriesId id) EXCLUDES(created_mutex_);
  std::vector<SeriesId> UnusedSeries() EXCLUDES(created_mutex_);
  void EraseUsed(std::vector<SeriesId>* ids);
  size_t Remove(std::span<const SeriesId> candidates) REQUIRES(garbage_mutex_);
  void ReleaseRemoved() REQUIRES(garbage_mutex_);
  // The earliest time that a sample may have now.
  TimeMs AppendBound() const;
  void Saw(TimeMs mint, TimeMs maxt);

  const HeadOptions options_;
  std::unique_ptr<Metrics> metrics_;
  wal::WalMetrics wal_metrics_;
  index::Index index_;
  SampleStore samples_;
  HistogramStore histograms_;
  OutOfOrder out_of_order_;
  Deletions deletions_;
  ExemplarStore exemplars_;
  MetadataStore metadata_;
  // Between Replay and OpenLog: what the log lacks, and from which damaged file of it on nothing is
  // to be read.
  std::vector<LostChunk> lost_chunks_;
  std::optional<uint32_t> damaged_chunks_file_;
  std::atomic<TimeMs> min_time_{kMaxTime};
  std::atomic<TimeMs> max_time_{kMinTime};

  std::atomic<TimeMs> min_valid_time_{kMinTime};
  ActiveAppenders appenders_;

  Mutex truncate_mutex_;
  std::optional<TimeMs> log_cut_ GUARDED_BY(truncate_mutex_);  // what the log need not keep
  // The log may have samples that were dropped from memory, since blocks have them.
  std::atomic<bool> log_outlives_memory_{false};

  // Held over the write, so that a series is in the log before its samples.
  Mutex log_mutex_;
  std::unique_ptr<wal::Writer> writer_;

  WalRefs wal_refs_;
  mutable Mutex created_mutex_;
  wal::Ref next_ref_ GUARDED_BY(created_mutex_) = 1;             // of the next new series
  std::vector<SeriesId> not_logged_ GUARDED_BY(created_mutex_);  // new series
  // Log numbers of removed series, by what was the log's newest segment then.
  std::map<wal::Ref, uint64_t> removed_refs_ GUARDED_BY(created_mutex_);

  // Series that nobody finds any more, by the newest transaction of those who may know them.
  struct Removed {
    uint64_t sequence = 0;
    std::vector<SeriesId> ids;
  };
  Mutex garbage_mutex_;
  std::vector<Removed> removed_ GUARDED_BY(garbage_mutex_);
  uint64_t rebuilt_at_ GUARDED_BY(garbage_mutex_) = 0;  // transaction; 0: no old label stores
};

}  // namespace watchfire::head
