#pragma once
// SampleStore: the float samples of the head by series number; it knows nothing of labels or logs.
// How it lies in memory is drawn in docs/format/head.md:
//
//   era       an aligned two-hour range with its own arena; dropped as a whole
//   timeline  series that are sampled together (one target's scrape, one rule group)
//   column    the timestamps of one timeline in one era, stored once for all its series
//   segment   one series' values over a stretch of a column; the open one of each series lies in an
//             array of 16-byte slots, ended ones in their era
//
// Invariant: every member of a timeline has an open segment and a sample at the column's newest
// index. A series that misses a row, goes stale or changes its timeline ends its segment.
//
// Writers (Apply, DropBefore) run one at a time under `apply_mutex_`. A timeline's mutex keeps
// readers away from what the writer changes: its column, the slots of its series, their streams.
// Nobody holds two of them. Readers see what was published when they made their
// Snapshot: each column remembers its length after the transactions that a reader may still ask
// for.

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
#include "tsdb/chunk/arena.h"
#include "tsdb/chunk/change_list.h"

namespace watchfire::head {

using SeriesId = uint32_t;
using TimelineId = uint32_t;  // 0: the series has had no sample yet
// The series has left a timeline and is not in the next one yet; only ended segments show then.
inline constexpr TimelineId kBetween = UINT32_MAX;

inline constexpr int64_t kEraMs = 2 * 3600 * 1000;

// Samples of one time, in the order given; ids may be any.
struct Row {
  std::vector<SeriesId> ids;
  std::vector<double> values;
};
using Rows = std::map<TimeMs, Row>;

struct Era;

struct Column {
  // Length after the transaction `sequence`.
  struct Mark {
    uint64_t sequence = 0;
    uint32_t length = 0;
  };

  Era* era = nullptr;
  TimelineId timeline = 0;
  std::vector<uint32_t> offsets;  // of the samples' times from the era's start
  std::vector<Mark> marks;        // of the newest transactions

  uint32_t length() const { return static_cast<uint32_t>(offsets.size()); }
  TimeMs TimeAt(uint32_t index) const;
  uint32_t VisibleLength(uint64_t sequence) const;
};

// A segment that has ended; never changes again. Lies in its era's arena.
struct EndedSegment {
  chunk::Segment segment;
  const Column* column = nullptr;
  chunk::Arena::Handle older = 0;  // of the same series in the same era
  uint16_t end = 0;                // column index behind the last sample
};
static_assert(sizeof(EndedSegment) == 32);

struct Era {
  TimeMs mint = 0;  // [mint, mint + kEraMs)
  chunk::Arena arena;
  std::vector<std::unique_ptr<Column>> columns;
  StableArray<std::atomic<chunk::Arena::Handle>> ended;  // newest ended segment by series
  std::atomic<uint32_t> ended_size{0};

  const EndedSegment* At(chunk::Arena::Handle handle) const {
    return handle == 0 ? nullptr : reinterpret_cast<const EndedSegment*>(arena.At(handle));
  }
  const EndedSegment* NewestEnded(SeriesId id) const {
    if (id >= ended_size.load(std::memory_order_acquire)) return nullptr;
    return At(ended[id].load(std::memory_order_acquire));
  }
};

// Neighbouring series ids, since a page's lines get neighbouring ids.
struct Interval {
  SeriesId first = 0;
  uint32_t length = 0;
};

struct Timeline {
  Mutex mutex;
  TimelineId id = 0;
  Column* column GUARDED_BY(mutex) = nullptr;  // null: none open
  // Members in the order of the newest row. Only the writer reads and writes them.
  std::vector<Interval> members;
  uint32_t num_members = 0;

  void SetMembers(std::span<const SeriesId> ids);
  void RemoveMember(SeriesId id);
  bool MembersAre(std::span<const SeriesId> ids) const;
};

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
  SampleStore() = default;
  ~SampleStore();
  SampleStore(const SampleStore&) = delete;
  SampleStore& operator=(const SampleStore&) = delete;

  // ---- appending
  struct Verdict {
    storage::AppendError error = storage::AppendError::kNone;
    bool repeats = false;  // the same sample is there already: nothing to do
    double existing = 0;   // for kDuplicateTimestamp
  };
  // May the series get this sample, as far as is known now?
  Verdict Check(SeriesId id, TimeMs t, double v);
  // True if these are just the members of one timeline and `t` is behind its newest sample, so
  // that no sample needs a check of its own.
  bool IsNextRow(std::span<const SeriesId> ids, TimeMs t) EXCLUDES(apply_mutex_);

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
  using Slots = StableArray<chunk::Segment>;

  // ---- the writer's side (sample_store.cc)
  void ApplyRow(TimeMs t, std::span<const SeriesId> ids, std::span<const double> values,
                Outcome* outcome) REQUIRES(apply_mutex_);
  bool ApplyKnownRow(Timeline& timeline, TimeMs t, std::span<const SeriesId> ids,
                     std::span<const double> values) REQUIRES(apply_mutex_);
  void AppendToMembers(Timeline& timeline, uint16_t index, std::span<const double> values)
      REQUIRES(apply_mutex_, timeline.mutex);
  void ApplyMixedRow(TimeMs t, std::span<const SeriesId> ids, std::span<const double> values,
                     Outcome* outcome) REQUIRES(apply_mutex_);
  void PlaceRow(Timeline& timeline, TimeMs t, std::span<const SeriesId> ids,
                std::span<const double> values) REQUIRES(apply_mutex_);
  Timeline& ChooseTimeline(TimeMs t, std::span<const SeriesId> ids) REQUIRES(apply_mutex_);
  void LeaveOther(SeriesId id, const Timeline& to) REQUIRES(apply_mutex_);
  void EndSegment(SeriesId id, Timeline& timeline, uint32_t end)
      REQUIRES(apply_mutex_, timeline.mutex);
  void OpenColumn(Timeline& timeline, TimeMs t) REQUIRES(apply_mutex_, timeline.mutex);
  bool ColumnTakes(const Timeline& timeline, TimeMs t) const REQUIRES(apply_mutex_, timeline.mutex);
  uint16_t PushTime(Timeline& timeline, TimeMs t) REQUIRES(apply_mutex_, timeline.mutex);
  void GrowTo(SeriesId id) REQUIRES(apply_mutex_);
  Timeline& AddTimeline() REQUIRES(apply_mutex_);
  std::shared_ptr<Era> EraFor(TimeMs t) REQUIRES(apply_mutex_);
  uint64_t Watermark() EXCLUDES(readers_mutex_);

  // The series' timeline, locked in; null if it never had one. The caller unlocks its mutex.
  Timeline* LockTimelineOf(SeriesId id) NO_THREAD_SAFETY_ANALYSIS;
  std::optional<std::pair<TimeMs, uint64_t>> NewestEnded(SeriesId id);

  Slots slots_;
  StableArray<std::atomic<TimelineId>> timeline_of_;
  StableArray<Timeline*> timelines_;  // by id; owned
  std::atomic<uint32_t> num_slots_{0};
  std::atomic<uint64_t> segments_{0};  // open and ended

  Mutex apply_mutex_;
  uint32_t num_timelines_ GUARDED_BY(apply_mutex_) = 0;
  uint64_t sequence_ GUARDED_BY(apply_mutex_) = 0;          // of the running transaction
  uint64_t watermark_ GUARDED_BY(apply_mutex_) = 0;         // no reader asks for anything older
  std::vector<uint32_t> changed_ GUARDED_BY(apply_mutex_);  // scratch: places in a row

  Mutex readers_mutex_;
  uint64_t published_ GUARDED_BY(readers_mutex_) = 0;
  std::multiset<uint64_t> readers_ GUARDED_BY(readers_mutex_);
  std::vector<std::shared_ptr<Era>> eras_ GUARDED_BY(readers_mutex_);  // ascending
};

}  // namespace watchfire::head
