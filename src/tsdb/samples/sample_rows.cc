#include <algorithm>

#include "model/sample.h"
#include "tsdb/samples/sample_store.h"

// How a row finds its place. The common ways first: a whole row of one timeline, then pieces of
// rows as runs of neighbouring ids; whatever remains goes series by series.

namespace watchfire::head {
namespace {

using chunk::Segment;
using chunk::SegmentKind;
using storage::AppendError;

// Rows of one column that pieces may still come for; what is not there by then is not coming.
constexpr size_t kMaxOpenRows = 4;
// A piece that has so many series, or so large a part of them, or the first of them, is worth a row
// that the others have to follow.
constexpr uint32_t kPieceSeries = 64;
constexpr uint32_t kPieceFraction = 8;
// Short rows of one time (results of a group's rules) share a timeline.
constexpr size_t kShortRow = 32;
constexpr uint32_t kMaxShared = 4096;
// Series of one row that meet at the start of an era share a timeline from then on.
constexpr uint32_t kMaxRegrouped = 16384;
constexpr uint8_t kMaxMoves = 8;

template <typename Runs>
std::vector<Interval> Ascending(const Runs& runs) {
  std::vector<Interval> ids;
  ids.reserve(runs.size());
  for (const auto& run : runs) ids.push_back(run.ids);
  auto order = [](const Interval& a, const Interval& b) { return a.first < b.first; };
  if (!std::is_sorted(ids.begin(), ids.end(), order)) std::sort(ids.begin(), ids.end(), order);
  return ids;
}

bool Overlap(std::span<const Interval> ascending) {
  for (size_t i = 1; i < ascending.size(); ++i) {
    if (ascending[i].first < ascending[i - 1].end()) return true;
  }
  return false;
}

uint32_t CountOf(std::span<const Interval> ids) {
  uint32_t count = 0;
  for (const Interval& interval : ids) count += interval.length;
  return count;
}

// The given runs without what `taken` has, which goes to `others`; of series that are there twice
// the first counts.
template <typename Run>
void TakeOut(std::vector<Run>* runs, IdSet taken, std::vector<uint32_t>* others) {
  std::vector<Run> left;
  for (const Run& run : *runs) {
    for (uint32_t i = 0; i < run.ids.length; ++i) {
      SeriesId id = run.ids.first + i;
      if (taken.Contains(id)) {
        others->push_back(run.from + i);
        continue;
      }
      Interval one{id, 1};
      taken.Add({&one, 1});
      if (!left.empty() && left.back().ids.end() == id &&
          left.back().from + left.back().ids.length == run.from + i) {
        ++left.back().ids.length;
      } else {
        left.push_back({run.timeline, run.from + i, one});
      }
    }
  }
  *runs = std::move(left);
}

void PrefetchAhead(const chunk::Arena& arena, std::span<Segment> run,
                   std::span<const uint32_t> changed, size_t i) {
  constexpr size_t kAhead = 8;
  if (i + 2 * kAhead < changed.size()) PrefetchStream(arena, run[changed[i + 2 * kAhead]]);
  if (i + kAhead < changed.size()) PrefetchTail(arena, run[changed[i + kAhead]]);
}

}  // namespace

void SampleStore::ApplyRow(const RowView& row, Outcome* outcome) {
  GrowTo(*std::max_element(row.ids.begin(), row.ids.end()));
  TimelineId timeline = timeline_of_[row.ids[0]].load(std::memory_order_relaxed);
  if (timeline != 0 && timeline != kBetween && ApplyKnownRow(*timelines_[timeline], row)) {
    outcome->appended += row.ids.size();
    return;
  }
  RowView sorted = row;
  FindRuns(sorted);
  if (runs_.size() > 8 + row.ids.size() / 4) SortShuffledRow(&sorted);
  Regroup(row.t);
  if (touched_.size() == 1) {
    PlaceRuns(*touched_[0], sorted, std::exchange(runs_, {}), outcome);
  } else if (!touched_.empty()) {
    std::stable_sort(runs_.begin(), runs_.end(),
                     [](const Run& a, const Run& b) { return a.timeline->id < b.timeline->id; });
    for (size_t from = 0; from < runs_.size();) {
      size_t to = from;
      while (to < runs_.size() && runs_[to].timeline == runs_[from].timeline) ++to;
      std::vector<Run> some(runs_.begin() + static_cast<ptrdiff_t>(from),
                            runs_.begin() + static_cast<ptrdiff_t>(to));
      PlaceRuns(*runs_[from].timeline, sorted, std::move(some), outcome);
      from = to;
    }
  }
  if (!others_.empty()) PlaceOthers(sorted, outcome);
}

// The quick way: just the members, all at a new time.
bool SampleStore::ApplyKnownRow(Timeline& timeline, const RowView& row) {
  if (!timeline.MembersAre(row.ids)) return false;
  MutexLock lock(timeline.mutex);
  if (timeline.column == nullptr || !timeline.open.empty()) return false;
  if (row.t <= timeline.column->newest()) return false;
  timeline.newest.store(row.t, std::memory_order_release);
  if (!ColumnTakes(timeline, row.t)) {
    uint32_t end = timeline.column->length();
    for (SeriesId id : row.ids) EndSegment(id, timeline, end);
    OpenColumn(timeline, row.t);
    uint16_t index = PushTime(timeline, row.t);
    bool went_stale = false;
    for (size_t i = 0; i < row.ids.size(); ++i) {
      auto bits = std::bit_cast<uint64_t>(row.values[i]);
      chunk::BeginSegment(slots_[row.ids[i]], index, bits);
      went_stale |= bits == model::kStaleNanBits;
    }
    segments_.fetch_add(row.ids.size(), std::memory_order_relaxed);
    if (went_stale) EndStale(timeline, timeline.members);
    return true;
  }
  uint16_t index = PushTime(timeline, row.t);
  bool went_stale = false;
  const double* values = row.values.data();
  for (const Interval& interval : timeline.members) {
    went_stale |= AppendValues(interval, timeline, index, values);
    values += interval.length;
  }
  if (went_stale) EndStale(timeline, timeline.members);
  return true;
}

// Whether one of them went stale.
bool SampleStore::AppendValues(Interval ids, Timeline& timeline, uint16_t index,
                               const double* values) {
  chunk::Arena& arena = timeline.column->era->arena;
  bool went_stale = false;
  while (ids.length > 0) {
    std::span<Segment> run = slots_.Run(ids.first, ids.length);
    // First find what changed, then change it with the memory already on its way.
    changed_.resize(run.size());
    size_t n = 0;
    for (size_t i = 0; i < run.size(); ++i) {
      changed_[n] = static_cast<uint32_t>(i);
      n += run[i].last_bits != std::bit_cast<uint64_t>(values[i]) ? 1 : 0;
    }
    for (size_t i = 0; i < n; ++i) {
      PrefetchAhead(arena, run, std::span(changed_).first(n), i);
      uint64_t bits = std::bit_cast<uint64_t>(values[changed_[i]]);
      chunk::AppendChange(arena, run[changed_[i]], index, bits);
      went_stale |= bits == model::kStaleNanBits;
    }
    auto done = static_cast<uint32_t>(run.size());
    values += done;
    ids = {ids.first + done, ids.length - done};
  }
  return went_stale;
}

// A series that went stale is not expected in the next row.
void SampleStore::EndStale(Timeline& timeline, std::span<const Interval> ids) {
  std::vector<SeriesId> stale;
  for (const Interval& interval : ids) {
    for (SeriesId id = interval.first; id < interval.end(); ++id) {
      const Segment& slot = slots_[id];
      if (slot.kind != SegmentKind::kEmpty && slot.last_bits == model::kStaleNanBits) {
        stale.push_back(id);
      }
    }
  }
  std::sort(stale.begin(), stale.end());
  Expel(timeline, stale);
}

void SampleStore::FindRuns(const RowView& row) {
  ++rows_;
  runs_.clear();
  others_.clear();
  touched_.clear();
  auto n = static_cast<uint32_t>(row.ids.size());
  for (uint32_t i = 0; i < n;) {
    SeriesId first = row.ids[i];
    auto known = timeline_of_.Run(first, n - i);
    TimelineId id = known[0].load(std::memory_order_relaxed);
    if (id == 0 || id == kBetween) {
      others_.push_back(i++);
      continue;
    }
    Timeline& timeline = *timelines_[id];
    uint32_t length = 1;
    while (length < known.size() && row.ids[i + length] == first + length &&
           known[length].load(std::memory_order_relaxed) == id) {
      ++length;
    }
    if (timeline.stamp != rows_) {
      timeline.stamp = rows_;
      timeline.in_row = 0;
      touched_.push_back(&timeline);
    }
    timeline.in_row += length;
    runs_.push_back({&timeline, i, {first, length}});
    i += length;
  }
}

// Results of a query come in any order. By ids they are runs again, and members in that order are
// found so the next time.
void SampleStore::SortShuffledRow(RowView* row) {
  if (std::is_sorted(row->ids.begin(), row->ids.end())) return;
  std::vector<std::pair<SeriesId, uint32_t>> order;
  order.reserve(row->ids.size());
  for (uint32_t i = 0; i < row->ids.size(); ++i) order.emplace_back(row->ids[i], i);
  std::sort(order.begin(), order.end());
  sorted_.ids.clear();
  sorted_.values.clear();
  for (auto [id, place] : order) {
    sorted_.ids.push_back(id);
    sorted_.values.push_back(row->values[place]);
  }
  *row = {row->t, sorted_.ids, sorted_.values};
  FindRuns(*row);
}

// When an era begins all segments end anyway, so that whoever meets in a row then may as well share
// a timeline, whatever parted them before.
void SampleStore::Regroup(TimeMs t) {
  if (touched_.size() < 2) return;
  Timeline* to = nullptr;
  uint32_t total = 0;
  size_t meeting = 0;
  for (Timeline* timeline : touched_) {
    MutexLock lock(timeline->mutex);
    const Column* column = timeline->column;
    timeline->meets = column != nullptr && t >= column->era->maxt &&
                      total + timeline->num_members <= kMaxRegrouped;
    if (!timeline->meets) continue;
    ++meeting;
    total += timeline->num_members;
    if (to == nullptr || timeline->num_members > to->num_members) to = timeline;
  }
  if (meeting < 2) return;
  std::vector<Run> staying;
  std::vector<SeriesId> moving;
  for (const Run& run : runs_) {
    if (run.timeline == to || !run.timeline->meets) {
      staying.push_back(run);
      continue;
    }
    moving.clear();
    for (uint32_t i = 0; i < run.ids.length; ++i) {
      SeriesId id = run.ids.first + i;
      others_.push_back(run.from + i);
      if (timeline_of_[id].load(std::memory_order_relaxed) == run.timeline->id)
        moving.push_back(id);
    }
    MutexLock lock(run.timeline->mutex);
    Expel(*run.timeline, moving);
    for (SeriesId id : moving) slots_[id].owner = 0;
  }
  runs_ = std::move(staying);
}

void SampleStore::PlaceRuns(Timeline& timeline, const RowView& row, std::vector<Run> runs,
                            Outcome* outcome) {
  MutexLock lock(timeline.mutex);
  auto leave_all = [&] {
    for (const Run& run : runs) {
      for (uint32_t i = 0; i < run.ids.length; ++i) others_.push_back(run.from + i);
    }
  };
  std::vector<Interval> ids = Ascending(runs);
  if (Overlap(ids)) {
    TakeOut(&runs, {}, &others_);
    ids = Ascending(runs);
  }
  size_t open_row = 0;
  if (timeline.column == nullptr || row.t > timeline.column->newest()) {
    if (!MayStart(timeline, runs.front().ids.first, ids)) return leave_all();
    StartRow(timeline, row.t, ids);
    open_row = timeline.open.size() - 1;
  } else {
    const OpenRow* open = timeline.OpenRowAt(row.t);
    if (open == nullptr) return leave_all();
    if (open->filled.CountOf(ids) > 0) {
      TakeOut(&runs, open->filled, &others_);
      if (runs.empty()) return;
      ids = Ascending(runs);
    }
    open_row = static_cast<size_t>(open - timeline.open.data());
  }
  FillRow(timeline, open_row, runs, ids, row);
  outcome->appended += CountOf(ids);
}

// May these members begin the timeline's next row, or would that only part them from the others?
bool SampleStore::MayStart(const Timeline& timeline, SeriesId first,
                           std::span<const Interval> ids) const {
  uint32_t count = CountOf(ids);
  if (uint64_t{count} * kPieceFraction < timeline.num_members && count < kPieceSeries &&
      first != timeline.members.front().first) {
    return false;
  }
  if (timeline.open.empty()) return true;
  // Who lacks the newest row and begins another one is not sampled together with those who have it:
  // the smaller group goes.
  const OpenRow& newest = timeline.open.back();
  return newest.filled.CountOf(ids) * 2 >= count || count > timeline.num_members - newest.missing;
}

void SampleStore::StartRow(Timeline& timeline, TimeMs t, std::span<const Interval> ids) {
  if (!ColumnTakes(timeline, t)) {
    if (timeline.column != nullptr) {
      for (const Interval& interval : timeline.members) {
        for (SeriesId id = interval.first; id < interval.end(); ++id) EndOpenSegment(id, timeline);
      }
    }
    timeline.open.clear();
    OpenColumn(timeline, t);
  } else if (!timeline.open.empty()) {
    ExpelOthers(timeline, ids);
  }
  uint32_t index = PushTime(timeline, t);
  timeline.newest.store(t, std::memory_order_release);
  timeline.open.push_back({index, timeline.num_members, {}});
}

// Before a row begins: the ones who have been waited for too long, and those who had the last row
// alone.
void SampleStore::ExpelOthers(Timeline& timeline, std::span<const Interval> ids) {
  uint32_t count = CountOf(ids);
  std::vector<SeriesId> leaving;
  if (timeline.open.back().filled.CountOf(ids) * 2 < count) {
    IdSet starting;
    starting.Add(ids);
    for (const Interval& interval : timeline.open.back().filled.intervals()) {
      for (SeriesId id = interval.first; id < interval.end(); ++id) {
        bool member = timeline_of_[id].load(std::memory_order_relaxed) == timeline.id;
        if (!member || starting.Contains(id)) continue;
        if (slots_[id].owner < kMaxMoves) ++slots_[id].owner;
        leaving.push_back(id);
      }
    }
    Expel(timeline, leaving);
    leaving.clear();
  }
  if (timeline.open.size() < kMaxOpenRows) return;
  // Those who begin now and lack the row that closes have a hole there.
  for (const Interval& interval : ids) {
    for (SeriesId id = interval.first; id < interval.end(); ++id) {
      if (!timeline.open.front().filled.Contains(id)) EndOpenSegment(id, timeline);
    }
  }
  Pass(timeline, 0, ids);
  if (timeline.open.size() < kMaxOpenRows) return;
  const IdSet& filled = timeline.open.front().filled;
  for (const Interval& interval : timeline.members) {
    for (SeriesId id = interval.first; id < interval.end(); ++id) {
      if (!filled.Contains(id)) leaving.push_back(id);
    }
  }
  std::sort(leaving.begin(), leaving.end());
  Expel(timeline, leaving);
}

// Nobody waits for these in the open rows up to that one any more.
void SampleStore::Pass(Timeline& timeline, size_t open_row, std::span<const Interval> ids) {
  uint32_t count = CountOf(ids);
  for (size_t i = 0; i <= open_row; ++i) {
    OpenRow& row = timeline.open[i];
    row.missing -= count - row.filled.CountOf(ids);
    row.filled.Add(ids);
  }
  timeline.TrimOpen();
}

void SampleStore::FillRow(Timeline& timeline, size_t open_row, std::span<const Run> runs,
                          std::span<const Interval> ids, const RowView& row) {
  uint32_t count = CountOf(ids);
  uint32_t index = timeline.open[open_row].index;
  auto index16 = static_cast<uint16_t>(index);
  // Some begin here: in a new column, and behind a hole.
  bool some_begin =
      index == 0 || (open_row > 0 && timeline.open[open_row - 1].filled.CountOf(ids) < count);
  bool went_stale = false;
  for (const Run& run : runs) {
    const double* values = row.values.data() + run.from;
    if (!some_begin) {
      went_stale |= AppendValues(run.ids, timeline, index16, values);
      continue;
    }
    for (uint32_t i = 0; i < run.ids.length; ++i) {
      SeriesId id = run.ids.first + i;
      Segment& slot = slots_[id];
      auto bits = std::bit_cast<uint64_t>(values[i]);
      went_stale |= bits == model::kStaleNanBits;
      if (slot.kind != SegmentKind::kEmpty && timeline.LengthOf(id) != index) {
        EndOpenSegment(id, timeline);
      }
      if (slot.kind == SegmentKind::kEmpty) {
        chunk::BeginSegment(slot, index16, bits);
        segments_.fetch_add(1, std::memory_order_relaxed);
      } else if (slot.last_bits != bits) {
        chunk::AppendChange(timeline.column->era->arena, slot, index16, bits);
      }
    }
  }
  LogFill(timeline, index, ids);
  Pass(timeline, open_row, ids);
  if (timeline.num_members == count) {
    // The whole row at once, so in this order the next one will come.
    timeline.members.clear();
    for (const Run& run : runs) timeline.members.push_back(run.ids);
  }
  if (went_stale) EndStale(timeline, ids);
  if (!timeline.open.empty() && timeline.open.back().index == index && runs.size() > 1) {
    ExpelGaps(timeline, ids);
  }
}

// A row that goes over a few members and on behind them will not come back for them.
void SampleStore::ExpelGaps(Timeline& timeline, std::span<const Interval> ids) {
  IdSet here;
  here.Add(ids);
  const IdSet& filled = timeline.open.back().filled;
  std::vector<SeriesId> missing;
  size_t in_gaps = 0;
  bool seen = false;
  for (const Interval& interval : timeline.members) {
    for (SeriesId id = interval.first; id < interval.end();) {
      SeriesId next = std::min(filled.ChangesAfter(id), interval.end());
      if (filled.Contains(id)) {
        Interval piece{id, next - id};
        if (here.CountOf({&piece, 1}) > 0) {
          seen = true;
          in_gaps = missing.size();
        }
      } else if (seen) {
        for (SeriesId i = id; i < next; ++i) missing.push_back(i);
      }
      id = next;
    }
  }
  if (in_gaps == 0 || in_gaps >= CountOf(ids)) return;
  missing.resize(in_gaps);
  std::sort(missing.begin(), missing.end());
  Expel(timeline, missing);
}

// The series reached a row that an earlier transaction made.
void SampleStore::LogFill(Timeline& timeline, uint32_t index, std::span<const Interval> ids) {
  Column& column = *timeline.column;
  if (!column.marks.empty() && column.marks.back().sequence == sequence_ &&
      index >= column.length_before) {
    return;
  }
  std::vector<Column::Fill>& fills = column.fills;
  size_t needless = 0;
  while (needless < fills.size() && fills[needless].sequence <= watermark_) ++needless;
  if (needless * 2 >= fills.size()) {
    fills.erase(fills.begin(), fills.begin() + static_cast<ptrdiff_t>(needless));
  }
  for (const Interval& interval : ids) fills.push_back({sequence_, index, interval});
  column.last_fill.store(sequence_, std::memory_order_release);
}

// New series, returning ones, those from other timelines; and samples that must be refused.
void SampleStore::PlaceOthers(const RowView& row, Outcome* outcome) {
  std::sort(others_.begin(), others_.end());
  std::vector<std::pair<SeriesId, uint32_t>> order;  // to find doubles
  order.reserve(others_.size());
  for (uint32_t place : others_) order.emplace_back(row.ids[place], place);
  if (!std::is_sorted(order.begin(), order.end())) std::sort(order.begin(), order.end());
  std::vector<uint32_t> doubles;
  for (size_t i = 1; i < order.size(); ++i) {
    if (order[i].first == order[i - 1].first) doubles.push_back(order[i].second);
  }
  std::sort(doubles.begin(), doubles.end());
  std::vector<uint32_t> good;
  for (uint32_t place : others_) {
    SeriesId id = row.ids[place];
    Verdict verdict = std::binary_search(doubles.begin(), doubles.end(), place)
                          ? Verdict{AppendError::kDuplicateTimestamp}
                          : Check(id, row.t, row.values[place]);
    if (verdict.error != AppendError::kNone) ++outcome->refused;
    if (verdict.error != AppendError::kNone || verdict.repeats) continue;
    ++outcome->appended;
    Leave(id);
    if (slots_[id].owner >= kMaxMoves) {
      Join(AddTimeline(row.t), row, {&place, 1});
    } else {
      good.push_back(place);
    }
  }
  if (!good.empty()) Join(TimelineFor(row), row, good);
}

// The one that most of the row belongs to and that has it as its newest.
Timeline& SampleStore::TimelineFor(const RowView& row) {
  Timeline* best = nullptr;
  for (Timeline* timeline : touched_) {
    bool has_row = timeline->newest.load(std::memory_order_relaxed) == row.t;
    if (!has_row || timeline->idle) continue;
    if (best == nullptr || timeline->in_row > best->in_row) best = timeline;
  }
  if (best != nullptr) return *best;
  if (row.ids.size() > kShortRow) return AddTimeline(row.t);
  if (newest_short_ == nullptr || newest_short_->idle || newest_short_->num_members > kMaxShared ||
      newest_short_->newest.load(std::memory_order_relaxed) != row.t) {
    newest_short_ = &AddTimeline(row.t);
  }
  return *newest_short_;
}

// They begin at the timeline's newest index, if that is the row's, or start its next row. None of
// them is in a timeline.
void SampleStore::Join(Timeline& timeline, const RowView& row, std::span<const uint32_t> places) {
  MutexLock lock(timeline.mutex);
  if (timeline.column == nullptr || row.t > timeline.column->newest())
    StartRow(timeline, row.t, {});
  uint32_t index = timeline.column->length() - 1;
  std::vector<SeriesId> joining;
  std::vector<Run> runs;
  bool went_stale = false;
  for (uint32_t place : places) {
    SeriesId id = row.ids[place];
    auto bits = std::bit_cast<uint64_t>(row.values[place]);
    chunk::BeginSegment(slots_[id], static_cast<uint16_t>(index), bits);
    timeline_of_[id].store(timeline.id, std::memory_order_release);
    went_stale |= bits == model::kStaleNanBits;
    joining.push_back(id);
    runs.push_back({&timeline, place, {id, 1}});
  }
  segments_.fetch_add(places.size(), std::memory_order_relaxed);
  std::vector<Interval> ids = Ascending(runs);
  LogFill(timeline, index, ids);
  for (OpenRow& open : timeline.open) open.filled.Add(ids);
  timeline.TrimOpen();
  OrderMembers(timeline, row, places);
  if (went_stale) EndStale(timeline, ids);
}

// Members are in the order of their row, as far as it is known.
void SampleStore::OrderMembers(Timeline& timeline, const RowView& row,
                               std::span<const uint32_t> joined) {
  auto is_member = [&](uint32_t place) {
    return timeline_of_[row.ids[place]].load(std::memory_order_relaxed) == timeline.id;
  };
  std::vector<SeriesId> series;
  if (timeline.open.empty()) {
    for (uint32_t place = 0; place < row.ids.size(); ++place) {
      if (is_member(place)) series.push_back(row.ids[place]);
    }
    std::vector<SeriesId> distinct = series;
    std::sort(distinct.begin(), distinct.end());
    bool no_doubles = std::adjacent_find(distinct.begin(), distinct.end()) == distinct.end();
    if (no_doubles && series.size() == timeline.num_members + joined.size()) {
      timeline.SetMembers(series);
      return;
    }
  }
  for (size_t from = 0; from < joined.size();) {
    size_t to = from + 1;
    while (to < joined.size() && joined[to] == joined[to - 1] + 1) ++to;
    series.clear();
    for (size_t i = from; i < to; ++i) series.push_back(row.ids[joined[i]]);
    std::optional<SeriesId> before;
    if (joined[from] > 0 && is_member(joined[from] - 1)) before = row.ids[joined[from] - 1];
    timeline.InsertMembers(before, series);
    from = to;
  }
}

}  // namespace watchfire::head
