#pragma once
// Timelines: series that are sampled together, and where their samples lie. How this looks in
// memory is drawn in docs/format/head.md; SampleStore owns all of it and holds the locks.
//
//   era       an aligned range of time with its own arena; dropped as a whole
//   timeline  series that are sampled together (one target's scrape, one rule group)
//   column    the timestamps of one timeline in one era, stored once for all its series
//   segment   one series' values over a stretch of a column; the open one of each series lies in an
//             array of 16-byte slots, ended ones in their era
//   open row  one of the column's newest indexes that some members have and others are still
//             waited for, because the row comes in pieces (remote write)
//
// A member with a segment has a sample at every index from the segment's first on up to the newest
// row that is not open, and at some open rows behind it without a hole. A member whose segment has
// not begun yet in this column waits for its piece of an open row.

#include <atomic>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/stable_array.h"
#include "tsdb/chunk/arena.h"
#include "tsdb/chunk/change_list.h"

namespace watchfire::head {

using SeriesId = uint32_t;
using TimelineId = uint32_t;  // 0: the series has had no sample yet
// The series has left a timeline and is not in the next one yet; only ended segments show then.
inline constexpr TimelineId kBetween = UINT32_MAX;

// Neighbouring series ids, since a page's lines get neighbouring ids.
struct Interval {
  SeriesId first = 0;
  uint32_t length = 0;
  SeriesId end() const { return first + length; }
};

// A set of series as ascending intervals that do not touch.
class IdSet {
 public:
  bool Contains(SeriesId id) const;
  // The first id above `id` that is inside if `id` is outside, or the reverse; UINT32_MAX if none.
  SeriesId ChangesAfter(SeriesId id) const;
  // How many of `ids` (ascending, disjoint) are in the set.
  uint32_t CountOf(std::span<const Interval> ids) const;
  void Add(std::span<const Interval> ids);
  const std::vector<Interval>& intervals() const { return intervals_; }

 private:
  // The first interval that ends behind `id`.
  std::vector<Interval>::const_iterator Behind(SeriesId id) const;
  std::vector<Interval> intervals_;
};

struct Era;

struct Column {
  // Length after the transaction `sequence`.
  struct Mark {
    uint64_t sequence = 0;
    uint32_t length = 0;
  };
  // A later transaction added samples to a row that was there: only to queries that know it do
  // these series reach so far.
  struct Fill {
    uint64_t sequence = 0;
    uint32_t index = 0;
    Interval ids;
  };

  Era* era = nullptr;
  TimelineId timeline = 0;
  uint32_t length_before = 0;     // before the newest mark's transaction
  std::vector<uint32_t> offsets;  // of the samples' times from the era's start
  std::vector<Mark> marks;        // of the newest transactions
  std::vector<Fill> fills;        // those that some query may not know
  std::atomic<uint64_t> last_fill{0};

  uint32_t length() const { return static_cast<uint32_t>(offsets.size()); }
  TimeMs TimeAt(uint32_t index) const;
  TimeMs newest() const { return TimeAt(length() - 1); }
  uint32_t VisibleLength(uint64_t sequence) const;
  // How much of a segment of the series that ends at `end` the query sees, as far as fills tell.
  uint32_t VisibleEnd(SeriesId id, uint32_t end, uint64_t sequence) const;
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
  TimeMs mint = 0;
  TimeMs maxt = 0;  // [mint, maxt)
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

struct OpenRow {
  uint32_t index = 0;
  uint32_t missing = 0;  // members without it
  IdSet filled;          // members that have it, or have gone past it
};

struct Timeline {
  Mutex mutex;
  TimelineId id = 0;
  bool idle = false;  // the writer's: in the list of those without members
  // No member has a newer sample; never falls. Read without the lock.
  std::atomic<TimeMs> newest{kMinTime};
  Column* column GUARDED_BY(mutex) = nullptr;  // null: none open
  std::vector<OpenRow> open
      GUARDED_BY(mutex);  // ascending; the newest is the column's newest index
  // The writer's: members in the order of the newest row.
  std::vector<Interval> members;
  uint32_t num_members = 0;
  // The writer's, of the row at hand.
  uint64_t stamp = 0;
  uint32_t in_row = 0;
  bool meets = false;

  void SetMembers(std::span<const SeriesId> ids);
  // `ids` ascending.
  void RemoveMembers(std::span<const SeriesId> ids);
  // Into the order behind the member `before`, or at the end.
  void InsertMembers(std::optional<SeriesId> before, std::span<const SeriesId> ids);
  bool MembersAre(std::span<const SeriesId> ids) const;

  // Column length that a member has.
  uint32_t LengthOf(SeriesId series) const REQUIRES(mutex);
  OpenRow* OpenRowAt(TimeMs t) REQUIRES(mutex);
  // Forgets open rows that nobody is waited for in.
  void TrimOpen() REQUIRES(mutex);
};

}  // namespace watchfire::head
