#pragma once
// ReplayReader: the first half of a replay. It reads records, creates the series that they define
// and turns everything else into steps: what one record changes, by series id, rows sorted. The
// second half (head_replay.cc) applies the steps in their order; a ReplayQueue lies between the
// two, so that one thread decompresses and decodes while another appends.
//
// Nothing here touches samples. One thread at a time; the head's index is all that it shares.

#include <array>
#include <functional>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/mutex.h"
#include "tsdb/head/head.h"
#include "tsdb/wal/reader.h"
#include "tsdb/wal/sample_codec.h"

namespace watchfire::head {

// Which series a log's numbers mean. In a young log of ours that is id + 1, which needs no table.
// Others lie in pages of neighbouring numbers: they were given in the order of creation.
class LogRefs {
 public:
  void Set(wal::Ref ref, SeriesId id);
  std::optional<SeriesId> Find(wal::Ref ref) const {
    if (ref - 1 < identical_) return static_cast<SeriesId>(ref - 1);
    return FindInPages(ref);
  }
  // Of all of a row at once, if that is easy; else false.
  bool FindRow(std::span<const wal::Ref> refs, SeriesId* ids) const {
    bool all = true;
    for (size_t i = 0; i < refs.size(); ++i) {
      all &= refs[i] - 1 < identical_;
      ids[i] = static_cast<SeriesId>(refs[i] - 1);
    }
    return all;
  }
  // A number that the logs use, if for a series that is lost, must not come to name another.
  void Reserve(wal::Ref ref) {
    if (ref < kMostRef) max_ = std::max(max_, ref);
  }
  wal::Ref max() const { return max_; }

 private:
  // Beyond what any log has counted to.
  static constexpr wal::Ref kMostRef = wal::Ref{1} << 62;
  static constexpr size_t kPageRefs = 64;
  using Page = std::array<SeriesId, kPageRefs>;  // id + 1

  std::optional<SeriesId> FindInPages(wal::Ref ref) const;
  void SetInPages(wal::Ref ref, SeriesId id);

  wal::Ref identical_ = 0;  // the numbers 1 … identical_ mean id + 1
  std::unordered_map<wal::Ref, size_t> page_of_;
  std::vector<Page> pages_;
  wal::Ref max_ = 0;
};

// What one record changes. Refs in it are series ids.
struct ReplayStep {
  Rows rows;
  std::vector<wal::HistogramRecord> histograms;
  std::vector<wal::FloatHistogramRecord> float_histograms;
  std::vector<wal::TombstoneRecord> tombstones;
  std::vector<wal::ExemplarRecord> exemplars;
  std::vector<wal::MetadataRecord> metadata;
  uint64_t samples = 0;

  bool empty() const {
    return rows.empty() && histograms.empty() && float_histograms.empty() && tombstones.empty() &&
           exemplars.empty() && metadata.empty();
  }
};
using ReplaySteps = std::vector<ReplayStep>;

// A few batches of steps on their way from one thread to another.
class ReplayQueue {
 public:
  void Begin() EXCLUDES(mutex_);
  // Waits while the queue is full.
  void Push(ReplaySteps steps) EXCLUDES(mutex_);
  void FinishPushing() EXCLUDES(mutex_);
  // Waits for the next batch; nothing at the end.
  std::optional<ReplaySteps> Pop() EXCLUDES(mutex_);

 private:
  static constexpr size_t kMostBatches = 4;
  Mutex mutex_;
  CondVar changed_;
  std::vector<ReplaySteps> batches_ GUARDED_BY(mutex_);
  bool finished_ GUARDED_BY(mutex_) = false;
};

class ReplayReader {
 public:
  // `created(ref, id)` is called for each new series.
  ReplayReader(index::Index* index, TimeMs min_valid_time,
               std::function<void(wal::Ref, SeriesId)> created)
      : index_(index), min_valid_time_(min_valid_time), created_(std::move(created)) {}

  // kCorrupt if the record is broken; nothing of it is in `steps` then.
  Result<void> Read(std::string_view record, ReplaySteps* steps);

  // Counts those that it does not know.
  std::optional<SeriesId> Find(wal::Ref ref);
  // Of other files that use the log's numbers; unknown ones are not counted there.
  std::optional<SeriesId> FindAndReserve(wal::Ref ref) {
    refs_.Reserve(ref);
    return refs_.Find(ref);
  }
  wal::Ref max_ref() const { return refs_.max(); }
  uint64_t created() const { return num_created_; }
  uint64_t unknown_records() const { return unknown_records_; }
  uint64_t unknown_refs() const { return unknown_refs_; }
  // Whether there was something out of bounds.
  bool passed_over() const { return passed_over_; }

 private:
  Result<void> ReadSeries(std::string_view record);
  Result<void> ReadSamples(std::string_view record, ReplayStep* step);
  template <typename Record, typename Decode>
  Result<void> ReadHistograms(std::string_view record, Decode decode, std::vector<Record>* out);
  Result<void> ReadTombstones(std::string_view record, ReplayStep* step);
  Result<void> ReadExemplars(std::string_view record, ReplayStep* step);
  Result<void> ReadMetadata(std::string_view record, ReplayStep* step);
  bool IsOutOfBounds(TimeMs t) {
    if (t >= min_valid_time_) return false;
    passed_over_ = true;
    return true;
  }
  void AddRow(TimeMs t, std::span<const wal::Ref> refs, std::span<const double> values,
              ReplayStep* step);

  index::Index* index_;
  const TimeMs min_valid_time_;
  const std::function<void(wal::Ref, SeriesId)> created_;
  LogRefs refs_;
  uint64_t num_created_ = 0;
  uint64_t unknown_refs_ = 0;
  uint64_t unknown_records_ = 0;
  bool passed_over_ = false;
  std::vector<wal::SeriesRecord> series_;
  wal::SampleColumns columns_;
};

// Brings a row into ascending order of ids; samples of one series keep theirs.
void SortRow(Row* row);

}  // namespace watchfire::head
