#pragma once
// SampleStore: the float samples of the head by series number; it knows nothing of labels or logs.
// Eras, timelines, columns and segments are those of timeline.h; docs/format/head.md draws them.
//
// Rows (samples of one time) are placed by three rules. What belongs to a timeline and can be its
// next row, or a piece of it, becomes that; pieces of one row may come in several transactions. A
// few that would start a row which the others cannot be expected to follow leave the timeline, and
// so do those who were not there when the row was long past. All others (new series, returning
// ones) go along with the timeline that the rest of their row belongs to, else they begin a new
// one.
//
// Writers (Apply, DropBefore) run one at a time under `apply_mutex_`. A timeline's mutex keeps
// readers away from what the writer changes: its column, the slots of its series, their streams.
// Nobody holds two of them. Readers see what was published when they made their Snapshot: each
// column remembers its length after the transactions that a reader may still ask for, and which
// series reached it later.

#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/stable_array.h"
#include "storage/appender.h"
#include "tsdb/chunk/change_list.h"
#include "tsdb/samples/timeline.h"

namespace watchfire::head {

inline constexpr int64_t kEraMs = 2 * 3600 * 1000;  // unless configured otherwise

// Samples of one time, in the order given; ids may be any.
struct Row {
  std::vector<SeriesId> ids;
  std::vector<double> values;
};
using Rows = std::map<TimeMs, Row>;

class SampleStore;

// What a query may see. Keeps the eras alive and the marks it needs.
class Snapshot {
 public:
  explicit Snapshot(SampleStore* store);
  ~Snapshot();
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;
  uint64_t sequence() const { return sequence_; }
  const std::vector<std::shared_ptr<Era>>& eras() const { return eras_; }

 private:
  SampleStore* store_;
  uint64_t sequence_ = 0;
  std::vector<std::shared_ptr<Era>> eras_;  // ascending
};

class SampleStore {
 public:
  explicit SampleStore(int64_t era_ms = kEraMs) : era_ms_(era_ms) {}
  ~SampleStore();
  SampleStore(const SampleStore&) = delete;
  SampleStore& operator=(const SampleStore&) = delete;

  // ---- appending
  struct Verdict {
    storage::AppendError error = storage::AppendError::kNone;
    bool repeats = false;  // the same sample is there already: nothing to do
    double existing = 0;   // for kDuplicateTimestamp
  };
  // Series that may get a sample at one time, as far as was known a moment ago.
  struct Free {
    TimelineId timeline = 0;
    TimeMs t = 0;
    Interval ids;
  };
  // May the series get this sample, as far as is known now? `free`, if given, is what an earlier
  // answer left there, and spares the next ones their look.
  Verdict Check(SeriesId id, TimeMs t, double v, Free* free = nullptr);
  // True if plainly none of these has a sample at or after `t`, so that no sample needs a check of
  // its own. Takes no lock.
  bool AreBehind(std::span<const SeriesId> ids, TimeMs t) const;

  struct Outcome {
    uint64_t appended = 0;
    uint64_t refused = 0;  // another transaction came first
    TimeMs mint = kMaxTime;
    TimeMs maxt = kMinTime;
  };
  // One transaction: visible as a whole afterwards. `before_publishing(sequence)`, if set, adds
  // what lies elsewhere (histograms) to it.
  Outcome Apply(const Rows& rows, const std::function<void(uint64_t)>& before_publishing = nullptr)
      EXCLUDES(apply_mutex_);

  // No query, now or later, tells transactions up to this one apart.
  uint64_t OldestReader() EXCLUDES(readers_mutex_) { return Watermark(); }

  // The newest transaction that snapshots of now may know; later ones know newer.
  uint64_t Advance() EXCLUDES(apply_mutex_);
  // Until no snapshot is left that knows no more than that. False when that took too long.
  bool WaitForReaders(uint64_t sequence, int64_t timeout_ms) EXCLUDES(readers_mutex_);

  // ---- series that go; ids ascending
  // Takes out those that have samples, in whatever era.
  void EraseUsed(std::vector<SeriesId>* ids) EXCLUDES(apply_mutex_);
  // Of series without samples: as if they had never had any.
  void Forget(std::span<const SeriesId> ids) EXCLUDES(apply_mutex_);

  int64_t era_ms() const { return era_ms_; }
  // Drops the eras that end at or before `t`. Returns the number dropped.
  size_t DropBefore(TimeMs t) EXCLUDES(apply_mutex_);

  // The newest sample of the series, published or not.
  std::optional<std::pair<TimeMs, uint64_t>> Newest(SeriesId id);

  struct Stats {
    uint64_t segments = 0;  // open and ended
    uint64_t timelines = 0;
    uint64_t slot_bytes = 0;
    uint64_t arena_bytes = 0;
    uint64_t column_bytes = 0;
    std::optional<TimeMs> oldest_era;
  };
  Stats GetStats() EXCLUDES(apply_mutex_);
  uint64_t num_segments() const { return segments_.load(std::memory_order_relaxed); }

 private:
  friend class Snapshot;
  friend class SampleReader;
  friend class SampleRuns;
  using Slots = StableArray<chunk::Segment>;

  // Neighbouring ids of one timeline in the row at hand.
  struct Run {
    Timeline* timeline = nullptr;
    uint32_t from = 0;  // place in the row
    Interval ids;
  };
  struct RowView {
    TimeMs t;
    std::span<const SeriesId> ids;
    std::span<const double> values;
  };

  // ---- the writer's side: rows (sample_rows.cc)
  void ApplyRow(const RowView& row, Outcome* outcome) REQUIRES(apply_mutex_);
  bool ApplyKnownRow(Timeline& timeline, const RowView& row) REQUIRES(apply_mutex_);
  void FindRuns(const RowView& row) REQUIRES(apply_mutex_);
  void SortShuffledRow(RowView* row) REQUIRES(apply_mutex_);
  void Regroup(TimeMs t) REQUIRES(apply_mutex_);
  void PlaceRuns(Timeline& timeline, const RowView& row, std::vector<Run> runs, Outcome* outcome)
      REQUIRES(apply_mutex_);
  // Below, `ids` are those of the runs, ascending.
  bool MayStart(const Timeline& timeline, SeriesId first, std::span<const Interval> ids) const
      REQUIRES(apply_mutex_, timeline.mutex);
  void StartRow(Timeline& timeline, TimeMs t, std::span<const Interval> ids)
      REQUIRES(apply_mutex_, timeline.mutex);
  void ExpelOthers(Timeline& timeline, std::span<const Interval> ids)
      REQUIRES(apply_mutex_, timeline.mutex);
  void Pass(Timeline& timeline, size_t open_row, std::span<const Interval> ids)
      REQUIRES(apply_mutex_, timeline.mutex);
  void FillRow(Timeline& timeline, size_t open_row, std::span<const Run> runs,
               std::span<const Interval> ids, const RowView& row)
      REQUIRES(apply_mutex_, timeline.mutex);
  void ExpelGaps(Timeline& timeline, std::span<const Interval> ids)
      REQUIRES(apply_mutex_, timeline.mutex);
  void PlaceOthers(const RowView& row, Outcome* outcome) REQUIRES(apply_mutex_);
  Timeline& TimelineFor(const RowView& row) REQUIRES(apply_mutex_);
  void Join(Timeline& timeline, const RowView& row, std::span<const uint32_t> places)
      REQUIRES(apply_mutex_);
  void OrderMembers(Timeline& timeline, const RowView& row, std::span<const uint32_t> joined)
      REQUIRES(apply_mutex_, timeline.mutex);
  bool AppendValues(Interval ids, Timeline& timeline, uint16_t index, const double* values)
      REQUIRES(apply_mutex_, timeline.mutex);
  void EndStale(Timeline& timeline, std::span<const Interval> ids)
      REQUIRES(apply_mutex_, timeline.mutex);
  void LogFill(Timeline& timeline, uint32_t index, std::span<const Interval> ids)
      REQUIRES(apply_mutex_, timeline.mutex);

  // ---- the writer's side: timelines (sample_store.cc)
  void Leave(SeriesId id) REQUIRES(apply_mutex_);
  // Ends their segments and takes them out; `ids` ascending.
  void Expel(Timeline& timeline, std::span<const SeriesId> ids)
      REQUIRES(apply_mutex_, timeline.mutex);
  void EndOpenSegment(SeriesId id, Timeline& timeline) REQUIRES(apply_mutex_, timeline.mutex);
  void EndSegment(SeriesId id, Timeline& timeline, uint32_t end)
      REQUIRES(apply_mutex_, timeline.mutex);
  void OpenColumn(Timeline& timeline, TimeMs t) REQUIRES(apply_mutex_, timeline.mutex);
  bool ColumnTakes(const Timeline& timeline, TimeMs t) const REQUIRES(apply_mutex_, timeline.mutex);
  uint16_t PushTime(Timeline& timeline, TimeMs t) REQUIRES(apply_mutex_, timeline.mutex);
  void GrowTo(SeriesId id) REQUIRES(apply_mutex_);
  Timeline& AddTimeline(TimeMs t) REQUIRES(apply_mutex_);
  void NoteIfIdle(Timeline& timeline) REQUIRES(apply_mutex_);
  std::shared_ptr<Era> EraFor(TimeMs t) REQUIRES(apply_mutex_);
  uint64_t Watermark() EXCLUDES(readers_mutex_);

  Free FreeFrom(SeriesId id, Timeline& timeline, TimeMs t);

  // The series' timeline, locked in; null if it never had one. The caller unlocks its mutex.
  Timeline* LockTimelineOf(SeriesId id) NO_THREAD_SAFETY_ANALYSIS;
  std::optional<std::pair<TimeMs, uint64_t>> NewestEnded(SeriesId id);

  const int64_t era_ms_;
  Slots slots_;
  StableArray<std::atomic<TimelineId>> timeline_of_;
  StableArray<Timeline*> timelines_;  // by id; owned
  std::atomic<uint32_t> num_slots_{0};
  std::atomic<uint64_t> segments_{0};  // open and ended

  Mutex apply_mutex_;
  uint32_t num_timelines_ GUARDED_BY(apply_mutex_) = 0;
  uint64_t sequence_ GUARDED_BY(apply_mutex_) = 0;             // of the running transaction
  uint64_t watermark_ GUARDED_BY(apply_mutex_) = 0;            // no reader asks for anything older
  uint64_t rows_ GUARDED_BY(apply_mutex_) = 0;                 // number of the row at hand
  std::vector<Timeline*> idle_ GUARDED_BY(apply_mutex_);       // without members
  Timeline* newest_short_ GUARDED_BY(apply_mutex_) = nullptr;  // where a short row went last
  // Scratch of the row at hand.
  std::vector<uint32_t> changed_ GUARDED_BY(apply_mutex_);  // places in a run
  std::vector<Run> runs_ GUARDED_BY(apply_mutex_);
  std::vector<uint32_t> others_ GUARDED_BY(apply_mutex_);  // places in the row
  std::vector<Timeline*> touched_ GUARDED_BY(apply_mutex_);
  Row sorted_ GUARDED_BY(apply_mutex_);

  Mutex readers_mutex_;
  CondVar reader_left_;
  uint32_t waiting_ GUARDED_BY(readers_mutex_) = 0;  // for readers to leave
  uint64_t published_ GUARDED_BY(readers_mutex_) = 0;
  std::multiset<uint64_t> readers_ GUARDED_BY(readers_mutex_);
  std::vector<std::shared_ptr<Era>> eras_ GUARDED_BY(readers_mutex_);  // ascending
};

}  // namespace watchfire::head
